import type { SizedDigest, Digest } from '../../oci/digest.ts'
import {
  algorithmOf,
  type DigestAlgorithm,
  digestOf,
  isDigest,
  verifyBytes,
} from '../../oci/digest.ts'
import { MAX_MANIFEST_BYTES, parseManifest } from '../../oci/manifest.ts'
import { isIndexType, isManifestType, manifestAccept } from '../../oci/media-types.ts'
import { discard, singleHeader } from '../network/answer-body.ts'
import { isEncoded } from '../network/content-encoding.ts'
import { isOtherContent } from './content-headers.ts'
import { readDocument } from './document.ts'
import { FormatError } from '../../oci/errors.ts'
import { saysMissing } from '../http/away.ts'
import { isPage } from '../network/page.ts'
import type {
  ExpectedManifest,
  FetchedManifest,
  UnknownManifest,
} from '../learned/fetched-manifest.ts'
import type { Repository } from '../http/repository.ts'
import { HEAD_FAILS, isRefusedLook, NO_HEAD, REFUSED_LOOKS } from './refused-looks.ts'
import type { RegistryRequest, Tries } from '../http/registry-request.ts'

const accept = manifestAccept.join(', ')

/**
 * Fetches a manifest (distribution-spec, Pulling manifests) and verifies it before a byte of it is
 * believed: its size where `expected` tells it, its digest where the reference is one. Throws
 * RegistryError: NOT_FOUND, DIGEST_MISMATCH, SIZE_MISMATCH, INVALID_MANIFEST and the errors of
 * every request. What a descriptor names is fetched once, as long as there is room to keep it, and
 * INVALID_MANIFEST once there is more of it than the repository's budget has.
 */
export async function fetchManifest(
  repository: Repository,
  reference: string,
  expected?: ExpectedManifest,
): Promise<FetchedManifest> {
  if (expected === undefined) return fetchAnew(repository, reference, expected)
  admitManifest(repository, expected)
  return repository.http.facts.manifests.once(expected, async () =>
    fetchAnew(repository, reference, expected),
  )
}

/**
 * What a registry keeps under a digest, to be put under one of its tags again. Its bytes are verified,
 * and of what they say only the media type counts, or else that of the answer: it need not be anything
 * that could be copied.
 */
export async function fetchKept(
  repository: Repository,
  digest: Digest,
): Promise<Pick<FetchedManifest, 'bytes' | 'mediaType' | 'digest'>> {
  const { http } = repository
  const request = {
    ...manifestRequest(repository, digest, 'GET', 'get manifest'),
    headers: { accept: `${accept}, */*` },
  }
  return http.call(request, async (answer) => {
    const type = singleHeader(answer, 'content-type', request.place)
    return readDocument(answer, MAX_MANIFEST_BYTES, request, http.network, (bytes) => {
      verifyBytes(bytes, { digest, size: bytes.length })
      return { bytes, digest, mediaType: statedType(bytes, type) }
    })
  })
}

function statedType(bytes: Uint8Array, type: string | undefined): string {
  try {
    return parseManifest(bytes, contentType(type)).mediaType
  } catch (error) {
    if (!(error instanceof FormatError) || type === undefined) throw error
    return type
  }
}

/**
 * Takes what a descriptor names out of the repository's budget. `fetchManifest` does so as well; this
 * is for those who have many to fetch, and would queue for it first. Throws INVALID_MANIFEST.
 */
export function admitManifest(repository: Repository, expected: ExpectedManifest): void {
  const { mediaType, size, depth = 1 } = expected
  const isManifest = isManifestType(mediaType) || size <= MAX_MANIFEST_BYTES
  if (!isManifest) return
  // What an index lists lies one deeper than the index.
  if (isIndexType(mediaType)) repository.spend(expected, 'get image index', depth + 1)
  else repository.spend(expected, 'get image', depth)
}

async function fetchAnew(
  repository: Repository,
  reference: string,
  expected: ExpectedManifest | undefined,
): Promise<FetchedManifest> {
  const { http } = repository
  const request = manifestRequest(repository, reference, 'GET', 'get manifest')
  const { place } = request
  const limit = Math.min(expected?.size ?? MAX_MANIFEST_BYTES, MAX_MANIFEST_BYTES)
  return http.call(request, async (answer) => {
    const type = singleHeader(answer, 'content-type', place)
    return readDocument(answer, limit, request, http.network, (bytes) => {
      const digest = verifiedDigest(bytes, reference, expected)
      const manifest = parseManifest(bytes, {
        ...contentType(type),
        ...(expected === undefined ? {} : { expectedType: expected.mediaType }),
      })
      return { digest, size: bytes.length, mediaType: manifest.mediaType, bytes, manifest }
    })
  })
}

/**
 * Fetches what an index lists under a media type that nobody knows, if it is a manifest; undefined
 * where the registry has no such one. Its bytes are verified, and read only if they are a manifest
 * after all.
 */
