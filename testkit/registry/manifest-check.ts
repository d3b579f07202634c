import { isIndexType, isNonDistributable } from './media-types.ts'
import { isDigest } from './names.ts'
import type { SpecError } from './spec-errors.ts'
import type { Repository } from './storage.ts'

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

export type Checked = { readonly subject?: string } | { readonly errors: readonly SpecError[] }

/** What a careful registry refuses: wrong shape, wrong media type, references to what is not there. */
export function checkManifest(
  bytes: Uint8Array,
  mediaType: string,
  repository: Repository,
  checkReferences: boolean,
): Checked {
  const manifest = parseObject(bytes)
  if (manifest === undefined) return invalid('not a JSON object')
  if (manifest['schemaVersion'] !== 2) return invalid('schemaVersion is not 2')
  const inner = manifest['mediaType']
  if (inner !== undefined && inner !== mediaType) {
    return invalid(`Content-Type is ${mediaType}, mediaType is ${JSON.stringify(inner)}`)
  }
  const subject = manifest['subject']
  if (subject !== undefined && !isDescriptor(subject)) return invalid('malformed subject')
  const isIndex = isIndexType(mediaType)
  if (isIndex ? 'layers' in manifest || 'config' in manifest : 'manifests' in manifest) {
    return invalid('members of an image and of an index in one document')
  }
  const references = isIndex ? childrenOf(manifest) : blobsOf(manifest)
  if (references === undefined) return invalid('malformed descriptors')
  const errors = checkReferences
    ? references.flatMap((reference) => missing(reference, repository, isIndex))
    : []
  if (errors.length > 0) return { errors }
  return subject === undefined ? {} : { subject: subject.digest }
}

/** The JSON object in `bytes`, if that is what they are. */
export function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isDescriptor(value: unknown): value is Descriptor {
  return (
    isObject(value) &&
    typeof value['mediaType'] === 'string' &&
    typeof value['digest'] === 'string' &&
    isDigest(value['digest']) &&
    typeof value['size'] === 'number' &&
    Number.isSafeInteger(value['size']) &&
    value['size'] >= 0
  )
}

function childrenOf(index: Record<string, unknown>): readonly Descriptor[] | undefined {
  return descriptors(index['manifests'])
}

function blobsOf(image: Record<string, unknown>): readonly Descriptor[] | undefined {
  // Go reads what is not there, and null, as an empty list.
  const layers = descriptors(image['layers'] ?? [])
  const { config } = image
  if (layers === undefined || !isDescriptor(config)) return undefined
  return [config, ...layers.filter((layer) => !isNonDistributable(layer.mediaType))]
}

function descriptors(value: unknown): readonly Descriptor[] | undefined {
  return Array.isArray(value) && value.every(isDescriptor) ? value : undefined
}

/** An entry of an index may be a blob of any other type, so both places count. */
function missing(
  { digest, size }: Descriptor,
  { manifests, blobs }: Repository,
  isIndex: boolean,
): SpecError[] {
  const found = (isIndex ? manifests.get(digest) : undefined) ?? blobs.get(digest)
  if (found === undefined) {
    const message = 'manifest references what is unknown to the repository'
    return [{ code: 'MANIFEST_BLOB_UNKNOWN', message, detail: { digest } }]
  }
  if (found.size === size) return []
  const message = `descriptor says ${size} bytes, stored are ${found.size}`
  return [{ code: 'MANIFEST_INVALID', message, detail: { digest } }]
}

function invalid(message: string): Checked {
  return { errors: [{ code: 'MANIFEST_INVALID', message }] }
}
