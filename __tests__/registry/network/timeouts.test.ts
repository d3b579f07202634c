import { getEventListeners } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { delayUntil, stallBody } from '../../../testkit/registry/faults.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { dispose, failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage({ layers: [{ bytes: Buffer.alloc(3_000_000, 'layer') }] })
const layerDigest = image.layers[0]?.digest ?? ''
const never = new Promise<never>(() => undefined)

async function impatientWorld(retries = 0) {
  const world = await RegistryWorld.start({ network: { timeoutMs: 200, retries } })
  world.give(image)
  return world
}

function copy(world: RegistryWorld) {
  return world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
}

describe('a registry that stops', () => {
  test('before its answer is TIMEOUT', async () => {
    await using world = await impatientWorld()
    world.source.fault({ path: '/manifests/' }, delayUntil(never))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'TIMEOUT', operation: 'get manifest', side: 'source' })
    expect(error.message).toContain('no answer within the time limit')
  })

  test('in the middle of a manifest is TIMEOUT', async () => {
    await using world = await impatientWorld()
    world.source.fault({ path: '/manifests/' }, stallBody(10))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error.code).toBe('TIMEOUT')
    expect(error.message).toContain('no byte arrived within the time limit')
  })

  test('for a moment is tried again', async () => {
    await using world = await impatientWorld(1)
    world.source.fault({ path: '/manifests/' }, stallBody(10), { times: 1 })
    expect((await world.from.getImage('acme/app:1.0')).digest).toBe(image.manifest.digest)
  })

  test('in the middle of a blob is TIMEOUT at the source', async () => {
    await using world = await impatientWorld()
    world.source.fault({ method: 'GET', path: layerDigest }, stallBody(1_000_000))
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({
      code: 'TIMEOUT',
      operation: 'get blob',
      side: 'source',
      reference: layerDigest,
    })
    expect(world.destination.store.completedBlobs()).not.toContain(layerDigest)
    expect(world.destination.store.tagWrites()).toEqual([])
  })

  test('to read a blob, or to say that it has it, is TIMEOUT at the destination', async () => {
    await using world = await impatientWorld()
    world.destination.fault({ method: 'PUT', path: '/uploads/' }, delayUntil(never))
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ code: 'TIMEOUT', operation: 'upload blob', side: 'destination' })
  })

  test('while a token is wanted is TIMEOUT of the login', async () => {
    const auth = { kind: 'bearer', users: { robot: 'hunter2' } } as const
    await using world = await RegistryWorld.start({
      source: { auth },
      sourceLogin: { username: 'robot', password: 'hunter2' },
      network: { timeoutMs: 200 },
    })
    world.source.fault({ path: '/token' }, delayUntil(never))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'TIMEOUT', operation: 'log in' })
  })
})

async function cancellableWorld(retries = 3) {
  const controller = new AbortController()
  const world = await RegistryWorld.start({ network: { signal: controller.signal, retries } })
  world.give(image)
  return { world, controller, [Symbol.asyncDispose]: async () => dispose(world) }
}

describe('cancelling', () => {
  test('before a request keeps it from being sent', async () => {
    await using held = await cancellableWorld()
    const { world, controller } = held
    await world.from.getImage('acme/app:1.0')
    world.source.clearRequests()
    controller.abort()
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'CANCELLED', operation: 'get manifest', transient: false })
    expect(world.source.requests).toEqual([])
  })

  test('ends a request that waits for its answer, and is no reason to try again', async () => {
    await using held = await cancellableWorld()
    const { world, controller } = held
    const hold = world.source.hold({ path: '/manifests/' })
    const failure = failureOf(world.from.getImage('acme/app:1.0'))
    await hold.arrived()
    controller.abort()
    expect((await failure).code).toBe('CANCELLED')
    expect(world.source.requests).toHaveLength(1)
    expect(world.clock.pauses).toEqual([])
  })

  test('ends a request that waits for the rest of its answer', async () => {
    await using held = await cancellableWorld()
    const { world, controller } = held
    const stalled = Promise.withResolvers<void>()
    world.source.fault({ path: '/manifests/' }, async (request, next) => {
      const answer = await stallBody(10)(request, next)
      stalled.resolve()
      return answer
    })
    const failure = failureOf(world.from.getImage('acme/app:1.0'))
    await stalled.promise
    controller.abort()
    expect((await failure).code).toBe('CANCELLED')
  })

  test('in the middle of an upload gives its session back and leaves no tag', async () => {
    await using held = await cancellableWorld()
    const { world, controller } = held
    const hold = world.destination.hold({ method: 'PUT', path: '/uploads/' })
    const failure = failureOf(copy(world))
    await hold.arrived(1)
    controller.abort()
    expect(await failure).toMatchObject({ code: 'CANCELLED' })
    expect(world.destination.count('DELETE')).toBe(1)
    expect(world.destination.store.uploads.size).toBe(0)
    expect(world.destination.store.tagWrites()).toEqual([])
    expect(world.destination.store.completedBlobs()).toEqual([])
  })

  test('of a registry that answers nothing any more does not wait for it', async () => {
    await using held = await cancellableWorld()
    const { world, controller } = held
    const hold = world.destination.hold({ method: 'PUT', path: '/uploads/' })
    world.destination.fault({ method: 'DELETE' }, delayUntil(never))
    const failure = failureOf(copy(world))
    await hold.arrived(1)
    controller.abort()
    expect((await failure).code).toBe('CANCELLED')
  })

  test('while a mount is asked for ends the copy, and does not go on to an upload', async () => {
    const controller = new AbortController()
    await using world = await RegistryWorld.start({
      oneRegistry: true,
      network: { signal: controller.signal },
    })
    world.give(image)
    const hold = world.source.hold({ method: 'POST' })
    const failure = failureOf(copy(world))
    await hold.arrived()
    controller.abort()
    expect((await failure).code).toBe('CANCELLED')
    expect(
      world.source.requests.some(({ method, query }) => method === 'POST' && query === ''),
    ).toBe(false)
  })

  test('leaves no listener behind, however many requests there were', async () => {
    await using held = await cancellableWorld()
    const { world, controller } = held
    const warnings: Error[] = []
    const warn = (warning: Error) => warnings.push(warning)
    process.on('warning', warn)
    await Promise.all(Array.from({ length: 40 }, async () => world.from.getImage('acme/app:1.0')))
    await copy(world)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    process.off('warning', warn)
    expect(warnings).toEqual([])
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })
})
