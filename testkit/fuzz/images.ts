import { buildArtifact, buildImage, buildIndex, type BuiltImage } from '../image/image.ts'
import type { LayerSpec } from '../image/layer.ts'
import { buildMultiPlatform } from '../image/multi-platform.ts'
import { syntheticBlob } from '../registry/content.ts'
import { MiB } from '../registry/media-types.ts'
import type { Random } from './random.ts'

const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'windows/amd64', 'linux/s390x']

/** An image of one of the kinds that registries hold. Some of their layers are in other images too. */
export function randomImage(random: Random): BuiltImage {
  return random.pick(kinds)(random)
}

const kinds: readonly ((random: Random) => BuiltImage)[] = [
  (random) => buildImage({ layers: layers(random) }),
  (random) => buildImage({ layers: layers(random), format: 'docker' }),
  (random) => buildImage({ layers: layers(random), algorithm: 'sha512' }),
  (random) => buildImage({ platform: random.pick(PLATFORMS), layers: layers(random) }),
  (random) => buildArtifact({ artifactType: 'application/vnd.acme.thing', blobs: layers(random) }),
  multiPlatform,
  multiPlatform,
  multiPlatform,
  (random) => buildIndex({ children: [multiPlatform(random), buildImage()] }),
  (random) =>
    buildIndex({ children: [buildIndex({ children: [buildImage()] }), multiPlatform(random)] }),
]

function multiPlatform(random: Random): BuiltImage {
  const shared = layers(random)
  return buildMultiPlatform({
    platforms: ['linux/amd64', ...random.some(PLATFORMS.slice(1), 0.5)],
    attestations: random.chance(0.4),
    format: random.chance(0.3) ? 'docker' : 'oci',
    layers: (platform) => [...shared, { files: { 'etc/platform': platform } }],
  })
}

function layers(random: Random): LayerSpec[] {
  const count = random.below(4)
  return Array.from({ length: count }, () => layer(random))
}

/** Of few kinds and few contents, so that images share them. */
function layer(random: Random): LayerSpec {
  const number = random.below(3)
  if (random.chance(0.1)) return { source: syntheticBlob(MiB + number, number) }
  if (random.chance(0.1)) return { bytes: '' }
  const compression = random.pick(['none', 'gzip', 'zstd'] as const)
  return { files: { 'etc/layer': `layer ${number}\n` }, compression }
}
