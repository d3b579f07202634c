import type { ErrorPlace } from './errors.ts'
import { RegistryError } from './errors.ts'
import type { Answer } from './network.ts'
import { networkFailure } from './network-failure.ts'

/** Reads a whole body into memory, but never more than `limit` bytes, whatever length was declared. */
export async function readBody(
  answer: Answer,
  limit: number,
  place: ErrorPlace,
  signal?: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of byteChunks(answer.body)) {
      size += chunk.length
      if (size > limit) {
        throw new RegistryError('SIZE_MISMATCH', `the answer is longer than ${limit} bytes`, place)
      }
      chunks.push(chunk)
    }
  } catch (error) {
    throw networkFailure(error, place, signal)
  }
  return Buffer.concat(chunks, size)
}

/** Reads at most the first `limit` bytes of a body that nobody depends on, such as an error's. Never throws. */
export async function readSome(answer: Answer, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of byteChunks(answer.body)) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= limit) break
    }
  } catch {
    // What arrived before the connection broke is still the best that there is to show.
  }
  return Buffer.concat(chunks).subarray(0, limit)
}

/** Lets go of a body so that its connection can be used again. */
export async function discard(answer: Answer): Promise<void> {
  await answer.body.dump().catch(() => undefined)
}

/** The chunks of a body, typed: undici's stream yields nothing but buffers. */
export async function* byteChunks(body: AsyncIterable<unknown>): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of body) {
    if (Buffer.isBuffer(chunk)) yield chunk
  }
}

/** The value of a header that may come once only. Several are an error, because two readers may take different ones. */
export function singleHeader(answer: Answer, name: string, place: ErrorPlace): string | undefined {
  const value = answer.headers[name]
  if (!Array.isArray(value)) return value
  throw new RegistryError('REGISTRY', `the registry sent several ${name} headers`, { ...place, status: answer.status })
}
