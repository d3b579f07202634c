import type { SizedDigest } from '../../oci/digest.ts'
import { type Address, withParameter } from '../http/location.ts'
import { unescaped } from '../http/redirects.ts'
import { discard } from '../network/answer-body.ts'
import { isPageOnly, pageInstead } from '../network/page.ts'
import { confirmsDigest } from './content-headers.ts'
import type { ErrorPlace } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import type { OpenContent, RegistryAnswer, RegistryRequest } from '../http/registry-request.ts'

/**
 * Registries hash and store a blob before they answer; the slowest seen need a second for 16 MB.
 */
const SLOWEST_FINISH_BYTES_PER_MS = 16_000
/** Giving a session back is a courtesy, and a cancelled run ends within two seconds. */
const CANCEL_TIMEOUT_MS = 1_000

/** Restarts with a new session: replicas that do not share their secrets forget them (Q38). */
export const LOST_SESSION = ['BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID']

/** An open upload: where it goes on, and what its chunks may be like, in bytes. */
export interface UploadSession {
  readonly address: Address
  /** All but the last have to be that large (distribution-spec, Pushing a blob in chunks). */
  readonly minChunk: number
  readonly maxChunk: number
}

/**
 * Opens an upload session (distribution-spec, Pushing blobs). Needs a slot of the caller's; one
 * try.
 */
export async function startUpload(repository: Repository): Promise<UploadSession> {
  const { http, scope } = repository
  const place = repository.place('start upload')
  const target = repository.path('blobs/uploads/')
  const answer = await http.exchange({
    method: 'POST',
    reach: 'storage',
    target,
    scopes: [scope],
    place,
    refusal: 'UPLOAD',
  })
  await discard(answer)
  return sessionOf(repository, answer, place)
}

/** The session that an answer opens. */
export async function sessionOf(
  { http }: Repository,
  answer: RegistryAnswer,
  place: ErrorPlace,
): Promise<UploadSession> {
  return {
    address: await http.uploadAddress(answer, place),
    minChunk: bytesIn(answer, 'oci-chunk-min-length') ?? 0,
    // Not of the specification; Cloudflare has it (Q46).
    maxChunk: bytesIn(answer, 'oci-chunk-max-length') ?? Number.POSITIVE_INFINITY,
  }
}

/** The number in a header; undefined where it is none that could be meant. */
function bytesIn({ headers }: RegistryAnswer, name: string): number | undefined {
  const value = headers[name]
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined
}

/**
 * Sends a whole blob in one request (distribution-spec, Pushing a blob monolithically): the one way
 * that every large registry takes. Needs a slot of the caller's; one try. `open` is called each
 * time the body has to be sent.
 */
export async function putBlob(
  repository: Repository,
  { address }: UploadSession,
  blob: SizedDigest,
  open: OpenContent,
): Promise<void> {
  await closeUpload(repository, address, blob, {
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(blob.size) },
    body: open,
  })
}

/**
 * Ends a session with the digest of all that was sent, and with what is left to be sent. Throws
 * VERIFICATION where the registry answers with another digest.
 */
export async function closeUpload(
  repository: Repository,
  address: Address,
  blob: SizedDigest,
  content: Pick<RegistryRequest, 'headers' | 'body'>,
): Promise<void> {
  const { http, scope } = repository
  const place = repository.place('upload blob', blob.digest)
  const answer = await http.exchange({
    ...content,
    method: 'PUT',
    reach: 'storage',
    target: { ...address, path: withParameter(address.path, 'digest', blob.digest) },
    scopes: [scope],
    place,
    refusal: 'UPLOAD',
    passing: LOST_SESSION,
    answerTimeoutMs: http.network.timeoutMs + blob.size / SLOWEST_FINISH_BYTES_PER_MS,
  })
  await discard(answer)
  if (isPageOnly(answer)) throw pageInstead(answer, answer.address.origin, place)
  confirmsDigest(answer, blob.digest, place)
}

/**
 * Gives a session back that will not be used (distribution-spec 1.2), also when the run has been
 * cancelled. Not every registry knows how, so nothing depends on it. A DELETE can do harm: it goes
 * where sessions of this repository live, and to no other address that a registry may give.
 */
export async function cancelUpload(
  repository: Repository,
  { address }: UploadSession,
): Promise<void> {
  const sessions = repository.path('blobs/uploads/')
  if (address.isAway || !isBeneath(sessions, address.path)) return
  try {
    const answer = await repository.http.exchange({
      method: 'DELETE',
      target: address,
      scopes: [repository.scope],
      place: repository.place('cancel upload'),
      signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS),
    })
    await discard(answer)
  } catch {
    // Sessions expire by themselves.
  }
}

function isBeneath(parent: string, path: string): boolean {
  const read = unescaped(path)
  return read.startsWith(parent) && !read.split('/').includes('..')
}
