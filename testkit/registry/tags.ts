import { unknownRepository, unsupported, type Context } from './context.ts'
import { jsonReply, type RegistryRequest, type Reply } from './exchange.ts'
import { errorReply } from './spec-errors.ts'

/** GET `/v2/<name>/tags/list?n=&last=` (distribution-spec 1.1, "Listing Tags"). */
export function answerTags(
  request: RegistryRequest,
  { store, settings }: Context,
  { name }: { name: string },
): Reply {
  if (request.method !== 'GET') return unsupported('tags are listed by GET')
  if (store.repository(name) === undefined) return unknownRepository(name)
  const asked = request.params.get('n')
  if (asked !== null && !/^\d+$/.test(asked)) {
    return errorReply(400, { code: 'PAGINATION_NUMBER_INVALID', message: `bad n: ${asked}` })
  }
  const limit = Math.min(Number(asked ?? Number.POSITIVE_INFINITY), settings.tagsPageSize)
  const last = request.params.get('last')
  const rest = store.tags(name).filter((tag) => last === null || tag > last)
  const tags = rest.slice(0, limit)
  const next = tags.length < rest.length ? tags.at(-1) : undefined
  if (next === undefined) return jsonReply(200, { name, tags })
  const query = new URLSearchParams({ last: next, n: String(limit) })
  return jsonReply(
    200,
    { name, tags },
    { link: `</v2/${name}/tags/list?${query.toString()}>; rel="next"` },
  )
}
