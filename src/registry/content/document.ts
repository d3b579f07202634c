import { placed } from '../errors.ts'
import type { RegistryAnswer, RegistryRequest } from '../http/registry-request.ts'
import { compressed, readAsItComes } from '../network/answer-body.ts'
import { decodedText, isEncoded } from '../network/content-encoding.ts'
import type { Network } from '../network/network.ts'
import { isPage, pageInstead } from '../network/page.ts'

/** What is small may be larger in compressed form. */
const COMPRESSION_OVERHEAD_BYTES = 1024

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
  const most = isEncoded(answer) ? limit + COMPRESSION_OVERHEAD_BYTES : limit
  const bytes = await readAsItComes(answer, most, place, network)
  try {
    return take(bytes)
  } catch (error) {
    if (isPage(answer)) throw pageInstead(answer, answer.address.origin, place)
    if (!isEncoded(answer)) throw placed(error, place)
    const original = decodedText(answer, bytes, limit)
    if (original === undefined) throw compressed(place)
    try {
      return take(original)
    } catch (second) {
      throw placed(second, place)
    }
  }
}
