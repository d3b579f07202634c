import { createHash } from 'node:crypto'
import type { NamedImage } from './images.ts'
import { blobOf, digestOf, manifestOf, types } from './image.ts'

/** Images of one platform and of the same form, no two with a blob in common. */
export interface Synthetic {
  /** Of their repositories, without a number: `bench/far`. */
  readonly name: string
  readonly count: number
  readonly layers: number
  /** Bytes of each layer. */
  readonly size: number
}

/** The same images for everybody who is told the same. */
export function syntheticImages({ name, count, layers, size }: Synthetic): readonly NamedImage[] {
  return Array.from({ length: count }, (_, number) => {
    const repository = `${name}-${number + 1}`
    const contents = Array.from({ length: layers }, (_none, layer) =>
      filledWith(`${repository}/${layer}`, size),
    )
    return { repository, image: singleImage(repository, contents) }
  })
}

/** An image of one platform, whose manifest is what its tag shows. */
function singleImage(name: string, layers: readonly Buffer[]): NamedImage['image'] {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: { 'org.opencontainers.image.title': name } },
      rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
    }),
  )
  const blobs = [config, ...layers].map(blobOf)
  const [first, ...others] = blobs.map(({ digest, size }) => ({ digest, size }))
  const manifest = manifestOf(types.oci.manifest, {
    config: { mediaType: types.oci.config, ...first },
    layers: others.map((layer) => ({ mediaType: types.oci.layer, ...layer })),
  })
  return { index: manifest, children: [{ platform: 'linux/amd64', manifest, blobs }] }
}

/** Bytes that no two texts have in common, and that cost little to make. */
function filledWith(text: string, size: number): Buffer {
  return Buffer.alloc(size, createHash('sha512').update(text).digest())
}
