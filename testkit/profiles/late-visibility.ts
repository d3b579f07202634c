import type { Middleware, Reply } from '../registry/exchange.ts'
import { isDigest } from '../registry/names.ts'
import type { Store } from '../registry/storage.ts'
import { jsonError } from './error-bodies.ts'
import { at } from './requests.ts'

/** The first look at a tag after a push shows what was there before (Q58). */
export function lateTags(store: Store): Middleware {
  /** Name and tag to the digest that is still shown. */
  const stale = new Map<string, string | undefined>()
  const pushes = at('manifest', ['PUT'], async (_request, next, { name, reference }) => {
    const before = store.tag(name, reference)
    const answer = await next()
    const isNews = store.tag(name, reference) !== before
    if (answer.status < 300 && isNews && !isDigest(reference)) {
      stale.set(`${name}:${reference}`, before)
    }
    return answer
  })
  const looks = at('manifest', ['GET', 'HEAD'], async (_request, next, { name, reference }) => {
    const answer = await next()
    const key = `${name}:${reference}`
    if (answer.status !== 200 || !stale.has(key)) return answer
    const digest = stale.get(key)
    stale.delete(key)
    return oldAnswer(store, name, digest)
  })
  return (request, next) => pushes(request, async (changed = request) => looks(changed, next))
}

function oldAnswer(store: Store, name: string, digest: string | undefined): Reply {
  const manifest = digest === undefined ? undefined : store.manifest(name, digest)
  if (manifest === undefined) return jsonError(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
  return {
    status: 200,
    headers: { 'content-type': manifest.mediaType, 'docker-content-digest': manifest.digest },
    body: { size: manifest.size, chunks: [manifest.bytes] },
  }
}

/** The first manifest after an upload comes too early for the blob (Q33). */
export function lateBlobs(): Middleware {
  /** Repositories to a digest that just arrived. */
  const fresh = new Map<string, string>()
  const uploads = at('upload', ['PUT'], async ({ params }, next, { name }) => {
    const answer = await next()
    if (answer.status === 201) fresh.set(name, params.get('digest') ?? '')
    return answer
  })
  const manifests = at('manifest', ['PUT'], async (_request, next, { name }) => {
    const digest = fresh.get(name)
    if (digest === undefined) return next()
    fresh.delete(name)
    const message = 'blob unknown to registry'
    return jsonError(400, 'MANIFEST_BLOB_UNKNOWN', message, {}, { digest })
  })
  return (request, next) => uploads(request, async (changed = request) => manifests(changed, next))
}
