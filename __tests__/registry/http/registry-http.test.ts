import { describe, expect, test } from '@jest/globals'
import { fetchManifest } from '../../../src/registry/content/manifests.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()
const robot = { username: 'robot', password: 'hunter2' }
const bearer = { auth: { kind: 'bearer', users: { robot: 'hunter2' } } } as const

describe('every request', () => {
  test('asks for content as it is, and says who asks (Q47)', async () => {
    await using world = await RegistryWorld.start({ source: bearer, sourceLogin: robot })
    world.give(image)
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    for (const { headers } of [...world.source.requests, ...world.destination.requests]) {
      expect(headers['accept-encoding']).toBe('identity')
      expect(headers['user-agent']).toBe('image-sync-action')
    }
  })

  test('for a manifest accepts the four types of manifests, on HEAD too (Q22)', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    await world.from.getDigest('acme/app:1.0')
    await world.from.getImage('acme/app:1.0')
    expect(world.source.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
    for (const { headers } of world.source.requests) {
      expect(headers.accept?.split(', ').sort()).toEqual([
        'application/vnd.docker.distribution.manifest.list.v2+json',
        'application/vnd.docker.distribution.manifest.v2+json',
        'application/vnd.oci.image.index.v1+json',
        'application/vnd.oci.image.manifest.v1+json',
      ])
    }
  })

  test('is logged for those who debug, without its query', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    const lines = world.log.lines.filter((line) => line.startsWith('debug: PUT'))
    expect(lines).toHaveLength(3)
    const session = `debug: PUT ${world.destination.url}/v2/mirror/app/blobs/uploads/`
    expect(lines[0]).toContain(session)
    expect(lines[0]).toMatch(/ 201 0 ms$/)
    expect(lines.join('\n')).not.toMatch(/\?|_state|digest=/)
  })
})

describe('a reference that names nothing', () => {
  test('is NOT_FOUND with all that is known', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    const error = await failureOf(fetchManifest(world.sourceRepository(), '9.9'))
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      operation: 'get manifest',
      side: 'source',
      registry: world.source.host,
      repository: 'acme/app',
      reference: '9.9',
      status: 404,
      registryCode: 'MANIFEST_UNKNOWN',
    })
    expect(error.registryMessage).not.toBe('')
  })
})
