import { describe, expect, test } from '@jest/globals'
import type { BearerAuth } from '../../../testkit/registry/bearer.ts'
import { Syncer } from '../../../src/sync/syncer.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'
import { bearer, image, robot, sourceWith, users } from './login-world.ts'

function nobody() {
  return false
}

/** A destination where the account may do only that. */
async function destinationFor(may: 'pull' | 'push', auth: Partial<BearerAuth> = {}) {
  const grants = (_user: string | undefined, _repository: string, action: string) => action === may
  return sourceWith(
    {},
    { destination: { auth: { ...bearer.auth, grants, ...auth } }, destinationLogin: robot },
  )
}

describe('an account that may not do what is wanted', () => {
  test.each([
    ['pull', 'push'],
    ['push', 'pull'],
  ] as const)(
    'but may %s is denied for want of %s, after one token and one look',
    async (may, lacks) => {
      await using world = await destinationFor(may)
      const syncer = new Syncer({ source: world.from, destination: world.to, platforms: 'all' })
      const error = await failureOf(syncer.syncImage('acme/app:1.0', 'mirror/app:1.0'))
      expect(error).toMatchObject({
        code: 'DENIED',
        operation: 'start upload',
        side: 'destination',
        repository: 'mirror/app',
        status: 401,
      })
      expect(error.message).toContain(
        `the login was accepted, but lacks the right repository:mirror/app:${lacks};`,
      )
      expect(world.destination.tokens).toHaveLength(1)
      // The config and the layer set out together.
      expect(world.destination.count('POST')).toBe(2)
      expect(world.destination.store.completedBlobs()).toEqual([])
      expect(world.destination.store.tagWrites()).toEqual([])
    },
  )

  test('to read is denied at the source, by GET and by HEAD', async () => {
    await using world = await sourceWith({ auth: { ...bearer.auth, grants: nobody } })
    for (const asking of [
      world.from.getImage('acme/app:1.0'),
      world.from.getDigest('acme/app:1.0'),
    ]) {
      const error = await failureOf(asking)
      expect(error).toMatchObject({ code: 'DENIED', side: 'source', status: 401 })
      expect(error.message).toContain('lacks the right repository:acme/app:pull')
    }
  })

  test('is told by its token, where the registry does not say so', async () => {
    const access = [{ type: 'repository', name: 'mirror/app', actions: ['pull'] }]
    const claims = Buffer.from(JSON.stringify({ access })).toString('base64url')
    await using world = await destinationFor('pull', {
      refuse: ({ realm }) => ({
        status: 401,
        headers: { 'www-authenticate': `Bearer realm="${realm}",service="test-registry"` },
      }),
    })
    world.destination.fault(
      { path: '/token' },
      replyWith(200, { body: `{"token":"e30.${claims}.x"}` }),
    )
    const copied = world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    const error = await failureOf(copied)
    expect(error.code).toBe('DENIED')
    expect(error.message).toContain('lacks the right repository:mirror/app:push')
    expect(world.destination.count('GET', '/token')).toBe(1)
  })

  test('is not the same as nobody', async () => {
    await using world = await RegistryWorld.start({
      source: { auth: { ...bearer.auth, grants: nobody } },
    })
    const anonymous = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(anonymous).toMatchObject({ code: 'AUTHENTICATION', status: 401 })
    expect(users).toEqual({ robot: robot.password })
  })
})

describe('a destination that may be written and not looked at', () => {
  test('is written', async () => {
    await using world = await sourceWith({}, { destination: bearer, destinationLogin: robot })
    // Distribution wants both rights for an upload; others go by the method.
    const challenge = `Bearer realm="${world.destination.url}/token",error="insufficient_scope"`
    world.destination.fault(
      { method: ['GET', 'HEAD'], path: '/v2/mirror/' },
      replyWith(401, { headers: { 'www-authenticate': challenge } }),
    )
    const syncer = new Syncer({ source: world.from, destination: world.to, platforms: 'all' })
    expect(await syncer.syncImage('acme/app:1.0', 'mirror/app:1.0')).toBe(image.manifest.digest)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
  })
})
