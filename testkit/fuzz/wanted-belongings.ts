import { isDescriptor, isObject, parseObject } from '../registry/manifest-check.ts'
import { isIndexType } from '../registry/media-types.ts'
import type { Repository, StoredManifest } from '../registry/storage.ts'

/** Something that belongs to a manifest, as its source holds it. */
export interface Wanted {
  readonly subject: string
  readonly manifest: StoredManifest
  /** The tag under which cosign keeps it; undefined for what refers to its subject. */
  readonly tag?: string
}

/**
 * All that a source holds of what belongs to these manifests, and to that in turn. `words` are those
 * of the input `referrers`.
 */
export function wantedOf(
  source: Repository,
  manifests: readonly string[],
  words: readonly string[],
): Wanted[] {
  const found: Wanted[] = []
  const seen = new Set<string>()
  const subjects = [...manifests]
  for (let subject = subjects.shift(); subject !== undefined; subject = subjects.shift()) {
    if (seen.has(subject)) continue
    seen.add(subject)
    const own = [...referrersOf(source, subject, words), ...taggedFor(source, subject, words)]
    found.push(...own)
    subjects.push(...own.flatMap(({ manifest }) => manifestsBelow(source, manifest.digest)))
  }
  return found
}

function referrersOf(source: Repository, subject: string, words: readonly string[]): Wanted[] {
  return [...source.manifests.values()]
    .filter((manifest) => subjectOf(manifest) === subject)
    .filter((manifest) => words.includes('all') || words.includes(typeOf(manifest)))
    .map((manifest) => ({ subject, manifest }))
}

function taggedFor(source: Repository, subject: string, words: readonly string[]): Wanted[] {
  if (!words.includes('all') && !words.includes('cosign-tags')) return []
  return ['sig', 'att', 'sbom'].flatMap((kind) => {
    const tag = `${subject.replace(':', '-')}.${kind}`
    const manifest = source.manifests.get(source.tags.get(tag) ?? '')
    return manifest === undefined ? [] : [{ subject, manifest, tag }]
  })
}

/** A manifest and those below it, as far as they are there. */
export function manifestsBelow(repository: Repository, digest: string): string[] {
  const manifest = repository.manifests.get(digest)
  if (manifest === undefined) return []
  const children = isIndexType(manifest.mediaType) ? partsOf(manifest) : []
  return [digest, ...children.flatMap((child) => manifestsBelow(repository, child))]
}

/** Digests of an index's entries, or whatever tells apart the layers of an image. */
export function partsOf(manifest: StoredManifest | undefined): string[] {
  if (manifest === undefined) return []
  const { manifests, layers } = parseObject(manifest.bytes) ?? {}
  if (Array.isArray(layers)) return layers.map((layer) => JSON.stringify(layer))
  if (!Array.isArray(manifests)) return []
  return manifests.flatMap((entry) => (isDescriptor(entry) ? [entry.digest] : []))
}

export function subjectOf({ bytes }: StoredManifest): string | undefined {
  const subject = parseObject(bytes)?.['subject']
  return isDescriptor(subject) ? subject.digest : undefined
}

function typeOf({ bytes }: StoredManifest): string {
  const { artifactType, config } = parseObject(bytes) ?? {}
  return String(artifactType ?? (isObject(config) ? config['mediaType'] : ''))
}
