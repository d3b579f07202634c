import { type SizedDigest, verifyBytes } from '../../oci/digest.ts'
import { abandon, compressed, discard, singleHeader } from '../network/answer-body.ts'
import { isEncoded } from '../network/content-encoding.ts'
import { isOtherContent } from './content-headers.ts'
import { readDocument } from './document.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import { networkFailure } from '../network/network-failure.ts'
import { isPage, pageInstead } from '../network/page.ts'
import type { Repository } from '../http/repository.ts'
import { HEAD_FAILS, isRefusedLook, NO_HEAD, REFUSED_LOOKS } from './refused-looks.ts'
import type { RegistryAnswer, RegistryRequest } from '../http/registry-request.ts'

/**
 * What a registry shows of a blob. `other` is one of another length or digest than it should have:
 * whatever is there, it is not this.
 */
export type BlobLook = 'there' | 'missing' | 'other'

/**
 * Asks a registry for a blob (distribution-spec, Checking if content exists). One that does not let
 * us look (GHCR without write access, Q14) has not said that it is missing: the upload will tell.
 */
export async function lookUpBlob(repository: Repository, blob: SizedDigest): Promise<BlobLook> {
  const request = blobRequest(repository, blob, 'HEAD')
  const expect = [404, HEAD_FAILS, ...NO_HEAD, ...REFUSED_LOOKS]
  try {
    const look = await repository.http.call({ ...request, expect }, async (answer) => {
      await discard(answer)
      if (answer.status === HEAD_FAILS) return undefined
      if (answer.status >= 300) return 'missing'
      return isOtherContent(answer, blob, request.place) ? 'other' : 'there'
    })
    return look ?? (await lookByFirstByte(repository, blob))
  } catch (error) {
    if (!isRefusedLook(error)) throw error
    return 'missing'
  }
}

/** The same by GET, whose answer to a part names the length of the whole (RFC 9110, 14.4). */
async function lookByFirstByte(repository: Repository, blob: SizedDigest): Promise<BlobLook> {
  const request = blobRequest(repository, blob, 'GET')
  const place = { ...request.place, operation: 'look up blob' }
  const headers = { range: 'bytes=0-0' }
  const expect = [404, 416, ...REFUSED_LOOKS]
  return repository.http.call({ ...request, place, headers, expect }, async (answer) => {
    await discard(answer)
    const { status } = answer
    // Of an empty blob there is no such part.
    if (status === 416) return blob.size === 0 ? 'there' : 'other'
    if (status >= 300) return 'missing'
    if (status !== 206) return isOtherContent(answer, blob, place) ? 'other' : 'there'
    const [, size] = /^bytes 0-0\/(\d+)$/.exec(String(answer.headers['content-range'])) ?? []
    return Number(size ?? blob.size) === blob.size ? 'there' : 'other'
  })
}

/** Whether a blob is known to be there, in the length that it should have. */
export async function blobExists(repository: Repository, blob: SizedDigest): Promise<boolean> {
  return (await lookUpBlob(repository, blob)) === 'there'
}

/** Bytes of a blob from an offset on. */
export interface OpenedBlob {
  readonly chunks: AsyncGenerator<Buffer, void, undefined>
  /** All of them in one piece, where they have arrived already: in place of `chunks`. */
  readonly arrived: () => Promise<Buffer | undefined>
  /** Offset of the first of them: the one that was asked for, or 0. */
  readonly start: number
  /** Offset of the first byte behind them, as the registry announces it. */
  readonly end: number
}

/**
 * Opens a blob for reading (distribution-spec, Pulling blobs), without a slot and without retries:
 * both are the transfer's. The bytes are not verified here. Where the registry does not give the
 * part from `start` on, they are all of the blob; a part may end before the blob does (RFC 9110,
 * 15.3.7). Throws SIZE_MISMATCH where it announces another size.
 */
