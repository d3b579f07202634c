import type { Content, Digest } from '../oci/digest.ts'
import { algorithmOf, digestOf, isDigest, verifyBytes } from '../oci/digest.ts'
import { type Manifest, MAX_MANIFEST_BYTES, parseManifest } from '../oci/manifest.ts'
import { manifestAccept } from '../oci/media-types.ts'
import { discard, readBody, singleHeader } from './body.ts'
import { placed, RegistryError } from './errors.ts'
import { foreignText } from './foreign-text.ts'
import type { Repository } from './repository.ts'

/** A manifest or index as it was fetched: its bytes, what they are by their own digest, and what they say. */
export interface FetchedManifest extends Content {
  readonly mediaType: string
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

/** What a descriptor promises about a manifest. */
export interface ExpectedManifest extends Content {
  readonly mediaType: string
}

const accept = manifestAccept.join(', ')

/**
 * Fetches a manifest (distribution-spec, Pulling manifests) and verifies it before a byte of it is believed: its size
 * where `expected` tells it, its digest where the reference is one. Throws RegistryError: NOT_FOUND, DIGEST_MISMATCH,
 * SIZE_MISMATCH, INVALID_MANIFEST and the errors of every request.
 */
export async function fetchManifest(
  repository: Repository,
  reference: string,
  expected?: ExpectedManifest,
): Promise<FetchedManifest> {
  const { http } = repository
  const place = repository.place('get manifest', reference)
  const request = { method: 'GET', target: repository.path(`manifests/${reference}`), headers: { accept } } as const
  return await http.call({ ...request, scopes: [repository.scope], place }, async (answer) => {
    const bytes = await readBody(answer, MAX_MANIFEST_BYTES, place, http.network.signal)
    try {
      const digest = verifiedDigest(bytes, reference, expected)
      const manifest = parseManifest(bytes, {
        ...contentType(singleHeader(answer, 'content-type', place)),
        ...(expected === undefined ? {} : { expectedType: expected.mediaType }),
      })
      return { digest, size: bytes.length, mediaType: manifest.mediaType, bytes, manifest }
    } catch (error) {
      throw placed(error, place)
    }
  })
}

function verifiedDigest(bytes: Uint8Array, reference: string, expected: Content | undefined): Digest {
  const digest = expected?.digest ?? (isDigest(reference) ? reference : undefined)
  if (digest === undefined) return digestOf(bytes)
  verifyBytes(bytes, { digest, size: expected?.size ?? bytes.length })
  return digest
}

function contentType(header: string | undefined): { contentType?: string } {
  return header === undefined ? {} : { contentType: header }
}

/** Statuses by which registries and proxies say that they do not do HEAD on manifests (Q09, Q56). */
const NO_HEAD: readonly number[] = [400, 405, 501]

/**
 * The digest that a tag or digest has at a registry, by HEAD (distribution-spec, Checking if content exists); undefined
 * only for "not found". Where the answer names no digest, the manifest is fetched and hashed.
 */
export async function resolveDigest(repository: Repository, reference: string): Promise<Digest | undefined> {
  const place = repository.place('look up', reference)
  const found = await repository.http.call(
    {
      method: 'HEAD',
      target: repository.path(`manifests/${reference}`),
      headers: { accept },
      scopes: [repository.scope],
      place,
      expect: [404, ...NO_HEAD],
    },
    async (answer) => {
      await discard(answer)
      const digest = singleHeader(answer, 'docker-content-digest', place) ?? ''
      return { status: answer.status, digest: isDigest(digest) ? digest : undefined }
    },
  )
  if (found.status === 404) return undefined
  if (found.digest !== undefined && found.status < 300) return found.digest
  return await hashedDigest(repository, reference)
}

async function hashedDigest(repository: Repository, reference: string): Promise<Digest | undefined> {
  const place = repository.place('look up', reference)
  return await repository.http.call(
    {
      method: 'GET',
      target: repository.path(`manifests/${reference}`),
      headers: { accept },
      scopes: [repository.scope],
      place,
      expect: [404],
    },
    async (answer) => {
      const bytes = await readBody(answer, MAX_MANIFEST_BYTES, place, repository.http.network.signal)
      if (answer.status === 404) return undefined
      return isDigest(reference) ? digestOf(bytes, algorithmOf(reference)) : digestOf(bytes)
    },
  )
}

/**
 * Pushes the exact bytes of a manifest (distribution-spec, Pushing manifests) under a tag or its digest. Throws
 * VERIFICATION where the registry answers with another digest.
 */
export async function pushManifest(
  repository: Repository,
  reference: string,
  content: { readonly bytes: Uint8Array; readonly mediaType: string; readonly digest: Digest },
): Promise<void> {
  const place = repository.place('push manifest', reference)
  await repository.http.call(
    {
      method: 'PUT',
      target: repository.path(`manifests/${reference}`),
      headers: { 'content-type': content.mediaType },
      body: content.bytes,
      scopes: [repository.scope],
      place,
    },
    async (answer) => {
      await discard(answer)
      const stored = singleHeader(answer, 'docker-content-digest', place)
      if (stored !== undefined && sameAlgorithm(stored, content.digest) && stored !== content.digest) {
        throw new RegistryError('VERIFICATION', otherDigest(content.digest, stored), {
          ...place,
          status: answer.status,
        })
      }
    },
  )
}

/** Reads back what a tag shows after it was written. Throws VERIFICATION where that is not what was pushed. */
export async function verifyPushed(repository: Repository, reference: string, digest: Digest): Promise<void> {
  const stored = await resolveDigest(repository, reference)
  if (stored === digest) return
  if (stored !== undefined && !sameAlgorithm(stored, digest)) {
    // A registry may name content by another algorithm (distribution-spec, Pulling manifests): ask for ours.
    if ((await resolveDigest(repository, digest)) !== undefined) return
  }
  throw new RegistryError(
    'VERIFICATION',
    stored === undefined ? `pushed ${digest}, but nothing is there` : otherDigest(digest, stored),
    repository.place('verify', reference),
  )
}

function otherDigest(pushed: Digest, stored: string): string {
  return `pushed ${pushed}, but the registry shows ${foreignText(stored, 140)}`
}

function sameAlgorithm(one: string, other: string): boolean {
  return one.split(':')[0] === other.split(':')[0]
}
