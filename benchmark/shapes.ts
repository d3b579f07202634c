import { imagesOf, type NamedImage } from './corpus/images.ts'
import type { Layers } from './corpus/layers.ts'
import { type Synthetic, syntheticImages } from './corpus/synthetic.ts'
import type { Copy, Job, Stocked } from './job.ts'

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
  'signed',
  'signed-again',
  'far',
  'copied-200',
  'copied-2000',
  'copied-10000',
  'unchanged-200',
  'unchanged-2000',
  'unchanged-10000',
] as const

export type ShapeName = (typeof shapeNames)[number]

export interface Shape {
  readonly name: ShapeName
  readonly what: string
  /** `run` tells the targets of one run from those of the next where the destination is not wiped in between. */
  readonly job: (run: number) => Job
  /** Whether a run leaves the destination as the next one wants to find it. */
  readonly keepsDestination: boolean
  /** Images that are made up, for registries in memory, and whether the destination has them. */
  readonly synthetic?: { readonly images: Synthetic; readonly isThere: boolean }
  /** It is about what each of many images costs, and not for tools that are started for each of them. */
  readonly isOfNumber?: boolean
}

/** The tag of every image in the source. */
export const sourceTag = '1.0'

const REGISTRIES_OF_FANOUT = 3
/** Of the repositories that images are copied to. */
export const MIRROR_PREFIX = 'mirror/'

/** The jobs that are measured. All of them together need less than 2.5 GB of layers. */
export function shapesOf(layers: Layers): Readonly<Record<ShapeName, Shape>> {
  const { tiny, shared, big, many, fanout, unchanged, signed } = imagesOf(layers)
  const shape = (name: ShapeName, what: string, job: Shape['job']) =>
    [name, { name, what, job, keepsDestination: false }] as const
  const kept = (name: ShapeName, what: string, job: Shape['job']) =>
    [name, { name, what, job, keepsDestination: true }] as const
  const everySecond = shared.filter((_, index) => index % 2 === 0)
  return Object.fromEntries([
    shape('tiny', '20 images of three small layers', () => mirror(tiny)),
    shape('shared', '12 applications on 3 bases', () => mirror(shared)),
    shape('big', 'one image, layers of 100 to 400 MB', () => mirror(big)),
    shape('many-layers', 'one image of 60 layers', () => mirror(many)),
    shape('fanout', '8 images to 3 registries', () => mirror(fanout, [], REGISTRIES_OF_FANOUT)),
    kept('noop', 'the images of tiny, all there', () => mirror(tiny, tiny)),
    kept('noop-200', '200 images, all there', () => mirror(unchanged, unchanged)),
    shape('half', 'shared, every second image there', () => mirror(shared, everySecond)),
    kept('retag', 'new tags for the images of tiny', (run) => retag(tiny, `run-${run}`)),
    shape('signed', '20 images with their signatures', () => withReferrers(mirror(signed))),
    kept('signed-again', 'the same, all there', () => withReferrers(mirror(signed, signed))),
    ...syntheticShapes(),
  ]) as Record<ShapeName, Shape>
}

/** So many images of a config and a layer of 1 kB, for what each of them costs. */
const SCALES = [200, 2_000, 10_000] as const

function syntheticShapes(): readonly (readonly [ShapeName, Shape])[] {
  const far = { name: 'far/app', count: 50, layers: 9, size: 50_000 }
  return [
    made('far', '50 images of nine layers of 50 kB', far, false),
    ...SCALES.flatMap((count) => {
      const images = { name: 'scale/app', count, layers: 1, size: 1_000 }
      return [
        made(`copied-${count}`, `${count} images of one layer of 1 kB`, images, false),
        made(`unchanged-${count}`, `the same ${count} images, all there`, images, true),
      ].map(([name, shape]) => [name, { ...shape, isOfNumber: true }] as const)
    }),
  ]
}

function made(
  name: ShapeName,
  what: string,
  images: Synthetic,
  isThere: boolean,
): readonly [ShapeName, Shape] {
  let job: Job | undefined
  const makeJob = () => {
    const all = syntheticImages(images)
    return mirror(all, isThere ? all : [])
  }
  const shape: Shape = {
    name,
    what,
    job: () => (job ??= makeJob()),
    keepsDestination: isThere,
    synthetic: { images, isThere },
  }
  return [name, shape]
}

/** Every image that the source holds. */
export function sourceImages(layers: Layers): readonly NamedImage[] {
  return Object.values(imagesOf(layers)).flat()
}

/** To other registries, one of which holds `present` as an earlier run has left it. */
function mirror(
  images: readonly NamedImage[],
  present: readonly NamedImage[] = [],
  destinations = 1,
): Job {
  const copy = ({ repository, image }: NamedImage): Copy => ({
    image,
    source: { repository, tag: sourceTag },
    targets: Array.from({ length: destinations }, (_, registry) => ({
      registry,
      repository: mirrored(repository),
      tag: sourceTag,
    })),
  })
  return {
    copies: images.map(copy),
    stock: present.map(mirroredStock),
    destinations,
    sameRegistry: false,
  }
}

function mirroredStock({ repository, image }: NamedImage): Stocked {
  return { registry: 0, repository: mirrored(repository), tag: sourceTag, image }
}

function mirrored(repository: string): string {
  return `${MIRROR_PREFIX}${repository}`
}

/** In the repositories where the images are. */
function retag(images: readonly NamedImage[], tag: string): Job {
  const copy = ({ repository, image }: NamedImage): Copy => ({
    image,
    source: { repository, tag: sourceTag },
    targets: [{ registry: 0, repository, tag }],
  })
  return {
    copies: images.map(copy),
    stock: images.map((image) => ({ ...image, registry: 0, tag: sourceTag, platforms: 'all' })),
    destinations: 1,
    sameRegistry: true,
  }
}

function withReferrers(job: Job): Job {
  return { ...job, referrers: true }
}
