import * as v from 'valibot'
import { RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import { nextPage } from '../http/next-page.ts'
import type { Repository } from '../http/repository.ts'
import type { TagPage } from '../learned/tag-list.ts'
import { discard, readBody } from '../network/answer-body.ts'

/** As many as the registries give at most that count them; the others take it for a wish. */
const TAGS_PER_PAGE = 1000

/** Room for all tags that are taken, from a registry that gives them at one time. */
const MAX_PAGE_BYTES = 32 * 1024 * 1024

/** Registries that give few at a time give a hundred; a list beyond both is one without end. */
const MAX_PAGES = 1000
export const MAX_TAGS = 200_000

/** Some say null where there are none (Q55), or only whose tags these are. */
const Tags = v.union([
  v.object({ tags: v.nullable(v.array(v.string())) }),
  v.object({ name: v.string(), tags: v.optional(v.null()) }),
])

const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/

/**
 * All tags of a repository (distribution-spec, Listing Tags), in the order in which they come, each
 * once. Throws REGISTRY for a list that is none, has no end or names what is no tag, REDIRECT for
 * one that goes on elsewhere, and the errors of every request.
 */
export async function listTags(repository: Repository): Promise<readonly string[]> {
  const refuse = (reason: string): RegistryError =>
    new RegistryError('REGISTRY', reason, repository.place('list tags'))
  const tags = new Set<string>()
  const seen = new Set<string>()
  let next: string | undefined = firstPage(repository)
  while (next !== undefined) {
    if (seen.size === MAX_PAGES) throw refuse(`the list of tags has more than ${MAX_PAGES} pages`)
    seen.add(next)
    const page: TagPage | undefined = await fetchTagPage(repository, next)
    if (page === undefined) throw refuse('what the registry gives is no list of tags')
    const before = tags.size
    for (const tag of page.tags) {
      if (!TAG.test(tag)) throw refuse(`the list of tags has ${foreignText(tag)}, which is no tag`)
      tags.add(tag)
    }
    if (tags.size > MAX_TAGS) throw refuse(`the repository has more than ${MAX_TAGS} tags`)
    next = page.next ?? (tags.size > before ? pageBehind(repository, page.tags) : undefined)
    if (next !== undefined && seen.has(next)) throw refuse('the list of tags goes in a circle')
  }
  return [...tags]
}

/**
 * Fetches a page of the list of tags, the first one where no place is named. Undefined where the
 * answer is no list: its status is one of `expect`, or its body is something else.
 */
export async function fetchTagPage(
  repository: Repository,
  next: string = firstPage(repository),
  expect: readonly number[] = [],
): Promise<TagPage | undefined> {
  const { http } = repository
  const path = repository.path('tags/list')
  const place = repository.place('list tags')
  const request = {
    method: 'GET',
    target: next,
    scopes: [repository.scope],
    place,
    expect,
  } as const
  return http.call(request, async (answer) => {
    if (answer.status >= 300) {
      await discard(answer)
      return undefined
    }
    const body = await readBody(answer, MAX_PAGE_BYTES, place, http.network)
    const tags = readTags(body)
    return tags === undefined ? undefined : { tags, next: nextPage(answer, { path, place }) }
  })
}

function firstPage(repository: Repository): string {
  return `${repository.path('tags/list')}?n=${TAGS_PER_PAGE}`
}

/**
 * The page behind one that has as many tags as were asked for and does not say whether there are
 * more; undefined where it has fewer, or all.
 */
export function pageBehind(repository: Repository, tags: readonly string[]): string | undefined {
  const last = tags.at(-1)
  if (tags.length !== TAGS_PER_PAGE || last === undefined) return undefined
  return `${firstPage(repository)}&last=${encodeURIComponent(last)}`
}

function readTags(body: Buffer): readonly string[] | undefined {
  let document: unknown
  try {
    document = JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
  const list = v.safeParse(Tags, document)
  return list.success ? (list.output.tags ?? []) : undefined
}
