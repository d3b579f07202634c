import { describe, expect, test } from '@jest/globals'
import {
  compress,
  all,
  redirectTo,
  replyWith,
  setHeader,
  truncateBody,
} from '../../../testkit/registry/faults.ts'
import { syntheticBlob } from '../../../testkit/registry/content.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { MiB } from '../../../testkit/registry/media-types.ts'
import type { TestRegistry } from '../../../testkit/registry/registry.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage({ layers: [{ source: syntheticBlob(16 * MiB, 'a large layer') }] })
const layerDigest = image.layers[0]?.digest ?? ''

/** Resolves when every request that is under way is over, on the side of the registry. */
function settledOn(registry: TestRegistry) {
  const open = new Set<Promise<void>>()
  registry.use((request, next) => {
    open.add(request.closed)
    return next()
  })
  return async () => Promise.all(open)
}

function* endless() {
  for (;;) yield Buffer.alloc(MiB, 'no ')
}

describe('nothing is left open', () => {
  test.each<[string, Middleware, Middleware]>([
    ['an upload that is refused before it was read', passOn, replyWith(413, { early: true })],
    ['an upload that is refused behind its end', passOn, replyWith(400)],
    ['an upload that is redirected to nowhere', passOn, redirectTo('file:///x')],
    ['a source that announces another size', setHeader('content-length', '7'), passOn],
    ['a source that compresses', compress(), passOn],
    ['a source that ends early', truncateBody(5 * MiB), passOn],
    [
      'a source with two locations',
      all(setHeader('location', ['/a', '/b']), replyWith(307)),
      passOn,
    ],
    ['a source whose challenge cannot be read', challenge('Bearer realm="'), passOn],
    ['a source whose realm nobody may go to', challenge('Bearer realm="http://10.0.0.1/"'), passOn],
  ])('after %s', async (_what, onSource, onDestination) => {
    await using world = await RegistryWorld.start({ destination: { discardBlobs: true } })
    world.give(image)
    const sourceSettled = settledOn(world.source)
    const destinationSettled = settledOn(world.destination)
    world.source.fault({ path: layerDigest }, onSource)
    world.destination.fault({ method: 'PUT', path: '/uploads/' }, onDestination)
    await expect(
      world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to),
    ).rejects.toMatchObject({ name: 'RegistryError' })
    // These come only when the client has read the answers to their ends, or hung up.
    await sourceSettled()
    await destinationSettled()
    const requests = [...world.source.requests, ...world.destination.requests]
    expect(requests.filter(({ endedAt }) => endedAt === undefined)).toEqual([])
  })

  test('after an answer whose error goes on for ever', async () => {
    await using world = await RegistryWorld.start()
    const settled = settledOn(world.source)
    world.source.intercept(() => ({ status: 400, headers: {}, body: { chunks: endless() } }))
    await expect(world.from.getImage('acme/app:1.0')).rejects.toMatchObject({ status: 400 })
    await settled()
    expect(world.source.requests[0]?.aborted).toBe(true)
  })

  test('after the network is closed', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    const settled = settledOn(world.source)
    const hold = world.source.hold({ path: '/manifests/' })
    const failure = failureOf(world.from.getImage('acme/app:1.0'))
    await hold.arrived()
    await world.network.close()
    expect((await failure).code).toBe('NETWORK')
    await settled()
    expect(world.source.requests[0]?.aborted).toBe(true)
  })
})

function passOn(_request: unknown, next: () => ReturnType<Middleware>) {
  return next()
}

function challenge(value: string): Middleware {
  return replyWith(401, { headers: { 'www-authenticate': value } })
}
