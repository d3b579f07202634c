import { describe, expect, test } from '@jest/globals'
import { buildImage } from '../../../testkit/image/image.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { NamedRegistry } from '../named-registry.ts'
import { failureOf } from '../registry-world.ts'

const image = buildImage()
const login = { credentials: { username: 'AWS', password: 'p' }, origin: 'registry-auth' } as const
const users = { AWS: 'p' }
const manifests = { path: '/manifests/' }

describe('a login that has expired', () => {
  test('is told from a missing right, although Amazon ECR says 403 to both (Q08)', async () => {
    const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
    await using ecr = await NamedRegistry.start(host, { auth: { kind: 'basic', users } })
    const words = 'Your authorization token has expired. Reauthenticate and try again.'
    const expired = ecr.registry.fault(manifests, replyWith(403, { body: words }))
    const error = await failureOf(ecr.client(login).getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 403, registryMessage: words })
    expect(error.message).toContain('the login has expired; asked as user AWS from registry-auth')
    expect(expired.hits).toBe(1)

    expired.remove()
    ecr.registry.fault(manifests, replyWith(403, { body: 'not authorized' }))
    const denied = await failureOf(ecr.client(login).getImage('acme/app:1.0'))
    expect(denied.code).toBe('DENIED')
  })

  test('of Amazon ECR Public is 400, and is renewed once (Q10)', async () => {
    const host = 'public.ecr.aws'
    await using ecr = await NamedRegistry.start(host, { auth: { kind: 'bearer', users } })
    pushTo(ecr.registry.store, 'acme/app', '1.0', image)
    const client = ecr.client(login)
    await client.getImage('acme/app:1.0')
    const message = 'Your Authorization Token is invalid.'
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message }] })
    ecr.registry.fault(manifests, replyWith(400, { body }), { times: 1 })
    await client.getImage('acme/app:1.0')
    expect(ecr.registry.tokens).toHaveLength(2)

    const refused = ecr.registry.fault(manifests, replyWith(400, { body }))
    await failureOf(client.getImage('acme/app:1.0'))
    expect(refused.hits).toBe(2)
  })

  test('is believed of no other registry', async () => {
    await using other = await NamedRegistry.start('registry.example', {
      auth: { kind: 'bearer', users },
    })
    pushTo(other.registry.store, 'acme/app', '1.0', image)
    const client = other.client(login)
    await client.getImage('acme/app:1.0')
    const body = 'Your authorization token has expired.'
    const refused = other.registry.fault(manifests, replyWith(403, { body }))
    expect(await failureOf(client.getImage('acme/app:1.0'))).toMatchObject({ code: 'DENIED' })
    expect(refused.hits).toBe(1)
  })
})
