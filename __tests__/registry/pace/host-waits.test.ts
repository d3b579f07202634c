import { describe, expect, test } from '@jest/globals'
import { copyBlob } from '../../../src/registry/copy/copy-blob.ts'
import { ImageProgress } from '../../../src/registry/copy/image-progress.ts'
import { HostWaits } from '../../../src/registry/pace/host-waits.ts'
import { syntheticBlob } from '../../../testkit/registry/content.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { FakeClock, RegistryWorld } from '../registry-world.ts'

describe('a host that holds up the run', () => {
  test('is one that is left alone until some time: the latest of all who do', () => {
    const waits = new HostWaits()
    const host = waits.of('docker.io')
    const ends = [host.pause(3_000), host.pause(8_000)]
    expect(waits.at(1_000)).toEqual([{ host: 'docker.io', until: 8_000, requests: 2 }])
    ends[1]?.()
    expect(waits.at(1_000)).toEqual([{ host: 'docker.io', until: 3_000, requests: 1 }])
    ends[0]?.()
    expect(waits.at(1_000)).toEqual([])
  })

  test('is not one that is asked again at once', () => {
    const waits = new HostWaits()
    waits.of('docker.io').pause(1_500)
    expect(waits.at(1_000)).toEqual([])
  })

  test('is one that is asked, and gives no sign of life', () => {
    const waits = new HostWaits()
    const [one, other] = [waits.of('quay.io').wait(), waits.of('quay.io').wait()]
    one.begin(0)
    other.begin(2_000)
    expect(waits.at(4_999)).toEqual([])
    expect(waits.at(5_000)).toEqual([{ host: 'quay.io', since: 0, requests: 2 }])
    one.end(6_000)
    expect(waits.at(10_000)).toEqual([])
    expect(waits.at(11_000)).toEqual([{ host: 'quay.io', since: 6_000, requests: 1 }])
    other.end(12_000)
    expect(waits.at(60_000)).toEqual([])
  })

  test('has as long as ever when it is asked again after some time', () => {
    const waits = new HostWaits()
    const wait = waits.of('quay.io').wait()
    wait.begin(0)
    wait.end(1_000)
    wait.end(1_000)
    wait.begin(60_000)
    expect(waits.at(61_000)).toEqual([])
  })
})

/** Waits for the network, and for nothing else. */
async function until(isSo: () => boolean) {
  while (!isSo()) await new Promise(setImmediate)
}

/** Later than a host may be silent. */
function soon({ clock, network }: RegistryWorld) {
  return network.waits.at(clock.now() + 5_000)
}

/** Copies a layer that no buffer between the two has room for. */
function copyLarge(world: RegistryWorld) {
  const image = buildImage({ layers: [{ source: syntheticBlob(64 * 1024 * 1024, 'large') }] })
  world.give(image)
  const [layer] = image.layers
  if (layer === undefined) throw new Error('the image has a layer')
  const progress = new ImageProgress()
  const copying = copyBlob(
    world.sourceRepository(),
    world.destinationRepository(),
    { digest: layer.digest as `sha256:${string}`, size: layer.size },
    { progress: progress.blob(layer.size) },
  )
  return { progress, copying }
}

describe('a run waits for', () => {
  test('a registry that does not answer', async () => {
    await using world = await RegistryWorld.start()
    world.give(buildImage())
    const hold = world.source.hold({ path: '/manifests/1.0' })
    const getting = world.from.getImage('acme/app:1.0')
    await hold.arrived()
    expect(soon(world)).toEqual([
      { host: world.source.host, since: world.clock.now(), requests: 1 },
    ])
    hold.release()
    await getting
    expect(soon(world)).toEqual([])
  })

  test('a registry that stops in the middle of a blob, and not for the one that it goes to', async () => {
    await using world = await RegistryWorld.start()
    const { promise, resolve } = Promise.withResolvers<void>()
    world.source.use(async (request, next) => {
      const { body, ...answer } = await next()
      if (body === undefined || !request.path.includes('/blobs/')) return next()
      const chunks = async function* () {
        for await (const chunk of body.chunks) {
          yield chunk
          await promise
        }
      }
      return { ...answer, body: { ...body, chunks: chunks() } }
    })
    const { progress, copying } = copyLarge(world)
    await until(() => progress.sent > 0)
    await until(() => soon(world).every(({ host }) => host === world.source.host))
    expect(soon(world)).toMatchObject([{ host: world.source.host, requests: 1 }])
    resolve()
    await copying
    expect(soon(world)).toEqual([])
  })

  test('a registry that takes no more of an upload, and not for the source', async () => {
    await using world = await RegistryWorld.start()
    const hold = world.destination.hold({ method: 'PUT', path: '/blobs/uploads/' })
    const { progress, copying } = copyLarge(world)
    await hold.arrived()
    await until(() => soon(world).every(({ host }) => host === world.destination.host))
    expect(progress.sent).toBeGreaterThan(0)
    expect(soon(world)).toMatchObject([{ host: world.destination.host, requests: 1 }])
    hold.release()
    await copying
    expect(soon(world)).toEqual([])
  })

  test('the end of a pause that a registry has asked for, and that before a retry', async () => {
    const sleeping = Promise.withResolvers<void>()
    class HeldClock extends FakeClock {
      override async sleep(ms: number) {
        await sleeping.promise
        await super.sleep(ms)
      }
    }
    const clock = new HeldClock()
    await using world = await RegistryWorld.start({ network: { clock, retries: 1 } })
    world.give(buildImage())
    const busy = replyWith(503, { headers: { 'retry-after': '30' } })
    const fault = world.source.fault({ path: '/manifests/1.0' }, busy, { times: 1 })
    const getting = world.from.getImage('acme/app:1.0')
    await until(() => fault.hits === 1 && world.network.waits.at(clock.now()).length > 0)
    const [wait, ...others] = world.network.waits.at(clock.now())
    expect(others).toEqual([])
    expect(wait).toMatchObject({ host: world.source.host, requests: 1 })
    expect(wait?.until).toBeGreaterThanOrEqual(clock.now() + 30_000)
    sleeping.resolve()
    await getting
    expect(world.network.waits.at(clock.now())).toEqual([])
  })
})
