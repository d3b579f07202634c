import { buildImage, type Image } from './corpus/image.ts'
import type { Layers, LayerSet } from './corpus/layers.ts'
import { basePackages, bigPackages, tinyBase } from './corpus/packages.ts'
import type { Copy, Job, Stocked } from './job.ts'

export interface Shape {
  readonly name: ShapeName
  readonly what: string
  /** `run` tells the targets of one run from those of the next where the destination is not wiped in between. */
  readonly job: (run: number) => Job
  /** Whether a run leaves the destination as the next one wants to find it. */
  readonly keepsDestination: boolean
}

export const shapeNames = [
  'tiny',
  'shared',
  'big',
  'many-layers',
  'fanout',
  'noop',
  'noop-200',
  'half',
  'retag',
] as const

export type ShapeName = (typeof shapeNames)[number]

const TAG = '1.0'

interface Named {
  readonly repository: string
  readonly image: Image
}

/** The jobs that are measured. All of them together need less than 2.5 GB of layers. */
export function shapesOf(layers: Layers): Readonly<Record<ShapeName, Shape>> {
  const images = imagesOf(layers)
  const cold =
    (named: readonly Named[], destinations = 1) =>
    () => ({
      copies: copiesOf(named, destinations),
      stock: [],
      destinations,
      sameRegistry: false,
    })
  const unchanged = (named: readonly Named[]) => () => ({
    copies: copiesOf(named, 1),
    stock: stockOf(named),
    destinations: 1,
    sameRegistry: false,
  })
  const shape = (
    name: ShapeName,
    what: string,
    job: Shape['job'],
    keepsDestination = false,
  ): Shape => ({ name, what, job, keepsDestination })
  return {
    tiny: shape('tiny', '20 images of three small layers', cold(images.tiny)),
    shared: shape('shared', '12 applications on 3 bases', cold(images.shared)),
    big: shape('big', 'one image, layers of 100 to 400 MB', cold(images.big)),
    'many-layers': shape('many-layers', 'one image of 60 layers', cold(images.many)),
    fanout: shape('fanout', '8 images to 3 registries', cold(images.fanout, 3)),
    noop: shape('noop', 'the images of tiny, all there', unchanged(images.tiny), true),
    'noop-200': shape('noop-200', '200 images, all there', unchanged(images.noop), true),
    half: shape('half', 'shared, every second image there', () => ({
      copies: copiesOf(images.shared, 1),
      stock: stockOf(images.shared.filter((_, index) => index % 2 === 0)),
      destinations: 1,
      sameRegistry: false,
    })),
    retag: shape(
      'retag',
      'new tags for the images of tiny, in their repositories',
      (run) => ({
        copies: images.tiny.map(({ repository, image }) => ({
          image,
          source: { repository, tag: TAG },
          targets: [{ registry: 0, repository, tag: `run-${run}` }],
        })),
        stock: sourceStockOf(images.tiny),
        destinations: 1,
        sameRegistry: true,
      }),
      true,
    ),
  }
}

/** Every image that the source holds, with its name. */
export function sourceImages(layers: Layers): readonly Named[] {
  const { tiny, shared, big, many, fanout, noop } = imagesOf(layers)
  return [...tiny, ...shared, ...big, ...many, ...fanout, ...noop]
}

export const sourceTag = TAG

function imagesOf({ tiny, small, medium, named }: Layers) {
  const byName = (name: string) => {
    const set = named[name]
    if (set === undefined) throw new Error(`the corpus has no ${name}`)
    return set
  }
  const busybox = byName(tinyBase)
  const [system, ...runtimes] = basePackages.map(byName)
  const list = (
    name: string,
    count: number,
    layersOf: (index: number) => readonly (LayerSet | undefined)[],
  ) =>
    Array.from({ length: count }, (_, index): Named => {
      const repository = count === 1 ? `bench/${name}` : `bench/${name}-${index + 1}`
      const wanted = layersOf(index).filter((layer) => layer !== undefined)
      // Both families of media types are about as common.
      const format = index % 2 === 0 ? 'oci' : 'docker'
      return { repository, image: buildImage({ name: repository, layers: wanted, format }) }
    })
  const tinyLayers = (index: number) => [busybox, tiny[2 * index], tiny[2 * index + 1]]
  return {
    tiny: list('tiny', 20, tinyLayers),
    shared: list('app', 12, (index) => [
      system,
      runtimes[index % runtimes.length],
      medium[2 * index],
      medium[2 * index + 1],
    ]),
    big: list('big', 1, () => bigPackages.map(byName)),
    many: list('many', 1, () => small),
    fanout: list('fanout', 8, (index) => [busybox, ...small.slice(6 * index, 6 * index + 6)]),
    noop: list('unchanged', 200, (index) => tinyLayers(index % 20)),
  }
}

function copiesOf(named: readonly Named[], destinations: number): readonly Copy[] {
  return named.map(({ repository, image }) => ({
    image,
    source: { repository, tag: TAG },
    targets: Array.from({ length: destinations }, (_, registry) => ({
      registry,
      repository: `mirror/${repository}`,
      tag: TAG,
    })),
  }))
}

/** As an earlier run has left it: whoever finds it there has nothing to do. */
function stockOf(named: readonly Named[]): readonly Stocked[] {
  return named.map(({ repository, image }) => ({
    registry: 0,
    repository: `mirror/${repository}`,
    tag: TAG,
    image,
  }))
}

/** What a run finds under the very names that it copies from. */
function sourceStockOf(named: readonly Named[]): readonly Stocked[] {
  return named.map((one) => ({ ...one, registry: 0, tag: TAG, platforms: 'all' }))
}
