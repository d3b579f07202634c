import type { Content } from '../../oci/digest.ts'
import { type Address, withParameter } from '../http/location.ts'
import { pullScope } from '../auth/scope.ts'
import { discard } from '../network/answer-body.ts'
import type { ErrorPlace } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import type { OpenContent, RegistryAnswer, RegistryRequest } from '../http/registry-http.ts'

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
 * A registry's answer to the wish to put a blob: it has it by now, or waits for it at an address.
 */
export type UploadStart =
  | { readonly mounted: true }
  | { readonly mounted: false; readonly session: UploadSession }

/**
 * Opens an upload session (distribution-spec, Pushing blobs). Needs a slot of the caller's; one
 * try.
 */
export async function startUpload(repository: Repository): Promise<UploadSession> {
  const { http, scope } = repository
  const place = repository.place('start upload')
  const target = repository.path('blobs/uploads/')
  const request = { method: 'POST', target, scopes: [scope], place, refusal: 'UPLOAD' } as const
  const answer = await http.exchange(request)
  await discard(answer)
  return sessionOf(repository, answer, place)
}

async function sessionOf(
  { http }: Repository,
  answer: RegistryAnswer,
  place: ErrorPlace,
): Promise<UploadSession> {
  return {
    address: await http.location(answer, place),
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
 * Asks the registry to take a blob over from another of its repositories (distribution-spec,
 * Mounting a blob from another repository). Where it will not, its 202 is an upload session like
 * any other. From the repository itself, it is a look that opens a session where the blob is not there.
 */
export async function mountBlob(
  repository: Repository,
  blob: Content,
  from: string,
): Promise<UploadStart> {
  const { http, scope } = repository
  const isLook = from === repository.name
  const place = isLook
    ? repository.place('start upload')
    : repository.place('mount blob', blob.digest)
  const query = `mount=${encodeURIComponent(blob.digest)}&from=${encodeURIComponent(from)}`
  const target = repository.path(`blobs/uploads/?${query}`)
  const answer = await http.exchange({
    method: 'POST',
    target,
    scopes: isLook ? [scope] : [scope, pullScope(from)],
    place,
    refusal: 'UPLOAD',
  })
  await discard(answer)
  if (answer.status === 201) return { mounted: true }
  return { mounted: false, session: await sessionOf(repository, answer, place) }
}

/**
 * Sends a whole blob in one request (distribution-spec, Pushing a blob monolithically): the one way
 * that every large registry takes. Needs a slot of the caller's; one try. `open` is called each
 * time the body has to be sent.
 */
export async function putBlob(
  repository: Repository,
  { address }: UploadSession,
  blob: Content,
  open: OpenContent,
): Promise<void> {
  await closeUpload(repository, address, blob, {
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(blob.size) },
    body: open,
  })
}

/** Ends a session with the digest of all that was sent, and with what is left to be sent. */
export async function closeUpload(
  repository: Repository,
  { origin, path }: Address,
  blob: Content,
  content: Pick<RegistryRequest, 'headers' | 'body'>,
): Promise<void> {
  const { http, scope } = repository
  const answer = await http.exchange({
    ...content,
    method: 'PUT',
    target: { origin, path: withParameter(path, 'digest', blob.digest) },
    scopes: [scope],
    place: repository.place('upload blob', blob.digest),
    refusal: 'UPLOAD',
    passing: LOST_SESSION,
    answerTimeoutMs: http.network.timeoutMs + blob.size / SLOWEST_FINISH_BYTES_PER_MS,
  })
  await discard(answer)
}

/**
 * Gives a session back that will not be used (distribution-spec 1.2), also when the run has been
 * cancelled. Not every registry knows how, so nothing depends on it.
 */
export async function cancelUpload(
  repository: Repository,
  { address }: UploadSession,
): Promise<void> {
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
