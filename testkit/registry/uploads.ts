import { blobCreated } from './blobs.ts'
import { algorithmOf, chunkSource, discardedSource, type Algorithm } from './content.ts'
import { invalidDigest, unknownRepository, unsupported, writableRepository } from './context.ts'
import type { Context } from './context.ts'
import { reply, type RegistryRequest, type Reply } from './exchange.ts'
import { answerMount } from './mount.ts'
import { isDigest } from './names.ts'
import { errorReply } from './spec-errors.ts'
import type { UploadSession } from './upload-session.ts'

/** POST `/v2/<name>/blobs/uploads/`: opens a session, mounts, or takes the whole blob at once. */
export async function answerUploads(
  request: RegistryRequest,
  context: Context,
  { name }: { name: string },
): Promise<Reply> {
  if (request.method !== 'POST') return unsupported('uploads are begun by POST')
  if (writableRepository(context, name) === undefined) return unknownRepository(name)
  if (request.params.has('mount')) {
    return answerMount(request, context, name) ?? opened(context, name)
  }
  const digest = request.params.get('digest')
  if (digest === null || !context.settings.singlePost) return opened(context, name)
  if (!isDigest(digest)) return invalidDigest(digest)
  const session = context.store.openUpload(name)
  return (await receive(request, context, session)) ?? complete(context, session, digest)
}

/** GET, PATCH, PUT and DELETE of the session's Location. */
export async function answerUpload(
  request: RegistryRequest,
  context: Context,
  { name, id }: { name: string; id: string },
): Promise<Reply> {
  const session = context.store.uploads.get(id)
  if (session === undefined || session.repository !== name) {
    return uploadError(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry')
  }
  if (!request.query.split('&').includes(session.query)) {
    return uploadError(404, 'BLOB_UPLOAD_INVALID', 'the query of the Location is not intact')
  }
  switch (request.method) {
    case 'GET':
      return progress(204, session)
    case 'PATCH':
      return (await receive(request, context, session)) ?? progress(202, session)
    case 'PUT':
      return answerClosing(request, context, session)
    case 'DELETE':
      end(context, session, 'upload-cancelled')
      return reply(204)
    default:
      return unsupported('uploads know GET, PATCH, PUT and DELETE')
  }
}

async function answerClosing(
  request: RegistryRequest,
  context: Context,
  session: UploadSession,
): Promise<Reply> {
  const digest = request.params.get('digest') ?? ''
  if (!isDigest(digest)) return invalidDigest(digest)
  return (await receive(request, context, session)) ?? complete(context, session, digest)
}

function opened(context: Context, name: string): Reply {
  const { chunkMinLength } = context.settings
  const first = progress(202, context.store.openUpload(name))
  if (chunkMinLength === undefined) return first
  return { ...first, headers: { ...first.headers, 'oci-chunk-min-length': String(chunkMinLength) } }
}

/** An empty session counts as `0-0` in distribution and zot, so it does here. */
function progress(status: number, session: UploadSession): Reply {
  return reply(status, {
    location: `${session.path}?${session.query}`,
    range: `0-${Math.max(session.received - 1, 0)}`,
    'docker-upload-uuid': session.id,
  })
}

/** Takes the body into the session. What arrived before the client hung up stays, as in distribution. */
async function receive(
  request: RegistryRequest,
  context: Context,
  session: UploadSession,
): Promise<Reply | undefined> {
  const { settings } = context
  const refusal = refusedChunk(request, session)
  if (refusal !== undefined) return refusal
  const before = session.received
  const options = { keep: !settings.discardBlobs, algorithm: announcedAlgorithm(request) }
  for await (const chunk of request.body) session.add(chunk, options)
  const length = session.received - before
  if (length === 0) return undefined
  if (session.hasShortChunk) {
    end(context, session, 'upload-refused')
    return uploadError(400, 'BLOB_UPLOAD_INVALID', 'a chunk before this one was below the minimum')
  }
  session.hasShortChunk = length < (settings.chunkMinLength ?? 0)
  return undefined
}

/** `Content-Range` has to continue what is there (distribution-spec 1.1, "Pushing a blob in chunks"). */
function refusedChunk(request: RegistryRequest, session: UploadSession): Reply | undefined {
  const header = request.headers['content-range']
  if (header === undefined) return undefined
  const [, first, last] = /^(\d+)-(\d+)$/.exec(header) ?? []
  if (first === undefined || last === undefined) {
    return uploadError(400, 'BLOB_UPLOAD_INVALID', 'malformed Content-Range', header)
  }
  if (Number(first) !== session.received) return progress(416, session)
  const length = request.headers['content-length']
  if (length !== undefined && Number(length) !== Number(last) - Number(first) + 1) {
    return uploadError(400, 'SIZE_INVALID', 'Content-Range and Content-Length differ', header)
  }
  return undefined
}

function announcedAlgorithm(request: RegistryRequest): Algorithm {
  return algorithmOf(request.params.get('digest') ?? '')
}

/** The bytes are there: they are the blob, or the session is over. */
function complete(context: Context, session: UploadSession, digest: string): Reply {
  const { store, settings } = context
  const { repository, received: size } = session
  if (!session.matches(digest)) {
    end(context, session, 'upload-refused')
    return invalidDigest(digest, 'provided digest did not match uploaded content')
  }
  store.uploads.delete(session.id)
  const source = settings.discardBlobs
    ? discardedSource(digest, size)
    : chunkSource(session.chunks, { digest, size })
  store.createRepository(repository).blobs.set(digest, source)
  store.events.push({ kind: 'blob', how: 'upload', repository, digest, size })
  return blobCreated(repository, digest)
}

function end(
  { store }: Context,
  { id, repository }: UploadSession,
  kind: 'upload-cancelled' | 'upload-refused',
) {
  store.uploads.delete(id)
  store.events.push({ kind, repository, id })
}

function uploadError(
  status: number,
  code: 'BLOB_UPLOAD_INVALID' | 'BLOB_UPLOAD_UNKNOWN' | 'SIZE_INVALID',
  message: string,
  detail?: string,
): Reply {
  return errorReply(status, { code, message, detail })
}