export async function openBlob(
  repository: Repository,
  blob: SizedDigest,
  start = 0,
): Promise<OpenedBlob> {
  const range = start === 0 ? {} : { headers: { range: `bytes=${start}-` }, expect: [416] }
  const request = { ...blobRequest(repository, blob, 'GET'), ...range }
  const answer = await repository.http.exchange(request)
  const { place } = request
  const isPart = start > 0 && answer.status === 206
  const end = isPart ? endOfPart(answer, blob, start) : blob.size
  if (answer.status === 416 || end === undefined) {
    abandon(answer)
    return openBlob(repository, blob)
  }
  const first = isPart ? start : 0
  const refusal = otherBytes(answer, end - first, place)
  if (refusal !== undefined) {
    abandon(answer)
    throw refusal
  }
  const chunks = readBlob(answer, place, repository.http.network.signal)
  return { chunks, arrived: async () => answer.body.arrived(), start: first, end }
}

function blobRequest(
  repository: Repository,
  { digest }: SizedDigest,
  method: 'GET' | 'HEAD',
): RegistryRequest {
  return {
    method,
    target: repository.path(`blobs/${digest}`),
    scopes: [repository.scope],
    place: repository.place(method === 'HEAD' ? 'look up blob' : 'get blob', digest),
  }
}

/**
 * The offset behind a part that begins where it was asked for (RFC 9110, 14.4); undefined for any
 * other part.
 */
function endOfPart(
  { headers }: RegistryAnswer,
  { size }: SizedDigest,
  start: number,
): number | undefined {
  const header = String(headers['content-range'])
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header) ?? []
  const end = Number(last) + 1
  const isAsked = Number(first) === start && (total === '*' || Number(total) === size)
  return isAsked && end > start && end <= size ? end : undefined
}

/**
 * What speaks against the bytes of a blob before they are read. An encoding does not, as long as they
 * may be those that are stored: their digest tells.
 */
function otherBytes(
  answer: RegistryAnswer,
  size: number,
  place: ErrorPlace,
): RegistryError | undefined {
  const refusal = otherSize(answer, size, place)
  if (refusal === undefined) return undefined
  if (isPage(answer)) return pageInstead(answer, answer.address.origin, place)
  return isEncoded(answer) ? compressed(place) : refusal
}

function otherSize(
  answer: RegistryAnswer,
  size: number,
  place: ErrorPlace,
): RegistryError | undefined {
  const length = singleHeader(answer, 'content-length', place) ?? ''
  if (!/^\d+$/.test(length) || Number(length) === size) return undefined
  const reason = `expected ${size} bytes, the registry has ${length}`
  return new RegistryError('SIZE_MISMATCH', reason, place)
}

async function* readBlob(
  answer: RegistryAnswer,
  place: ErrorPlace,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* answer.body
  } catch (error) {
    throw networkFailure(error, place, signal)
  }
}

/** Configs hold the history of a build and stay far below this. */
export const MAX_CONFIG_BYTES = 8 * 1024 * 1024

/**
 * Reads the config of an image whole, and verifies it. Throws SIZE_MISMATCH for one that is too
 * large for that, and INVALID_MANIFEST once there is more than the repository's budget has.
 */
export async function fetchConfig(repository: Repository, blob: SizedDigest): Promise<Buffer> {
  if (blob.size > MAX_CONFIG_BYTES) {
    const reason = `${blob.size} bytes are more than the ${MAX_CONFIG_BYTES} that are read at once`
    const { place } = blobRequest(repository, blob, 'GET')
    throw new RegistryError('SIZE_MISMATCH', reason, place)
  }
  repository.spend(blob, 'get image config')
  return fetchBlob(repository, blob)
}

/** Reads a blob whole, and verifies it. For those who know that its size is one that can be held. */
export async function fetchBlob(repository: Repository, blob: SizedDigest): Promise<Buffer> {
  const { http } = repository
  const request = blobRequest(repository, blob, 'GET')
  return http.call(request, async (answer) =>
    readDocument(answer, blob.size, request, http.network, (bytes) => {
      verifyBytes(bytes, blob)
      return bytes
    }),
  )
}
