import { Readable } from 'node:stream'
import { type SizedDigest, Verification, verified } from '../../oci/digest.ts'
import { downloadBlob } from './download-blob.ts'
import { KeptBytes } from '../network/kept-bytes.ts'
import { networkFailure } from '../network/network-failure.ts'
import type { BlobContent } from '../http/registry-request.ts'
import type { Repository } from '../http/repository.ts'

/**
 * The blob's bytes that have not been verified, from the source when the first one is wanted. Errors
 * name the source.
 */
export async function* verifiedBlob(
  source: Repository,
  blob: SizedDigest,
  verification: Verification = new Verification(blob),
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* verified(downloadBlob(source, blob, verification.received), blob, verification)
  } catch (error) {
    throw networkFailure(error, source.place('get blob', blob.digest), source.http.network.signal)
  }
}

/**
 * All of it in one piece of memory.
 *
 * @param size bytes that there should be
 */
export async function whole(chunks: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const bytes = new KeptBytes(size)
  for await (const chunk of chunks) bytes.add(chunk)
  return bytes.whole()
}

/** As it comes, also where it is there in one piece. */
export function streamOf(content: BlobContent): AsyncIterable<Uint8Array> {
  return content instanceof Uint8Array ? Readable.from([content]) : content
}
