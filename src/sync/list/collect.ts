import { FormatError } from '../../oci/errors.ts'
import { parsePlatformFilter } from '../../oci/platform.ts'
import { quote } from '../../oci/quote.ts'
import { formatReference, type Reference } from '../../oci/reference.ts'
import { parseReferrerFilter } from '../../oci/referrer-filter.ts'
import { plainTags, type TagRule } from '../tags/rule.ts'
import { Claims } from './claims.ts'
import type { ListEntry, ListProblem } from './entry.ts'
import type { ListItem, PairOptions } from './pair.ts'
import { type ListBases, readDestination, readRepository, readSource } from './reference.ts'
import { patternProblem, ruleFor, splitPattern } from './tags.ts'

/** Far above any real list, and what a gigabyte of memory is enough for. */
export const MAX_PAIRS = 100_000

/** Nobody reads on; a file of something else entirely would give one for each of its words. */
const MAX_PROBLEMS = 1000

/** Stands for a tag that is not known yet, to see whether a destination can be read. */
const ANY_TAG = 'any'

/** Tells whether a text is a range of versions. */
export type IsRange = (text: string) => boolean

/** What the references of one entry have in common. */
interface Common extends PairOptions {
  readonly line: number
}

/** Reads the references of entries: what they come to, and what is wrong with them. */
export class Collector {
  readonly items: ListItem[] = []
  readonly problems: ListProblem[]
  readonly #bases: ListBases
  readonly #isRange: IsRange
  readonly #claims = new Claims()

  constructor(bases: ListBases, problems: readonly ListProblem[], isRange: IsRange) {
    this.problems = [...problems]
    this.#bases = bases
    this.#isRange = isRange
  }

  add(entry: ListEntry): void {
    if (this.#isFull()) return
    const { line } = entry
    const common: Common = { line, ...this.#options(entry) }
    const split = entry.tags === undefined ? splitPattern(entry.source) : undefined
    if (split !== undefined) this.#addPattern(entry, split, common)
    else if (entry.tags !== undefined) this.#addTags(entry, entry.source, entry.tags, common)
    else {
      const source = this.#attempt(line, 'source: ', () => readSource(entry.source, this.#bases))
      this.#addPairs(source, entry.destinations, common)
    }
  }

  #options(entry: ListEntry): PairOptions {
    const read = <T>(
      name: string,
      text: string | undefined,
      parse: (text: string) => T,
    ): T | undefined =>
      text === undefined ? undefined : this.#attempt(entry.line, `${name}: `, () => parse(text))
    const platforms = read('platforms', entry.platforms, parsePlatformFilter)
    const attestations = read('attestations', entry.attestations, oneOf('drop', 'keep'))
    const referrers = read('referrers', entry.referrers, parseReferrerFilter)
    const onLostReferrers = read('on-lost-referrers', entry.onLostReferrers, oneOf('warn', 'fail'))
    return {
      ...(platforms && { platforms }),
      ...(attestations && { attestations }),
      ...(referrers && { referrers }),
      ...(onLostReferrers && { onLostReferrers }),
    }
  }

  #addPattern(
    entry: ListEntry,
    { repository, pattern }: { readonly repository: string; readonly pattern: string },
    common: Common,
  ): void {
    const problem = patternProblem(pattern)
    if (problem !== undefined) this.#problem(entry.line, `source: ${problem}`)
    else this.#addTags(entry, repository, ruleFor([pattern]), common)
  }

  #addTags(entry: ListEntry, repository: string, rule: TagRule, common: Common): void {
    const { line } = entry
    const bare = splitPattern(repository)?.repository ?? repository
    const source = this.#attempt(line, 'source: ', () => readRepository(bare, this.#bases))
    if (source?.tag !== undefined || source?.digest !== undefined || bare !== repository) {
      this.#problem(line, 'source: beside tags, a source is a repository, without a tag or digest')
      return
    }
    if (rule.semver !== undefined && !this.#isRange(rule.semver)) {
      this.#problem(line, `tags: semver ${quote(rule.semver)} is no range of versions`)
    }
    const tags = plainTags(rule)
    if (tags?.length === 0) this.#problem(line, 'tags: what is excluded leaves no tag')
    const isOne = tags?.length === 1
    const fixed = entry.destinations?.find(
      (text) => /:[^/]*$/.test(text) && !text.includes('{tag}'),
    )
    if (!isOne && fixed !== undefined) {
      this.#problem(
        line,
        `destination: ${quote(fixed)} has a tag, which several images cannot share; leave it out, or use {tag} in it`,
      )
    } else if (source !== undefined && tags === undefined) {
      this.#addSelections({ ...entry, tags: rule }, source, common)
    } else {
      for (const tag of tags ?? []) {
        this.#addPairs(source && { ...source, tag }, entry.destinations, common)
        if (source === undefined) return
      }
    }
  }

  #addPairs(
    source: Reference | undefined,
    destinations: readonly string[] | undefined,
    common: Common,
  ): void {
    for (const text of destinations ?? [undefined]) {
      if (this.#isFull()) return
      const destination = this.#destination(text, source, common.line)
      if (source === undefined || destination === undefined) continue
      const pair = { source, destination, ...common }
      const { isNew, problem } = this.#claims.add(pair)
      if (problem !== undefined) this.#problem(common.line, problem)
      else if (isNew) this.#addItem(pair)
    }
  }

  #addSelections(
    entry: ListEntry & { readonly tags: TagRule },
    source: Reference,
    common: Common,
  ): void {
    const withTag = (tag: string): Reference => ({ ...source, tag })
    for (const text of entry.destinations ?? [undefined]) {
      if (this.#isFull()) return
      const hasNone = text === undefined && this.#bases.destination === undefined
      const any = this.#destination(text, hasNone ? source : withTag(ANY_TAG), common.line)
      if (any === undefined) continue
      if (formatReference(any) === formatReference(withTag(ANY_TAG))) {
        const name = formatReference(source)
        this.#problem(common.line, `source and destination are the same: ${name}`)
        continue
      }
      const { registry, repository } = any
      this.#addItem({
        ...common,
        source,
        tags: entry.tags,
        registry,
        written: {
          source: entry.source,
          destination: text ?? formatReference({ registry, repository }),
        },
        destinationOf: (tag) => {
          const destination = readDestination(text, withTag(tag), this.#bases)
          if (destination === undefined) throw new TypeError('a known source has a destination')
          return destination
        },
      })
    }
  }

  #addItem(item: ListItem): void {
    this.items.push(item)
    if (this.items.length <= MAX_PAIRS) return
    this.#problem(item.line, `the list has more than ${MAX_PAIRS} destinations`)
  }

  #isFull(): boolean {
    return this.items.length > MAX_PAIRS || this.problems.length >= MAX_PROBLEMS
  }

  #destination(
    text: string | undefined,
    source: Reference | undefined,
    line: number,
  ): Reference | undefined {
    return this.#attempt(line, 'destination: ', () => readDestination(text, source, this.#bases))
  }

  #problem(line: number, message: string): void {
    this.problems.push({ line, message })
  }

  #attempt<T>(line: number, subject: string, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#problem(line, subject + error.message)
      return undefined
    }
  }
}

function oneOf<const Choice extends string>(...choices: readonly Choice[]) {
  return (text: string): Choice => {
    const found = choices.find((choice) => choice === text)
    if (found !== undefined) return found
    throw new FormatError(
      'choice',
      `${quote(text)} is not accepted; expected ${choices.join(' or ')}`,
    )
  }
}
