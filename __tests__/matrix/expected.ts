import { digestOf } from '../../testkit/registry/content.ts'
import type { BuiltImage } from '../../testkit/image/image.ts'
import type { PlatformSpec } from '../../testkit/image/descriptor.ts'

/**
 * The digest of the index that a copy of some platforms gets, computed from the promise of
 * docs/digests.md and with none of the action's code.
 */
export function filteredDigest(image: BuiltImage, platforms: readonly string[]): string {
  const manifests = platforms.toSorted().map((wanted) => {
    const child = image.children.find(({ platform }) => wanted === textOf(platform))
    if (child?.platform === undefined) throw new Error(`the image lacks ${wanted}`)
    const { mediaType, size, digest } = child.manifest
    const { architecture, os, variant } = child.platform
    const platform = variant === undefined ? { architecture, os } : { architecture, os, variant }
    return { mediaType, size, digest, platform }
  })
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  return digestOf(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests })))
}

function textOf(platform: PlatformSpec | undefined): string {
  if (platform === undefined) return ''
  const { os, architecture, variant } = platform
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/')
}
