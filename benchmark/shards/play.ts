import { Random } from '../../testkit/fuzz/random.ts'
import { type BuiltImage, buildImage, buildIndex } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { parseImageList } from '../../src/sync/image-list.ts'
import { shardOf } from '../../src/sync/shard.ts'
import { type Image, makeImages, PLATFORMS } from './images.ts'
import { workOf } from './work.ts'

/** Layers have so many bytes for one. */
const SCALE = 1 / 20_000
const SOURCES = 3

/** What registries were asked for, or would be. */
export interface Asked {
  readonly sources: number
  readonly destination: number
  /** Blobs that were fetched, each as often as it was. */
  readonly fetched: number
}

export interface Played {
  readonly shards: number
  readonly model: Asked
  readonly counted: Asked
  /** Requests of a second run of all shards, which finds everything there. */
  readonly again: number
}

/** Runs every shard of a list with the bundle against registries of the testkit, and counts. */
export async function playShards(
  seed: string,
  lines: number,
  counts: readonly number[],
): Promise<readonly Played[]> {
  const sources = await Promise.all(
    Array.from({ length: SOURCES }, async () => TestRegistry.start()),
  )
  const hosts = sources.map(({ host }) => host)
  const images = makeImages(new Random('scale', seed), hosts, lines)
  for (const [name, image] of images) give(sources, name, image)
  const played: Played[] = []
  for (const shards of counts) played.push(await play(sources, images, shards))
  for (const source of sources) await source.close()
  return played
}

async function play(
  sources: readonly TestRegistry[],
  images: ReadonlyMap<string, Image>,
  shards: number,
): Promise<Played> {
  const destination = await TestRegistry.start()
  const text = [...images.keys()].join('\n')
  const prefix = '{registry}'
  const list = parseImageList(text, {
    source: { registry: 'docker.io' },
    destination: { registry: destination.host, prefix },
  })
  const works = partsOf(shards).map((part) => workOf(shardOf(list, { part, of: shards }), images))
  const toDestination = sum(works.map(({ requests }) => requests.get(destination.host) ?? 0))
  const toAll = sum(works.flatMap(({ requests }) => [...requests.values()]))
  const model = {
    sources: toAll - toDestination,
    destination: toDestination,
    fetched: sum(works.map(({ fetched }) => fetched.size)),
  }
  const all = [...sources, destination]
  const run = async (): Promise<Asked> => {
    for (const registry of all) registry.clearRequests()
    for (const part of partsOf(shards)) {
      const { exitCode, outputs, stderr } = await runAction({
        inputs: {
          'images-file': 'images.txt',
          'destination-registry': `${destination.host}/${prefix}`,
          shard: `${part}/${shards}`,
          summary: 'false',
        },
        workspace: { 'images.txt': text },
        timeout: 600_000,
      })
      if (exitCode !== 0) throw new Error(`shard ${part}: ${outputs['failed']} failed ${stderr}`)
    }
    const asked = sources.flatMap(({ requests }) => requests)
    return {
      sources: asked.length,
      destination: destination.requests.length,
      fetched: asked.filter(({ path }) => path.includes('/blobs/')).length,
    }
  }
  const counted = await run()
  const again = await run()
  await destination.close()
  return { shards, model, counted, again: again.sources + again.destination }
}

function give(sources: readonly TestRegistry[], name: string, image: Image) {
  const [, host = '', repository = '', tag = ''] = /^([^/]+)\/(.+):([^:]+)$/.exec(name) ?? []
  const source = sources.find((one) => one.host === host)
  if (source !== undefined) pushTo(source.store, repository, tag, built(image))
}

function built({ layers, configs }: Image): BuiltImage {
  const children = PLATFORMS.map((platform, index) =>
    buildImage({
      platform,
      layers: layers
        .filter((one) => one.platform === index)
        .map(({ name, bytes }) => ({ bytes: name.padEnd(Math.round(bytes * SCALE), '.') })),
      config: { author: configs[index]?.name },
    }),
  )
  return buildIndex({ children })
}

function partsOf(shards: number): readonly number[] {
  return Array.from({ length: shards }, (_, index) => index + 1)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
