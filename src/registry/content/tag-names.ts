import type { Repository } from '../http/repository.ts'
import type { TagPage } from '../learned/tag-list.ts'
import { fetchTagPage, pageBehind } from './tags.ts'

/** Statuses by which registries say that they do not list tags, or not to this account. */
const NO_LIST: readonly number[] = [400, 401, 403, 404, 405, 406, 501]

/**
 * Whether a repository has a tag, by its list of tags, which is read once for all who ask;
 * undefined where only a look at the tag itself can tell, because the registry does not list tags or
 * has too many of them. What is pushed later on does not show here.
 */
export async function listsTag(repository: Repository, tag: string): Promise<boolean | undefined> {
  const list = repository.http.facts.tagLists.of(repository.name)
  return list.has(tag, async (next) => readPage(repository, next))
}

/** A page that is as full as was asked for may not be the last one, whatever its registry leaves out. */
async function readPage(
  repository: Repository,
  place: string | undefined,
): Promise<TagPage | undefined> {
  const page = await fetchTagPage(repository, place, NO_LIST)
  return page && { ...page, next: page.next ?? pageBehind(repository, page.tags) }
}
