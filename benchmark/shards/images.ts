import type { Random } from '../../testkit/fuzz/random.ts'

export const MB = 1e6

/** Of each image. */
export const PLATFORMS = ['linux/amd64', 'linux/arm64'] as const

/** Operating systems and runtimes that images are built on, of which few are behind most. */
const BASES = 120

export interface Blob {
  readonly name: string
  readonly bytes: number
  /** Of the platforms, the one whose image has it. */
  readonly platform: number
}

/** What an image of one tag consists of, all platforms together. */
export interface Image {
  readonly layers: readonly Blob[]
  /** One for each platform. */
  readonly configs: readonly Blob[]
}

export function blobsOf({ layers, configs }: Image): readonly Blob[] {
  return [...layers, ...configs]
}

/**
 * Repositories with few tags or many, each built on a base, with layers that its tags share or not.
 *
 * @returns images by `host/repository:tag`
 */
export function makeImages(
  random: Random,
  hosts: readonly string[],
  lines: number,
): ReadonlyMap<string, Image> {
  const bases = Array.from({ length: BASES }, (_, index) =>
    blobs(random, `base-${index}`, 1 + random.below(4), 2 * MB, 60 * MB),
  )
  const images = new Map<string, Image>()
  for (let number = 0; images.size < lines; number++) {
    const repository = `${random.pick(hosts)}/team-${number % 300}/app-${number}`
    // Some are built on a base anew for each tag, most on the same.
    const common = [
      ...(bases[Math.floor(BASES * random.next() ** 3)] ?? []),
      ...blobs(random, `app-${number}/common`, 1 + random.below(3), 0.1 * MB, 30 * MB),
    ]
    const tags = skewed(random, 1, 60)
    for (let tag = 0; tag < tags && images.size < lines; tag++) {
      const name = `app-${number}/${tag}`
      const own = blobs(random, name, 2 + random.below(2), 0.002 * MB, 40 * MB)
      images.set(`${repository}:v1.${tag}`, {
        layers: [...common, ...own.slice(PLATFORMS.length)],
        configs: own.slice(0, PLATFORMS.length),
      })
    }
  }
  return images
}

/** So many for each platform. */
function blobs(
  random: Random,
  prefix: string,
  length: number,
  least: number,
  most: number,
): readonly Blob[] {
  return Array.from({ length: PLATFORMS.length * length }, (_, index) => ({
    name: `${prefix}/${index}`,
    bytes: skewed(random, least, most),
    platform: index % PLATFORMS.length,
  }))
}

/** Between the two, each order of magnitude as often as any other. */
function skewed(random: Random, least: number, most: number): number {
  return Math.round(least * (most / least) ** random.next())
}
