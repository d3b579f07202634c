import { algorithmOf, digestOf } from './content.ts'
import { invalidDigest, unknownRepository, unsupported, writableRepository } from './context.ts'
import type { Context } from './context.ts'
import { readBody, reply, type RegistryRequest, type Reply } from './exchange.ts'
import { checkManifest } from './manifest-check.ts'
import { bareType } from './media-types.ts'
import { isDigest, isTag, looksLikeDigest } from './names.ts'
import { errorReply } from './spec-errors.ts'
import type { StoredManifest } from './storage.ts'

/** `/v2/<name>/manifests/<reference>`. */
export async function answerManifest(
  request: RegistryRequest,
  context: Context,
  target: { name: string; reference: string },
): Promise<Reply> {
  if (looksLikeDigest(target.reference) && !isDigest(target.reference)) {
    return invalidDigest(target.reference)
  }
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return answerPull(request, context, target)
    case 'PUT':
      return answerPush(request, context, target)
    case 'DELETE':
      return answerDelete(context, target)
    default:
      return unsupported('manifests know GET, HEAD, PUT and DELETE')
  }
}

function answerPull(
  request: RegistryRequest,
  { store, settings }: Context,
  { name, reference }: { name: string; reference: string },
): Reply {
  if (store.repository(name) === undefined) return unknownRepository(name)
  const manifest =
    store.manifest(name, reference) ??
    (settings.digestTags ? store.manifest(name, reference.replace('-', ':')) : undefined)
  if (manifest === undefined) return unknownManifest(reference)
  if (settings.negotiate && !isAcceptable(manifest.mediaType, request.headers.accept)) {
    return unknownManifest(reference, `Accept does not hold ${manifest.mediaType}`)
  }
  const headers = {
    'content-type': manifest.mediaType,
    'docker-content-digest': manifest.digest,
    etag: `"${manifest.digest}"`,
  }
  if (request.method === 'GET') return reply(200, headers, manifest.bytes)
  return reply(200, { ...headers, 'content-length': String(manifest.size) })
}

function isAcceptable(mediaType: string, accept = '*/*'): boolean {
  return accept
    .split(',')
    .map(bareType)
    .some((range) => range === mediaType || range === '*/*' || range === 'application/*')
}

/** Checks in the order in which distribution makes them, then stores the exact bytes. */
async function answerPush(
  request: RegistryRequest,
  context: Context,
  { name, reference }: { name: string; reference: string },
): Promise<Reply> {
  const { settings } = context
  const tags = request.params.getAll('tag')
  if (!isDigest(reference)) tags.push(reference)
  if (!tags.every(isTag)) return invalidManifest('malformed tag', { tags })
  const repository = writableRepository(context, name)
  if (repository === undefined) return unknownRepository(name)
  const bytes = await readBody(request.body, settings.manifestLimit)
  if (bytes === undefined) {
    return errorReply(413, { code: 'SIZE_INVALID', message: 'manifest is too large' })
  }
  const algorithm = isDigest(reference) ? algorithmOf(reference) : 'sha256'
  const digest = digestOf(bytes, algorithm)
  if (isDigest(reference) && digest !== reference) {
    return invalidDigest(reference, 'provided digest did not match uploaded content')
  }
  const mediaType = bareType(request.headers['content-type'])
  if (!settings.manifestTypes.includes(mediaType)) {
    return errorReply(415, { code: 'MANIFEST_INVALID', message: `unsupported type ${mediaType}` })
  }
  const checked = checkManifest(bytes, mediaType, repository, settings.checkReferences)
  if ('errors' in checked) return errorReply(400, checked.errors)
  keep(context, name, { digest, size: bytes.length, mediaType, bytes }, tags)
  return reply(201, {
    location: `/v2/${name}/manifests/${digest}`,
    'docker-content-digest': digest,
    ...(checked.subject !== undefined && (settings.subjectHeader ?? settings.referrers)
      ? { 'oci-subject': checked.subject }
      : {}),
    ...(request.params.has('tag') ? { 'oci-tag': request.params.getAll('tag') } : {}),
  })
}

function keep(
  { store }: Context,
  repository: string,
  manifest: StoredManifest,
  tags: readonly string[],
) {
  const { digest, mediaType } = manifest
  store.putManifest(repository, manifest)
  store.events.push({ kind: 'manifest', repository, digest, mediaType })
  for (const tag of tags) {
    const previous = store.tag(repository, tag)
    store.putTag(repository, tag, digest)
    store.events.push({
      kind: 'tag',
      repository,
      tag,
      digest,
      ...(previous === undefined ? {} : { previous }),
    })
  }
}

function answerDelete(
  { store, settings }: Context,
  { name, reference }: { name: string; reference: string },
): Reply {
  if (!settings.deleteEnabled) return unsupported('deletion is switched off')
  const repository = store.repository(name)
  if (repository === undefined) return unknownRepository(name)
  if (repository.tags.delete(reference)) {
    store.events.push({ kind: 'tag-deleted', repository: name, tag: reference })
    return reply(202)
  }
  if (!repository.manifests.delete(reference)) return unknownManifest(reference)
  store.events.push({ kind: 'manifest-deleted', repository: name, digest: reference })
  for (const [tag, digest] of repository.tags) {
    if (digest === reference) repository.tags.delete(tag)
  }
  return reply(202)
}

function unknownManifest(reference: string, message = 'manifest unknown'): Reply {
  return errorReply(404, { code: 'MANIFEST_UNKNOWN', message, detail: { reference } })
}

function invalidManifest(message: string, detail?: unknown): Reply {
  return errorReply(400, { code: 'MANIFEST_INVALID', message, detail })
}
