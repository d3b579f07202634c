import { filteredIndex, type Image, type Manifest, type PlatformImage } from './corpus/image.ts'

/** `all`, or what is wanted of every image. */
export type Platforms = 'all' | readonly string[]

/** One image that is to be found under other names. Registries are numbers until they have started. */
export interface Copy {
  readonly image: Image
  readonly source: Place
  readonly targets: readonly (Place & { readonly registry: number })[]
}

export interface Place {
  readonly repository: string
  readonly tag: string
}

/** An image that a registry holds before the run. */
export interface Stocked extends Place {
  readonly registry: number
  readonly image: Image
  /** Default what the run wants, as an earlier run would have left it. */
  readonly platforms?: 'all'
}

export interface Job {
  readonly copies: readonly Copy[]
  /** What the destinations hold; what the source holds follows from `copies`. */
  readonly stock: readonly Stocked[]
  /** How many registries there are to copy to. */
  readonly destinations: number
  /** The first destination is the source. */
  readonly sameRegistry: boolean
  /** What is stored beside the images comes along. */
  readonly referrers?: boolean
}

/** Whether every target holds its image already. */
export function isDone({ copies, stock }: Pick<Job, 'copies' | 'stock'>): boolean {
  return copies.every(({ targets }) =>
    targets.every(({ registry, repository, tag }) =>
      stock.some(
        (one) => one.registry === registry && one.repository === repository && one.tag === tag,
      ),
    ),
  )
}

/** The platform images that a copy is about. */
export function wantedChildren(image: Image, platforms: Platforms): readonly PlatformImage[] {
  if (platforms === 'all') return image.children
  return image.children.filter(({ platform }) => platforms.includes(platform))
}

/** What the target's tag has to answer with. */
export function expectedManifest(image: Image, platforms: Platforms): Manifest {
  const isWhole = platforms === 'all' || image.children.some((child) => isTop(child, image))
  return isWhole ? image.index : filteredIndex(image, platforms)
}

/** Whether an image is all that its tag shows, and no part of an index. */
export function isTop({ manifest }: PlatformImage, { index }: Image): boolean {
  return manifest.digest === index.digest
}
