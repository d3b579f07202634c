import * as v from 'valibot'
import { MAX_MANIFEST_BYTES } from '../../oci/manifest.ts'
import { nextPage } from '../http/next-page.ts'
import type { Repository } from '../http/repository.ts'
import type { TagPage } from '../learned/tag-list.ts'
import { discard, readBody } from '../network/answer-body.ts'

/** As many as the registries give at most that count them; the others take it for a wish. */
const TAGS_PER_PAGE = 1000

/** Statuses by which registries say that they do not list tags, or not to this account. */
const NO_LIST: readonly number[] = [400, 401, 403, 404, 405, 406, 501]

/** Some say null where there are none (Q55). */
const Tags = v.object({ tags: v.nullish(v.array(v.string())) })

/**
 * Whether a repository has a tag, by its list of tags, which is read once for all who ask;
 * undefined where only a look at the tag itself can tell, because the registry does not list tags or
 * has too many of them. What is pushed later on does not show here.
 */
export async function listsTag(repository: Repository, tag: string): Promise<boolean | undefined> {
  const list = repository.http.tagLists.of(repository.name)
  return list.has(tag, async (next) => fetchTagPage(repository, next))
}

/**
 * Fetches a page of the list of tags (distribution-spec, Listing Tags), the first one where no place
 * is named. Undefined where the registry does not list them.
 */
export async function fetchTagPage(
  repository: Repository,
  next?: string,
): Promise<TagPage | undefined> {
  const { http } = repository
  const path = repository.path('tags/list')
  const place = repository.place('list tags')
  const request = {
    method: 'GET',
    target: next ?? `${path}?n=${TAGS_PER_PAGE}`,
    scopes: [repository.scope],
    place,
    expect: NO_LIST,
  } as const
  return http.call(request, async (answer) => {
    if (answer.status >= 300) {
      await discard(answer)
      return undefined
    }
    const body = await readBody(answer, MAX_MANIFEST_BYTES, place, http.network)
    const tags = readTags(body)
    return tags === undefined ? undefined : { tags, next: nextPage(answer, { path, place }) }
  })
}

function readTags(body: Buffer): readonly string[] | undefined {
  let document: unknown
  try {
    document = JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
  const list = v.safeParse(Tags, document)
  return list.success ? (list.output.tags ?? []) : undefined
}
