import { type SizedDigest, type Digest, digestOf } from './digest.ts'
import { FormatError } from './errors.ts'
import { isImageConfigType, MediaType, normaliseMediaType } from './media-types.ts'
import { normalisePlatform, type Platform, platformKey } from './platform.ts'

/** One platform's image as an index lists it; digest and size are those of verified bytes. */
export interface PlatformImage extends SizedDigest {
  readonly mediaType: string
  readonly platform: Platform
  /** `config.mediaType` of the image's manifest. */
  readonly configMediaType: string
}

/** BuildKit's attestation of an image, listed beside it; digest and size are those of verified bytes. */
export interface ImageAttestation extends SizedDigest {
  readonly mediaType: string
  /** The image that it is about. */
  readonly subject: Digest
  /** `config.mediaType` of its manifest. */
  readonly configMediaType: string
}

/**
 * Writes the OCI index that lists exactly the given images, and behind them what attests of them, in
 * their order. Equal input gives equal bytes in
 * whatever order it comes: entries are sorted by platform string, members have a fixed order
 * (that of go-containerregistry 0.14 to 0.21.5, so that both tools arrive at the same digest).
 * `size` is in bytes. Of Windows, several versions may stand side by side.
 * @throws FormatError of kind `manifest` for no images at all or two with the same platform
 */
export function buildImageIndex(
  children: readonly PlatformImage[],
  attestations: readonly ImageAttestation[] = [],
): {
  bytes: Buffer
  digest: Digest
  size: number
  mediaType: string
} {
  if (children.length === 0) {
    throw new FormatError('manifest', 'an index needs at least one platform image')
  }
  const byPlatform = new Map<string, PlatformImage>()
  for (const child of children) {
    const platform = platformKey(child.platform)
    if (byPlatform.has(platform)) {
      throw new FormatError('manifest', `the index would list the platform ${platform} twice`)
    }
    byPlatform.set(platform, child)
  }
  // Platform strings are ASCII, so that comparing code units is comparing bytes.
  const sorted = [...byPlatform].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, child]) => child)
  const subjects = new Set(sorted.map(({ digest }) => digest))
  const attested = [...subjects].flatMap((digest) =>
    attestations.filter(({ subject }) => subject === digest),
  )
  const bytes = encode({
    schemaVersion: 2,
    mediaType: MediaType.ociIndex,
    manifests: [...sorted.map(entry), ...attested.map(attestationEntry)],
  })
  return { bytes, digest: digestOf(bytes), size: bytes.byteLength, mediaType: MediaType.ociIndex }
}

function entry(child: PlatformImage): object {
  const { os, architecture, variant } = normalisePlatform(child.platform)
  const { osVersion, osFeatures } = child.platform
  return {
    ...contentOf(child),
    platform: {
      architecture,
      os,
      ...(osVersion !== undefined && { 'os.version': osVersion.toWellFormed() }),
      ...(osFeatures !== undefined && {
        'os.features': osFeatures.map((feature) => feature.toWellFormed()),
      }),
      ...(variant !== undefined && { variant }),
    },
    ...artifactTypeOf(child),
  }
}

function attestationEntry(attestation: ImageAttestation): object {
  return {
    ...contentOf(attestation),
    annotations: {
      'vnd.docker.reference.digest': attestation.subject,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
    platform: { architecture: 'unknown', os: 'unknown' },
    ...artifactTypeOf(attestation),
  }
}

function contentOf({
  mediaType,
  size,
  digest,
}: SizedDigest & { readonly mediaType: string }): object {
  return { mediaType: normaliseMediaType(mediaType), size, digest }
}

function artifactTypeOf({ configMediaType }: { readonly configMediaType: string }): object {
  const isNamed = configMediaType !== '' && !isImageConfigType(configMediaType)
  return isNamed ? { artifactType: configMediaType } : {}
}

/** Go's encoder writes these five characters as escapes, `JSON.stringify` does not. */
const ESCAPED_BY_GO = /[<>&\u2028\u2029]/g

function encode(value: unknown): Buffer {
  const json = JSON.stringify(value).replace(
    ESCAPED_BY_GO,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return Buffer.from(json)
}
