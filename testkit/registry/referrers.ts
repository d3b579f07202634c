import { invalidDigest, unsupported, type Context } from './context.ts'
import { jsonReply, type RegistryRequest, type Reply } from './exchange.ts'
import { isDescriptor, isObject, parseObject } from './manifest-check.ts'
import { ociIndex } from './media-types.ts'
import { isDigest } from './names.ts'
import { errorReply } from './spec-errors.ts'
import type { StoredManifest } from './storage.ts'

/** GET `/v2/<name>/referrers/<digest>` (distribution-spec 1.1, "Listing Referrers"). */
export function answerReferrers(
  request: RegistryRequest,
  { store, settings }: Context,
  { name, digest }: { name: string; digest: string },
): Reply {
  if (request.method !== 'GET') return unsupported('referrers are listed by GET')
  if (!settings.referrers) {
    return errorReply(404, { code: 'UNSUPPORTED', message: 'no referrers here' })
  }
  if (!isDigest(digest)) return invalidDigest(digest)
  const type = request.params.get('artifactType')
  const all = [...(store.repository(name)?.manifests.values() ?? [])]
    .flatMap((manifest) => referrerOf(manifest, digest))
    .filter((referrer) => type === null || referrer['artifactType'] === type)
  const start = Number(request.params.get('last') ?? 0)
  const end = start + settings.referrersPageSize
  const index = { schemaVersion: 2, mediaType: ociIndex, manifests: all.slice(start, end) }
  const query = new URLSearchParams(request.params)
  query.set('last', String(end))
  return jsonReply(200, index, {
    'content-type': ociIndex,
    ...(type === null ? {} : { 'oci-filters-applied': 'artifactType' }),
    ...(end < all.length ? { link: `<${request.path}?${query.toString()}>; rel="next"` } : {}),
  })
}

function referrerOf(manifest: StoredManifest, subject: string): Record<string, unknown>[] {
  const content = parseObject(manifest.bytes)
  if (content === undefined || !isDescriptor(content['subject'])) return []
  if (content['subject'].digest !== subject) return []
  const config = isObject(content['config']) ? content['config'] : {}
  const artifactType = content['artifactType'] ?? config['mediaType']
  const { annotations } = content
  return [
    {
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.size,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  ]
}
