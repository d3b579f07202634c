import type { Content, Digest } from '../oci/digest.ts'
import {
  algorithmOf,
  type DigestAlgorithm,
  digestOf,
  isDigest,
  verifyBytes,
} from '../oci/digest.ts'
import { type Manifest, MAX_MANIFEST_BYTES, parseManifest } from '../oci/manifest.ts'
import { manifestAccept } from '../oci/media-types.ts'
import { discard, readBody, singleHeader } from './body.ts'
import { placed, RegistryError } from './errors.ts'
import { foreignText } from './foreign-text.ts'
import type { Repository } from './repository.ts'
import type { RegistryRequest } from './request.ts'

/** A manifest or index as it was fetched: its bytes, their own digest, and what they say. */
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

/** A digest of the longest algorithm, with its name. */
const MAX_DIGEST_LENGTH = 140

/**
 * Fetches a manifest (distribution-spec, Pulling manifests) and verifies it before a byte of it is
 * believed: its size where `expected` tells it, its digest where the reference is one. Throws
 * RegistryError: NOT_FOUND, DIGEST_MISMATCH, SIZE_MISMATCH, INVALID_MANIFEST and the errors of
 * every request.
 */
export async function fetchManifest(
  repository: Repository,
  reference: string,
  expected?: ExpectedManifest,
): Promise<FetchedManifest> {
  const { http } = repository
  const request = manifestRequest(repository, reference, 'GET', 'get manifest')
  const { place } = request
  const limit = Math.min(expected?.size ?? MAX_MANIFEST_BYTES, MAX_MANIFEST_BYTES)
  return http.call(request, async (answer) => {
    const bytes = await readBody(answer, limit, place, http.network.signal)
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

function manifestRequest(
  repository: Repository,
  reference: string,
  method: 'GET' | 'HEAD' | 'PUT',
  operation: string,
): RegistryRequest {
  return {
    method,
    target: repository.path(`manifests/${reference}`),
    headers: { accept },
    scopes: [repository.scope],
    place: repository.place(operation, reference),
  }
}

function verifiedDigest(
  bytes: Uint8Array,
  reference: string,
  expected: Content | undefined,
): Digest {
  const digest = expected?.digest ?? (isDigest(reference) ? reference : undefined)
  if (digest === undefined) return digestOf(bytes)
  verifyBytes(bytes, { digest, size: expected?.size ?? bytes.length })
  return digest
}

function contentType(header: string | undefined): { contentType?: string } {
  return header === undefined ? {} : { contentType: header }
}

/**
 * Statuses by which registries and proxies say that they do not do HEAD on manifests (Q09, Q56).
 */
const NO_HEAD: readonly number[] = [400, 405, 501]

/**
 * The digest that a tag or digest has at a registry, by HEAD (distribution-spec, Checking if
 * content exists); undefined only for "not found". Where the answer names no digest, the manifest
 * is fetched and hashed.
 */
export async function resolveDigest(
  repository: Repository,
  reference: string,
): Promise<Digest | undefined> {
  const request = manifestRequest(repository, reference, 'HEAD', 'look up')
  const expect = [404, ...NO_HEAD]
  const found = await repository.http.call({ ...request, expect }, async (answer) => {
    await discard(answer)
    const digest = singleHeader(answer, 'docker-content-digest', request.place) ?? ''
    return { status: answer.status, digest: isDigest(digest) ? digest : undefined }
  })
  if (found.status === 404) return undefined
  if (found.digest !== undefined && found.status < 300) return found.digest
  return hashedDigest(
    repository,
    reference,
    isDigest(reference) ? algorithmOf(reference) : 'sha256',
  )
}

async function hashedDigest(
  repository: Repository,
  reference: string,
  algorithm: DigestAlgorithm,
): Promise<Digest | undefined> {
  const { http } = repository
  const request = manifestRequest(repository, reference, 'GET', 'look up')
  return http.call({ ...request, expect: [404] }, async (answer) => {
    if (answer.status === 404) {
      await discard(answer)
      return undefined
    }
    const bytes = await readBody(answer, MAX_MANIFEST_BYTES, request.place, http.network.signal)
    return digestOf(bytes, algorithm)
  })
}

/** A manifest as it is pushed. */
export interface PushedManifest {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly digest: Digest
}

/**
 * Pushes a manifest under a tag or its digest, and checks what the registry shows there afterwards.
 * One after another where several tags of a repository get the same manifest: a registry on a plain
 * file system (distribution) fails to read what it is just writing again. Throws VERIFICATION.
 */
export async function publishManifest(
  repository: Repository,
  reference: string,
  content: PushedManifest,
): Promise<void> {
  await repository.http.turns.run(`${repository.name}@${content.digest}`, async () => {
    await pushManifest(repository, reference, content)
    await verifyPushed(repository, reference, content.digest)
  })
}

/**
 * Pushes the exact bytes of a manifest (distribution-spec, Pushing manifests) under a tag or its
 * digest. Throws VERIFICATION where the registry answers with another digest.
 */
export async function pushManifest(
  repository: Repository,
  reference: string,
  { bytes, mediaType, digest }: PushedManifest,
): Promise<void> {
  const request = {
    ...manifestRequest(repository, reference, 'PUT', 'push manifest'),
    headers: { 'content-type': mediaType },
    body: bytes,
  }
  const { place } = request
  await repository.http.call(request, async (answer) => {
    await discard(answer)
    const stored = singleHeader(answer, 'docker-content-digest', place) ?? digest
    if (stored === digest || !sameAlgorithm(stored, digest)) return
    const { status } = answer
    throw new RegistryError('VERIFICATION', otherDigest(digest, stored), { ...place, status })
  })
}

/**
 * Reads back what a tag shows after it was written. Throws VERIFICATION where that is not what was
 * pushed.
 */
export async function verifyPushed(
  repository: Repository,
  reference: string,
  digest: Digest,
): Promise<void> {
  let stored = await resolveDigest(repository, reference)
  if (stored !== undefined && !sameAlgorithm(stored, digest)) {
    // A registry may name content by another algorithm (distribution-spec, Pulling manifests).
    stored = await hashedDigest(repository, reference, algorithmOf(digest))
  }
  if (stored === digest) return
  throw new RegistryError(
    'VERIFICATION',
    stored === undefined ? `pushed ${digest}, but nothing is there` : otherDigest(digest, stored),
    repository.place('verify', reference),
  )
}

function otherDigest(pushed: Digest, stored: string): string {
  return `pushed ${pushed}, but the registry shows ${foreignText(stored, MAX_DIGEST_LENGTH)}`
}

function sameAlgorithm(one: string, other: string): boolean {
  return one.split(':')[0] === other.split(':')[0]
}
