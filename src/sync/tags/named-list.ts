import { FormatError } from '../../oci/errors.ts'
import type { Reference } from '../../oci/reference.ts'
import { noBytes } from '../../registry/copy/bytes-moved.ts'
import { Claims } from '../list/claims.ts'
import { MAX_PAIRS } from '../list/collect.ts'
import {
  type ImagePair,
  isSelection,
  type ListItem,
  type ListPlace,
  optionsOf,
  type TagSelection,
} from '../list/pair.ts'
import {
  type Positions,
  type ResultError,
  type RunReport,
  type SelectionReport,
  type SyncResult,
  totalsOf,
} from '../report.ts'
import type { TagRule } from './rule.ts'

/** A list in which every image has a name. */
export interface NamedList {
  /** In list order: pairs, and the results of selections that failed. */
  readonly items: readonly (ImagePair | SyncResult)[]
  /** Which entry of the list each of them, and each of `selections`, comes from; counted from 0. */
  readonly origins: Positions
  /** What is wrong with the whole, now that all names are known. */
  readonly problems: readonly (ListPlace & { readonly message: string })[]
  readonly selections: readonly SelectionReport[]
}

/** What an entry selected, or why it has nothing. */
export type Selected =
  | { readonly report: SelectionReport; readonly tags: readonly string[] }
  | { readonly report?: SelectionReport; readonly error: ResultError }

/** Puts what was selected in the place of the selections, and sees whether it goes together. */
export class Naming {
  readonly #selected: ReadonlyMap<TagRule, Selected>
  readonly #claims = new Claims()
  readonly #items: (ImagePair | SyncResult)[] = []
  readonly #origins: number[] = []
  readonly #problems: (ListPlace & { message: string })[] = []

  constructor(selected: ReadonlyMap<TagRule, Selected>) {
    this.#selected = selected
  }

  name(list: readonly ListItem[]): NamedList {
    for (const [index, item] of list.entries()) {
      if (isSelection(item)) this.#addSelection(item)
      else this.#add(item)
      while (this.#origins.length < this.#items.length) this.#origins.push(index)
      if (this.#items.length <= MAX_PAIRS) continue
      const message = `with this selection the list has more than ${MAX_PAIRS} destinations`
      this.#problems.push({ ...placeOf(item), message })
      break
    }
    const { reports, origins } = this.#reports(list)
    return {
      items: this.#items,
      origins: { results: this.#origins, selections: origins },
      problems: this.#problems,
      selections: reports,
    }
  }

  /** In list order, whichever repository answered first. */
  #reports(list: readonly ListItem[]): {
    readonly reports: readonly SelectionReport[]
    readonly origins: readonly number[]
  } {
    const found = new Map<SelectionReport, number>()
    for (const [index, item] of list.entries()) {
      const report = isSelection(item) ? this.#selected.get(item.tags)?.report : undefined
      if (report !== undefined && !found.has(report)) found.set(report, index)
    }
    return { reports: [...found.keys()], origins: [...found.values()] }
  }

  #addSelection(item: TagSelection): void {
    const selected = this.#selected.get(item.tags)
    if (selected === undefined) return
    if ('error' in selected) {
      this.#items.push(failedSelection(item, selected.error))
      return
    }
    const { source } = item
    for (const tag of selected.tags) {
      const destination = this.#destinationOf(item, tag)
      // One such name says it all.
      if (destination === undefined) return
      const pair = { source: { ...source, tag }, destination, ...placeOf(item) }
      this.#add({ ...pair, ...optionsOf(item) })
    }
  }

  #destinationOf(item: TagSelection, tag: string): Reference | undefined {
    try {
      return item.destinationOf(tag)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#problems.push({ ...placeOf(item), message: `destination: ${error.message}` })
      return undefined
    }
  }

  #add(pair: ImagePair): void {
    const { isNew, problem } = this.#claims.add(pair)
    if (problem !== undefined) this.#problems.push({ ...placeOf(pair), message: problem })
    else if (isNew) this.#items.push(pair)
  }
}

/** The result of a selection that gives no image. */
export function failedSelection(selection: TagSelection, error: ResultError): SyncResult {
  const { written, file, line } = selection
  return {
    ...written,
    ...(file !== undefined && { place: { file, line } }),
    status: 'failed',
    platforms: {},
    bytes: noBytes,
    durationMs: 0,
    error,
  }
}

/** The report of a run over the pairs of a list, with its failed selections, in list order. */
export function withFailures(report: RunReport, items: NamedList['items']): RunReport {
  const rest = report.results.values()
  const results = items.flatMap((item) => (isResult(item) ? item : (rest.next().value ?? [])))
  return { ...report, results, totals: totalsOf(results, report.totals.durationMs) }
}

/** The pairs of a list in which every image has a name. */
export function pairsIn(items: NamedList['items']): readonly ImagePair[] {
  return items.filter((item): item is ImagePair => !isResult(item))
}

/** The selections of such a list that failed. */
export function failuresIn(items: NamedList['items']): readonly SyncResult[] {
  return items.filter(isResult)
}

function isResult(item: ImagePair | SyncResult): item is SyncResult {
  return 'status' in item
}

function placeOf({ line, file }: ListPlace): ListPlace {
  return file === undefined ? { line } : { line, file }
}
