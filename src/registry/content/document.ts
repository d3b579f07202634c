import { gunzipSync } from 'node:zlib'
import { placed } from '../errors.ts'
import type { RegistryAnswer, RegistryRequest } from '../http/registry-request.ts'
import { compressed, isEncoded, readAsItComes } from '../network/answer-body.ts'
import type { Network } from '../network/network.ts'
import { isPage, pageInstead } from '../network/page.ts'

/** What is small may be larger in compressed form. */
const GZIP_OVERHEAD_BYTES = 1024
const GZIP: ReadonlySet<unknown> = new Set(['gzip', 'x-gzip'])

/**
 * Reads a manifest or a config whole. `take` gets the bytes as they came, whatever their
 * `Content-Encoding`: registries name that of what they store, and the digest tells. Only where it
 * throws, they are what some gateway has compressed on the way (Q47). Throws SIZE_MISMATCH above
 * `limit` bytes, REGISTRY for a page for people, and what `take` throws, with its place.
 */
export async function readDocument<T>(
  answer: RegistryAnswer,
  limit: number,
  { place }: RegistryRequest,
  network: Network,
  take: (bytes: Buffer) => T,
): Promise<T> {
  const most = isEncoded(answer) ? limit + GZIP_OVERHEAD_BYTES : limit
  const bytes = await readAsItComes(answer, most, place, network)
  try {
    return take(bytes)
  } catch (error) {
    if (isPage(answer)) throw pageInstead(answer, answer.address.origin, place)
    if (!isEncoded(answer)) throw placed(error, place)
    const original = uncompressed(answer, bytes, limit)
    if (original === undefined) throw compressed(place)
    try {
      return take(original)
    } catch (second) {
      throw placed(second, place)
    }
  }
}

function uncompressed(
  { headers }: RegistryAnswer,
  bytes: Buffer,
  limit: number,
): Buffer | undefined {
  if (!GZIP.has(headers['content-encoding'])) return undefined
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(limit, 1) })
  } catch {
    return undefined
  }
}
