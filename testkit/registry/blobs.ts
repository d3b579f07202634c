import type { ByteSource } from './content.ts'
import { invalidDigest, unknownRepository, unsupported, type Context } from './context.ts'
import { reply, type RegistryRequest, type Reply, type ReplyHeaders } from './exchange.ts'
import { isDigest } from './names.ts'
import { errorReply } from './spec-errors.ts'

/** GET, HEAD and DELETE of `/v2/<name>/blobs/<digest>`. */
export function answerBlob(
  request: RegistryRequest,
  context: Context,
  { name, digest }: { name: string; digest: string },
): Reply {
  if (!isDigest(digest)) return invalidDigest(digest)
  const repository = context.store.repository(name)
  if (repository === undefined) return unknownRepository(name)
  const blob = repository.blobs.get(digest)
  if (blob === undefined) {
    return errorReply(404, {
      code: 'BLOB_UNKNOWN',
      message: 'blob unknown to registry',
      detail: { digest },
    })
  }
  switch (request.method) {
    case 'GET':
      return serveBlob(
        blob,
        headersOf(digest),
        context.settings.ranges ? request.headers.range : undefined,
      )
    case 'HEAD':
      return reply(200, { ...headersOf(digest), 'content-length': String(blob.size) })
    case 'DELETE':
      if (!context.settings.deleteEnabled) return unsupported('deletion is switched off')
      repository.blobs.delete(digest)
      context.store.events.push({ kind: 'blob-deleted', repository: name, digest })
      return reply(202)
    default:
      return unsupported('blobs are had by GET and HEAD')
  }
}

function headersOf(digest: string) {
  return {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    etag: `"${digest}"`,
  }
}

/** RFC 9110, section 14: one range of bytes is honoured, any other `Range` is ignored. */
export function serveBlob(
  blob: ByteSource,
  headers: ReplyHeaders,
  header: string | undefined,
): Reply {
  const range = /^bytes=(?<first>\d*)-(?<last>\d*)$/.exec(header ?? '')?.groups
  if (range === undefined || (range['first'] === '' && range['last'] === '')) {
    return { status: 200, headers, body: { size: blob.size, chunks: blob.read() } }
  }
  const [start, end] = bounds(range['first'] ?? '', range['last'] ?? '', blob.size)
  if (start >= end) {
    return errorReply(
      416,
      { code: 'SIZE_INVALID', message: 'range not satisfiable' },
      { 'content-range': `bytes */${blob.size}` },
    )
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${blob.size}` },
    body: { size: end - start, chunks: blob.read(start, end) },
  }
}

/** From `first` up to, not including, the second number. `bytes=-5` means the last five. */
function bounds(first: string, last: string, size: number): [number, number] {
  if (first === '') return [Math.max(size - Number(last), 0), size]
  return [Number(first), last === '' ? size : Math.min(Number(last) + 1, size)]
}

export function blobCreated(repository: string, digest: string): Reply {
  return reply(201, {
    location: `/v2/${repository}/blobs/${digest}`,
    'docker-content-digest': digest,
  })
}
