import * as v from 'valibot'
import { algorithmOf, type Digest } from './digest.ts'
import type { Manifest } from './manifest.ts'
import { parseStrictJson } from './strict-json.ts'

/**
 * The tag of the index in which clients list the referrers of a manifest where a registry does not
 * (distribution-spec, Referrers Tag Schema). A tag has 128 characters at most, so that a longer
 * digest is cut.
 */
export function referrersTag(subject: Digest): string {
  const [algorithm = '', encoded = ''] = subject.split(':')
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`
}

/** What cosign stores under a tag of its own: signatures, attestations, a bill of materials. */
export type CosignKind = 'sig' | 'att' | 'sbom'

export const cosignKinds: readonly CosignKind[] = ['sig', 'att', 'sbom']

/**
 * The tag under which cosign keeps what belongs to a manifest. Undefined where it would be longer
 * than a tag may be.
 */
export function cosignTag(subject: Digest, kind: CosignKind): string | undefined {
  if (algorithmOf(subject) !== 'sha256') return undefined
  return `${subject.replace(':', '-')}.${kind}`
}

/** Whether a tag is one of those, and shows what belongs to an image and no image. */
export function isReferrersTag(tag: string): boolean {
  return /^sha(?:256|512)-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?$/.test(tag)
}

/**
 * The type by which a referrer is listed: its own, else that of its config (distribution-spec,
 * Listing Referrers).
 */
export function artifactTypeOf(manifest: Manifest): string | undefined {
  if (manifest.artifactType !== undefined) return manifest.artifactType
  return manifest.kind === 'image' ? manifest.config.mediaType : undefined
}

const Annotated = v.looseObject({
  annotations: v.fallback(v.nullish(v.record(v.string(), v.unknown())), undefined),
})

/** The annotations of a manifest as they stand in it; undefined where it has none. */
export function annotationsOf(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const document = parseStrictJson(bytes, { freeMaps: ['annotations'] })
  return v.parse(Annotated, document).annotations ?? undefined
}