export async function fetchUnknown(
  repository: Repository,
  expected: ExpectedManifest,
): Promise<FetchedManifest | UnknownManifest | undefined> {
  if (expected.size > MAX_MANIFEST_BYTES) return undefined
  admitManifest(repository, expected)
  const { http } = repository
  const request = manifestRequest(repository, expected.digest, 'GET', 'get manifest')
  const headers = { accept: `${expected.mediaType}, ${accept}` }
  return http.call({ ...request, headers, expect: saysMissing }, async (answer) => {
    if (saysMissing(answer)) {
      await discard(answer)
      return undefined
    }
    return readDocument(answer, expected.size, request, http.network, (bytes) => {
      verifyBytes(bytes, expected)
      const { digest, size, mediaType } = expected
      try {
        const manifest = parseManifest(bytes)
        return { digest, size, mediaType: manifest.mediaType, bytes, manifest }
      } catch {
        return { digest, size, mediaType, bytes, manifest: undefined }
      }
    })
  })
}

export function manifestRequest(
  repository: Repository,
  reference: string,
  method: 'GET' | 'HEAD' | 'PUT',
  operation: string,
): RegistryRequest {
  return {
    method,
    // What a destination has only itself can say.
    reach: repository.side === 'destination' ? 'registry' : undefined,
    target: repository.path(`manifests/${reference}`),
    headers: { accept },
    scopes: [repository.scope],
    place: repository.place(operation, reference),
  }
}

function verifiedDigest(
  bytes: Uint8Array,
  reference: string,
  expected: SizedDigest | undefined,
): Digest {
  const digest = expected?.digest ?? (isDigest(reference) ? reference : undefined)
  if (digest === undefined) return digestOf(bytes)
  verifyBytes(bytes, { digest, size: expected?.size ?? bytes.length })
  return digest
}

function contentType(header: string | undefined): { contentType?: string } {
  return header === undefined ? {} : { contentType: header }
}

interface LookOptions {
  readonly tries?: Tries
  /** What should be there: what is shown in another length counts as not found. */
  readonly content?: SizedDigest | undefined
}

/**
 * The digest that a tag or digest has at a registry, by HEAD (distribution-spec, Checking if
 * content exists); undefined only for "not found". Where the answer names no digest, the manifest
 * is fetched and hashed. A GET also tells whether it is HEAD alone that is refused, and in words why
 * not: the answer to a HEAD has no room for them.
 */
export async function resolveDigest(
  repository: Repository,
  reference: string,
  { tries = 'call', content }: LookOptions = {},
): Promise<Digest | undefined> {
  const request = manifestRequest(repository, reference, 'HEAD', 'look up')
  const expect = [401, 404, ...NO_HEAD, ...REFUSED_LOOKS, ...(tries === 'call' ? [HEAD_FAILS] : [])]
  const found = await repository.http[tries]({ ...request, expect }, async (answer) => {
    await discard(answer)
    const digest = singleHeader(answer, 'docker-content-digest', request.place) ?? ''
    const isOther = content !== undefined && isOtherContent(answer, content, request.place)
    const isMissing = saysMissing(answer) || (isOther && answer.status < 300)
    return { isMissing, status: answer.status, digest: isDigest(digest) ? digest : undefined }
  })
  if (found.isMissing) return undefined
  if (found.digest !== undefined && found.status < 300) return found.digest
  return hashedDigest(
    repository,
    reference,
    isDigest(reference) ? algorithmOf(reference) : 'sha256',
    tries,
  )
}

/**
 * As `resolveDigest`, for a destination that is about to be written: one that does not let us look
 * holds nothing that we know of. Whether we may write is for the push to tell.
 */
export async function presentDigest(
  repository: Repository,
  reference: string,
  content?: SizedDigest,
): Promise<Digest | undefined> {
  try {
    return await resolveDigest(repository, reference, { content })
  } catch (error) {
    if (!isRefusedLook(error)) throw error
    repository.http.logger.debug(`not known: ${error.message}`)
    return undefined
  }
}

/**
 * Whether a destination shows a manifest under its digest (see `presentDigest`), in the length that it
 * should have.
 */
export async function holdsManifest(
  repository: Repository,
  content: SizedDigest,
): Promise<boolean> {
  return (await presentDigest(repository, content.digest, content)) === content.digest
}

export async function hashedDigest(
  repository: Repository,
  reference: string,
  algorithm: DigestAlgorithm,
  tries: Tries = 'call',
): Promise<Digest | undefined> {
  const { http } = repository
  const request = manifestRequest(repository, reference, 'GET', 'look up')
  return http[tries]({ ...request, expect: saysMissing }, async (answer) => {
    if (saysMissing(answer)) {
      await discard(answer)
      return undefined
    }
    return readDocument(answer, MAX_MANIFEST_BYTES, request, http.network, (bytes) => {
      // Of pages, and of what was compressed, the digest would be another one.
      const isDoubtful = isPage(answer) || isEncoded(answer)
      if (isDoubtful && !isJson(bytes)) throw new FormatError('manifest', 'it is not JSON')
      return digestOf(bytes, algorithm)
    })
  })
}

function isJson(bytes: Buffer): boolean {
  return bytes.toString('utf8').trimStart().startsWith('{')
}
