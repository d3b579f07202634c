import { type Reference, repositoryName } from '../../oci/reference.ts'
import { Limiter } from '../../registry/pace/limiter.ts'
import { waitForAll } from '../../registry/wait-for-all.ts'
import { isSelection, type ListItem, type TagSelection } from '../list/pair.ts'
import type { ResultError } from '../report.ts'
import { type NamedList, Naming, type Selected } from './named-list.ts'
import type { TagRule } from './rule.ts'
import { leftOutText, needsVersions, selectTags, unlisted, type Versions } from './select.ts'

/** Repositories whose tags are in memory at one time. */
const LISTS_AT_ONCE = 16

export interface SelectionWork {
  readonly list: readonly ListItem[]
  /** All tags of a repository. */
  readonly listTags: (repository: Reference) => Promise<readonly string[]>
  /** Puts a failure into words for the reader. */
  readonly describe: (error: unknown) => ResultError | Promise<ResultError>
}

/** An entry: the selections that have its rule in common, one for each destination. */
type Entry = readonly [TagSelection, ...TagSelection[]]

/**
 * Replaces every selection of a list by the images that it selects. A repository is asked once,
 * however many selections are for it. Nothing is written.
 */
export async function nameImages({ list, listTags, describe }: SelectionWork): Promise<NamedList> {
  const entries = entriesOf(list)
  const versions = [...entries.keys()].some(needsVersions) ? await loadVersions() : undefined
  const lists = new Limiter(LISTS_AT_ONCE)
  const selected = new Map<TagRule, Selected>()
  const select = async (ofRepository: readonly Entry[], repository: Reference): Promise<void> => {
    try {
      const tags = new Set(await listTags(repository))
      for (const entry of ofRepository) selected.set(entry[0].tags, selectIn(tags, entry, versions))
    } catch (error) {
      const failure = await describe(error)
      for (const [{ tags }] of ofRepository) selected.set(tags, { error: failure })
    }
  }
  const repositories = Map.groupBy(entries.values(), ([{ source }]) => repositoryName(source))
  await waitForAll(
    [...repositories.values()].map(async (ofRepository) =>
      lists.run(async () => {
        const [first] = ofRepository
        if (first !== undefined) await select(ofRepository, first[0].source)
      }),
    ),
  )
  return new Naming(selected).name(list)
}

/** What reads versions, which is a bundle of its own: few lists have any. */
export async function loadVersions(): Promise<Versions> {
  return import(/* webpackIgnore: true */ './versions/index.ts')
}

function entriesOf(list: readonly ListItem[]): ReadonlyMap<TagRule, Entry> {
  const entries = new Map<TagRule, [TagSelection, ...TagSelection[]]>()
  for (const item of list) {
    if (!isSelection(item)) continue
    const known = entries.get(item.tags)
    if (known === undefined) entries.set(item.tags, [item])
    else known.push(item)
  }
  return entries
}

function selectIn(
  tags: ReadonlySet<string>,
  entry: Entry,
  versions: Versions | undefined,
): Selected {
  const [{ source, tags: rule }] = entry
  const choice = selectTags(tags, rule, versions)
  const report = {
    source: repositoryName(source),
    tags: rule,
    destinations: entry.map(({ written }) => written.destination),
    listed: tags.size,
    ...choice,
  }
  const found = choice.selected.length
  if (found >= rule.min) return { report, tags: [...choice.selected, ...unlisted(rule, tags)] }
  const why = tags.size === 0 ? 'it has none' : leftOutText(choice)
  const message =
    `select tags at source ${report.source}: ${found} of its ${tags.size} tags are selected, ` +
    `and at least ${rule.min} should be${why === '' ? '' : ` (${why})`}`
  return { report, error: { code: 'NO_TAGS', message } }
}
