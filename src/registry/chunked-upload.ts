import type { Content } from '../oci/digest.ts'
import type { Address } from './address.ts'
import { discard } from './body.ts'
import { ChunkReader } from './chunk-reader.ts'
import { RegistryError } from './errors.ts'
import type { Repository } from './repository.ts'
import type { RegistryHttp } from './request.ts'
import { closeUpload, LOST_SESSION, type UploadSession } from './upload.ts'

/**
 * Sends a blob in chunks (distribution-spec, Pushing a blob in chunks), for registries that do not
 * take it whole. Needs a slot of the caller's; one try, and `content` is read once. What the answers
 * say of the bytes that have arrived is not asked for: it lags behind (Q01), and the digest at the
 * end is what counts.
 */
export async function putChunks(
  repository: Repository,
  session: UploadSession,
  blob: Content,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { http } = repository
  const reader = new ChunkReader(content)
  const size = chunkSize(session, http)
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

function chunkSize({ minChunk, maxChunk }: UploadSession, http: RegistryHttp): number {
  const { largeBlobs, family } = http
  const most = Math.min(maxChunk, family?.maxChunk ?? maxChunk)
  return Math.max(1, Math.min(Math.max(largeBlobs.chunkBytes, minChunk), most))
}

interface Chunk {
  /** Offsets into the blob; the second one is that of the first byte after the chunk. */
  readonly start: number
  readonly end: number
  readonly blob: Content
  readonly reader: ChunkReader
}

/** Sends one chunk. Returns where the next one goes. */
async function putChunk(
  repository: Repository,
  address: Address,
  { start, end, blob, reader }: Chunk,
): Promise<Address> {
  const { http, scope } = repository
  const place = repository.place('upload blob', blob.digest)
  let sent = false
  const answer = await http.exchange({
    method: 'PATCH',
    target: address,
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(end - start),
      'content-range': `${start}-${end - 1}`,
    },
    body: () => {
      if (sent) {
        const reason = 'the chunk was refused after it was sent, and is not held for a second time'
        throw new RegistryError('UPLOAD', reason, { ...place, transient: true })
      }
      sent = true
      return reader.take(end - start)
    },
    scopes: [scope],
    place,
    refusal: 'UPLOAD',
    passing: LOST_SESSION,
  })
  await discard(answer)
  return answer.headers['location'] === undefined ? address : http.location(answer, place)
}
