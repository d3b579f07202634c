import type { SizedDigest } from '../../oci/digest.ts'
import type { Address } from '../http/location.ts'
import { discard } from '../network/answer-body.ts'
import { ChunkReader } from './chunk-reader.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import type { RegistryHttp } from '../http/registry-http.ts'
import type { OpenContent, RegistryRequest } from '../http/registry-request.ts'
import { waitToRetry } from '../pace/retry.ts'
import { closeUpload, LOST_SESSION, type UploadSession } from './upload-session.ts'

/** Larger chunks, which only a registry can ask for, are streamed: what is held counts for each upload. */
const HELD_BYTES = 16 * 1024 * 1024

/**
 * A registry that wants smaller chunks is refused: with one of them for each request, a blob would
 * take requests by the thousand. Nobody is known to want less than 1 MiB.
 */
const MIN_CHUNK_BYTES = 64 * 1024

/**
 * Sends a blob in chunks of `size` bytes (distribution-spec, Pushing a blob in chunks), for
 * registries that do not take it whole. Needs a slot of the caller's; one try, and `content` is read
 * once. What the answers say of the bytes that have arrived is not asked for: it lags behind (Q01),
 * and the digest at the end is what counts. Throws UPLOAD where the registry takes only chunks that
 * are too small.
 */
export async function putChunks(
  repository: Repository,
  session: UploadSession,
  blob: SizedDigest,
  { size, content }: { size: number; content: AsyncIterable<Uint8Array> },
): Promise<void> {
  if (size < Math.min(blob.size, MIN_CHUNK_BYTES)) throw tooSmall(repository, blob, size)
  const reader = new ChunkReader(content)
  let { address } = session
  try {
    for (let start = 0; start < blob.size; start += size) {
      const end = Math.min(start + size, blob.size)
      address = await putChunk(repository, address, { start, end, blob, reader })
    }
    await closeUpload(repository, address, blob, { headers: { 'content-length': '0' } })
  } finally {
    await reader.close()
  }
}

/**
 * Sends a whole blob by PATCH, as most other clients do: in one chunk, and without `Content-Range`.
 * Needs a slot of the caller's; one try. `open` is called each time the body has to be sent.
 */
export async function patchBlob(
  repository: Repository,
  { address }: UploadSession,
  blob: SizedDigest,
  open: OpenContent,
): Promise<void> {
  const place = repository.place('upload blob', blob.digest)
  const next = await patch(repository, address, { size: blob.size, body: open, place })
  await closeUpload(repository, next, blob, { headers: { 'content-length': '0' } })
}

/** Bytes of the chunks that a session should get, as far as the registry is known by now. */
export function chunkSize({ minChunk, maxChunk }: UploadSession, http: RegistryHttp): number {
  const { facts, family } = http
  const most = Math.min(maxChunk, family?.maxChunk ?? maxChunk)
  return Math.max(1, Math.min(Math.max(facts.largeBlobs.chunkBytes, minChunk), most))
}

function tooSmall(repository: Repository, blob: SizedDigest, size: number): RegistryError {
  const reason = `the registry takes chunks of at most ${size} bytes, and fewer than ${MIN_CHUNK_BYTES} are not sent`
  return new RegistryError('UPLOAD', reason, repository.place('upload blob', blob.digest))
}

interface Chunk {
  /** Offsets into the blob; the second one is that of the first byte after the chunk. */
  readonly start: number
  readonly end: number
  readonly blob: SizedDigest
  readonly reader: ChunkReader
}

/** Sends one chunk. Returns where the next one goes. */
async function putChunk(
  repository: Repository,
  address: Address,
  { start, end, blob, reader }: Chunk,
): Promise<Address> {
  const place = repository.place('upload blob', blob.digest)
  if (end - start > HELD_BYTES) {
    return patch(repository, address, {
      start,
      size: end - start,
      body: onlyOnce(reader, end - start, place),
      place,
    })
  }
  const bytes = await reader.read(end - start)
  return putHeldChunk(repository, address, { start, bytes, place })
}

/**
 * Sends a chunk that is held in memory. Where that breaks, the registry is asked how much of it has
 * arrived, and gets the rest (distribution-spec, Pushing a blob in chunks).
 */
async function putHeldChunk(
  repository: Repository,
  address: Address,
  { start, bytes, place }: { start: number; bytes: Buffer; place: ErrorPlace },
): Promise<Address> {
  const { network, logger } = repository.http
  let state: UploadState = { address, received: start }
  for (let tried = 0; ; tried++) {
    const rest = bytes.subarray(state.received - start)
    try {
      const part = { start: state.received, size: rest.length, body: rest, place }
      return await patch(repository, state.address, part)
    } catch (error) {
      await waitToRetry(network, logger, error, tried)
      const found = await uploadState(repository, state.address, place)
      const end = start + bytes.length
      // Less than before this chunk, or more than was ever sent: it is another upload by now.
      if (found === undefined || found.received < start || found.received > end) throw error
      if (found.received === end) return found.address
      state = found
    }
  }
}

interface Part {
  /** Offset into the blob; absent for all of it. */
  readonly start?: number
  readonly size: number
  readonly body: NonNullable<RegistryRequest['body']>
  readonly place: ErrorPlace
}

/** One request. Returns the newest address of the upload. */
async function patch(
  { http, scope }: Repository,
  address: Address,
  { start, size, body, place }: Part,
): Promise<Address> {
  const answer = await http.exchange({
    method: 'PATCH',
    reach: 'storage',
    target: address,
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(size),
      ...(start === undefined ? {} : { 'content-range': `${start}-${start + size - 1}` }),
    },
    body,
    scopes: [scope],
    place,
    refusal: 'UPLOAD',
    passing: LOST_SESSION,
  })
  await discard(answer)
  return answer.headers['location'] === undefined ? address : http.uploadAddress(answer, place)
}

/** The body of a chunk that is too large to be held. */
function onlyOnce(
  reader: ChunkReader,
  size: number,
  place: ErrorPlace,
): () => AsyncIterable<Uint8Array> {
  let sent = false
  return () => {
    if (sent) {
      const reason = 'the chunk was refused after it was sent, and is not held for a second time'
      throw new RegistryError('UPLOAD', reason, { ...place, transient: true })
    }
    sent = true
    return reader.take(size)
  }
}

/** Where an upload goes on, and how many bytes of it have arrived. */
interface UploadState {
  readonly address: Address
  readonly received: number
}

/** Asks for the state of an upload; undefined where the registry does not say. */
async function uploadState(
  { http, scope }: Repository,
  address: Address,
  place: ErrorPlace,
): Promise<UploadState | undefined> {
  try {
    const answer = await http.exchange({ method: 'GET', target: address, scopes: [scope], place })
    await discard(answer)
    // An empty upload is `0-0`, `0--1`, or has none (Q35, Q37).
    const last = /^(?:bytes=)?0-(\d+)$/.exec(String(answer.headers['range'] ?? '0-0'))?.[1]
    if (last === undefined) return undefined
    const received = last === '0' ? 0 : Number(last) + 1
    const isMoved = answer.headers['location'] !== undefined
    return { address: isMoved ? await http.uploadAddress(answer, place) : address, received }
  } catch (error) {
    if (error instanceof RegistryError && error.code !== 'CANCELLED') return undefined
    throw error
  }
}
