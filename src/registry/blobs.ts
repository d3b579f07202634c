import { type Content, verifyBytes } from '../oci/digest.ts'
import { byteChunks, discard, readBody, singleHeader } from './body.ts'
import { type ErrorPlace, placed, RegistryError } from './errors.ts'
import type { RegistryAnswer } from './request.ts'
import { networkFailure } from './network-failure.ts'
import type { Repository } from './repository.ts'

/**
 * Whether a blob is known to be there (distribution-spec, Checking if content exists). A registry that does not let us
 * look (GHCR without write access, Q14) has not said that it is missing: the upload will tell.
 */
export async function blobExists(repository: Repository, blob: Content): Promise<boolean> {
  const place = repository.place('look up blob', blob.digest)
  return await repository.http.call(
    {
      method: 'HEAD',
      target: repository.path(`blobs/${blob.digest}`),
      scopes: [repository.scope],
      place,
      expect: [403, 404, 405],
    },
    async (answer) => {
      await discard(answer)
      return answer.status < 300
    },
  )
}

/**
 * Opens a blob for reading (distribution-spec, Pulling blobs), without a slot and without retries: both are the
 * transfer's. The bytes are not verified here.
 */
export async function openBlob(repository: Repository, blob: Content): Promise<AsyncGenerator<Buffer, void, undefined>> {
  const place = repository.place('get blob', blob.digest)
  const answer = await repository.http.exchange({
    method: 'GET',
    target: repository.path(`blobs/${blob.digest}`),
    scopes: [repository.scope],
    place,
  })
  const refusal = unusable(answer, blob, place)
  if (refusal !== undefined) {
    answer.body.destroy()
    throw refusal
  }
  return readBlob(answer, place, repository.http.network.signal)
}

function unusable(answer: RegistryAnswer, blob: Content, place: ErrorPlace): RegistryError | undefined {
  const encoding = answer.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    return new RegistryError('UNSUPPORTED', 'the registry compresses blobs on the way, against our request', place)
  }
  const length = singleHeader(answer, 'content-length', place)
  if (length !== undefined && /^\d+$/.test(length) && Number(length) !== blob.size) {
    return new RegistryError('SIZE_MISMATCH', `expected ${blob.size} bytes, the registry has ${length}`, place)
  }
  return undefined
}

async function* readBlob(
  answer: RegistryAnswer,
  place: ErrorPlace,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* byteChunks(answer.body)
  } catch (error) {
    throw networkFailure(error, place, signal)
  }
}

/** Reads a small blob whole, such as a config, and verifies it. Throws SIZE_MISMATCH for one larger than `limit` bytes. */
export async function fetchBlob(repository: Repository, blob: Content, limit: number): Promise<Buffer> {
  const { http } = repository
  const place = repository.place('get blob', blob.digest)
  if (blob.size > limit) {
    throw new RegistryError('SIZE_MISMATCH', `${blob.size} bytes are more than the ${limit} that are read at once`, place)
  }
  const request = { method: 'GET', target: repository.path(`blobs/${blob.digest}`) } as const
  return await http.call({ ...request, scopes: [repository.scope], place }, async (answer) => {
    const bytes = await readBody(answer, blob.size, place, http.network.signal)
    try {
      verifyBytes(bytes, blob)
    } catch (error) {
      throw placed(error, place)
    }
    return bytes
  })
}
