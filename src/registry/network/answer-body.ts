import { type ErrorPlace, RegistryError } from '../errors.ts'
import { decodedText } from './content-encoding.ts'
import type { Answer, Network } from './network.ts'
import { KeptBytes } from './kept-bytes.ts'
import { networkFailure } from './network-failure.ts'
import { withoutTrickle } from './slow-body.ts'

/**
 * Reads a whole text into memory, but never more than `limit` bytes, whatever length was declared, and
 * however small it was compressed on the way. Throws SIZE_MISMATCH for a longer one, and UNSUPPORTED
 * for a compressed one that cannot be read.
 */
export async function readBody(
  answer: Answer,
  limit: number,
  place: ErrorPlace,
  { clock, signal }: Pick<Network, 'clock' | 'signal'>,
): Promise<Buffer> {
  const bytes = await readAsItComes(answer, limit, place, { clock, signal })
  const text = decodedText(answer, bytes, limit)
  if (text === undefined) throw compressed(place)
  return text
}

/** The same, of bytes that may have any `Content-Encoding`. */
export async function readAsItComes(
  answer: Answer,
  limit: number,
  place: ErrorPlace,
  { clock, signal }: Pick<Network, 'clock' | 'signal'>,
): Promise<Buffer> {
  const refusal = tooLong(declaredLength(answer) ?? 0, limit, place)
  if (refusal !== undefined) {
    abandon(answer)
    throw refusal
  }
  const arrived = await answer.body.arrived()
  if (arrived !== undefined) {
    const excess = tooLong(arrived.length, limit, place)
    if (excess !== undefined) throw excess
    return arrived
  }
  const bytes = new KeptBytes(declaredLength(answer))
  try {
    for await (const chunk of withoutTrickle(answer.body, clock, place)) {
      const excess = tooLong(bytes.length + chunk.length, limit, place)
      if (excess !== undefined) throw excess
      bytes.add(chunk)
    }
  } catch (error) {
    throw networkFailure(error, place, signal)
  }
  return bytes.whole()
}

function tooLong(size: number, limit: number, place: ErrorPlace): RegistryError | undefined {
  if (size <= limit) return undefined
  return new RegistryError('SIZE_MISMATCH', `the answer is longer than ${limit} bytes`, place)
}

/** What `Content-Length` says; undefined where it says nothing. */
export function declaredLength(answer: Answer): number | undefined {
  const header = answer.headers['content-length']
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined
}

/**
 * The error of bytes that are compressed on the way although no request allows it (Q47): other bytes,
 * other digest.
 */
export function compressed(place: ErrorPlace): RegistryError {
  const reason = 'the registry compresses content on the way, against our request'
  return new RegistryError('UNSUPPORTED', reason, place)
}

/** Nobody waits longer for a body that nobody depends on, in milliseconds. */
const SOON_MS = 10_000

/**
 * Reads at most the first `limit` bytes of a body that nobody depends on, such as an error's, as far
 * as they arrive soon. Never throws.
 */
export async function readSome(
  answer: Answer,
  limit: number,
  { clock }: Pick<Network, 'clock'>,
  timeoutMs = SOON_MS,
): Promise<Buffer> {
  const bytes = new KeptBytes()
  const body = answer.body.within(timeoutMs)
  try {
    const place = { operation: 'read an error' }
    for await (const chunk of withoutTrickle(body, clock, place)) {
      bytes.add(chunk.subarray(0, limit - bytes.length))
      if (bytes.length >= limit) break
    }
  } catch {
    // What arrived before the connection broke is still the best that there is to show.
  }
  return bytes.whole()
}

/** What is cheaper to read to its end than to make a new connection for. */
const DISCARD_BYTES = 128 * 1024

/** Reads a body to its end, if that is near, so that its connection can be used again. */
export async function discard(answer: Answer): Promise<void> {
  const { body } = answer
  if (!body.isComplete && (declaredLength(answer) ?? 0) > DISCARD_BYTES) abandon(answer)
  else await body.discard(DISCARD_BYTES, SOON_MS)
}

/** Drops a body and its connection at once. */
export function abandon({ body }: Answer): void {
  body.drop()
}

/**
 * The value of a header that may come once only. Several are an error, because two readers may take
 * different ones.
 */
export function singleHeader(answer: Answer, name: string, place: ErrorPlace): string | undefined {
  const value = answer.headers[name]
  if (!Array.isArray(value)) return value
  throw new RegistryError('REGISTRY', `the registry sent several ${name} headers`, {
    ...place,
    status: answer.status,
  })
}
