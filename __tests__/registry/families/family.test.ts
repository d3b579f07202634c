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
    // Once before the login was asked for, and once with it.
    expect(expired.hits).toBe(2)

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
    const error = await failureOf(client.getImage('acme/app:1.0'))
    expect(refused.hits).toBe(2)
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 400, registryMessage: message })
    expect(error.message).toContain('the login has expired')
  })

  test('is renewed once for all requests that are told so', async () => {
    const host = 'public.ecr.aws'
    await using ecr = await NamedRegistry.start(host, { auth: { kind: 'bearer', users } })
    pushTo(ecr.registry.store, 'acme/app', '1.0', image)
    const client = ecr.client(login)
    await client.getImage('acme/app:1.0')
    const message = 'Your Authorization Token is invalid.'
    const refuse = replyWith(400, {
      body: JSON.stringify({ errors: [{ code: 'DENIED', message }] }),
    })
    const together = Array.from({ length: 8 }, () => Promise.withResolvers<void>())
    let arrived = 0
    const refused = ecr.registry.fault(
      manifests,
      async (request, next) => {
        together[arrived++]?.resolve()
        await Promise.all(together.map(({ promise }) => promise))
        return refuse(request, next)
      },
      { times: together.length },
    )
    await Promise.all(together.map(async () => client.getImage('acme/app:1.0')))
    expect(refused.hits).toBe(together.length)
    expect(ecr.registry.tokens).toHaveLength(2)
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

describe('too many requests', () => {
  test('are final where the quota is used up, which lifts after hours (Q29)', async () => {
    await using docker = await NamedRegistry.start('docker.io', {}, 'registry-1.docker.io')
    const message = 'You have reached your unauthenticated pull rate limit.'
    const body = JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message }] })
    const refused = docker.registry.fault({ path: '/manifests/' }, replyWith(429, { body }))
    const error = await failureOf(docker.client().getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', registryMessage: message })
    expect(refused.hits).toBe(1)
  })

  test('are waited for where it is a burst (Q16, Q29)', async () => {
    await using docker = await NamedRegistry.start('docker.io', {}, 'registry-1.docker.io')
    pushTo(docker.registry.store, 'acme/app', '1.0', image)
    const burst = replyWith(429, { body: 'Too Many Requests (HAP429).' })
    docker.registry.fault({ path: '/manifests/' }, burst, { times: 2 })
    await docker.client().getImage('acme/app:1.0')
    expect(docker.clock.pauses).toHaveLength(2)
  })

  test('are final where a month of data is used up (Q10)', async () => {
    await using ecr = await NamedRegistry.start('public.ecr.aws')
    const body = 'toomanyrequests: Data limit exceeded'
    const refused = ecr.registry.fault({ path: '/manifests/' }, replyWith(429, { body }))
    await failureOf(ecr.client().getImage('acme/app:1.0'))
    expect(refused.hits).toBe(1)
  })
})

describe('a family that is told by an answer', () => {
  const harbor = 'Bearer realm="https://registry.example/service/token",service="harbor-registry"'
  const challenge = replyWith(401, { headers: { 'www-authenticate': harbor } })

  test('is named by the failure of the same request', async () => {
    await using registry = await NamedRegistry.start('registry.example')
    registry.registry.fault(manifests, challenge)
    // No token service answers there, and that is no judgement of the login.
    const error = await failureOf(registry.client(login).getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'REGISTRY', family: 'Harbor' })
  })

  test('does not open the token services of its makers to logins', async () => {
    await using registry = await NamedRegistry.start('registry.example')
    const gitlab = 'Bearer realm="https://gitlab.com/jwt/auth",service="container_registry"'
    const refusal = replyWith(401, { headers: { 'www-authenticate': gitlab } })
    registry.registry.fault(manifests, refusal)
    const error = await failureOf(registry.client(login).getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', family: 'GitLab Container Registry' })
    expect(error.message).toContain('the registry sends logins to gitlab.com')
  })
})
