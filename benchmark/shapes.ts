import { imagesOf, type NamedImage } from './corpus/images.ts'
import type { Layers } from './corpus/layers.ts'
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
] as const

export type ShapeName = (typeof shapeNames)[number]

export interface Shape {
  readonly name: ShapeName
  readonly what: string
  /** `run` tells the targets of one run from those of the next where the destination is not wiped in between. */
  readonly job: (run: number) => Job
  /** Whether a run leaves the destination as the next one wants to find it. */
  readonly keepsDestination: boolean
}

/** The tag of every image in the source. */
export const sourceTag = '1.0'

const REGISTRIES_OF_FANOUT = 3

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
  ]) as Record<ShapeName, Shape>
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
  return `mirror/${repository}`
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
