/** An image that the source registry holds from the start; see testkit/serve.ts. */
export interface BenchmarkImage {
  readonly repository: string
  readonly tag: string
  readonly platforms: readonly string[]
  /** Bytes. */
  readonly layerSizes: readonly number[]
}

/** A job for the action, and what it may use. */
export interface Shape {
  readonly name: string
  readonly what: string
  readonly images: readonly BenchmarkImage[]
  /** MiB of resident memory that the action may take for it at the most. */
  readonly memoryLimit: number
}

/** What the README promises for one large layer and for many images. */
const PROMISED_MIB = 150
/** Sixteen large layers at once are in flight sixteen times. */
const SIDE_BY_SIDE_MIB = 200

const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

export const shapes: readonly Shape[] = [
  {
    name: 'huge',
    what: 'one image, one layer of 1 GiB',
    images: [image('huge', ['linux/amd64'], [GiB])],
    memoryLimit: PROMISED_MIB,
  },
  {
    name: 'wide',
    what: 'one image, sixteen layers of 64 MiB side by side',
    images: [
      image(
        'wide',
        ['linux/amd64'],
        Array.from({ length: 16 }, () => 64 * MiB),
      ),
    ],
    memoryLimit: SIDE_BY_SIDE_MIB,
  },
  {
    name: 'many',
    what: '200 images of two platforms, three small layers each',
    images: Array.from({ length: 200 }, (_, number) =>
      image(`app${number}`, ['linux/amd64', 'linux/arm64'], [64 * KiB, 16 * KiB, 4 * KiB]),
    ),
    memoryLimit: PROMISED_MIB,
  },
]

function image(
  repository: string,
  platforms: readonly string[],
  layerSizes: readonly number[],
): BenchmarkImage {
  return { repository: `bench/${repository}`, tag: '1', platforms, layerSizes }
}
