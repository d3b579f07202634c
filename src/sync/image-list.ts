import { FormatError } from '../oci/errors.ts'
import { formatPlatform, parsePlatformFilter, type PlatformFilter } from '../oci/platform.ts'
import { formatReference, type Reference } from '../oci/reference.ts'
import {
  type ListContent,
  type ListEntry,
  type ListProblem,
  readEntry,
} from './image-list-entry.ts'
import { type ListBases, readDestination, readSource } from './image-list-reference.ts'
import { readYamlList } from './image-list-yaml.ts'

export type { ListProblem } from './image-list-entry.ts'

/** One image and one place where it goes. */
export interface ImagePair {
  readonly source: Reference
  readonly destination: Reference
  /** Only where the list names platforms for this image. */
  readonly platforms?: PlatformFilter
  /** Counted from 1. */
  readonly line: number
}

/** Room for the greatest number of pairs below; a longer text is some other file. */
const MAX_LIST_LENGTH = 4 * 1024 * 1024

/** Far above any real list. Keeps a wrong file or a repeated alias from filling the memory. */
const MAX_PAIRS = 20_000

/** Nobody reads on; a file of something else entirely would give one for each of its words. */
const MAX_PROBLEMS = 1000

/** Problems that the error's message spells out; people mend the first few and try again. */
const SHOWN_PROBLEMS = 20

/** Everything that is wrong with a list, in the order of its lines. */
export class ImageListError extends Error {
  readonly problems: readonly ListProblem[]

  constructor(problems: readonly ListProblem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    const shown = problems.slice(0, SHOWN_PROBLEMS).map((one) => `line ${one.line}: ${one.message}`)
    const rest = problems.length - shown.length
    const lines = [
      `the image list has ${count}:`,
      ...shown,
      ...(rest > 0 ? [`and ${rest} more`] : []),
    ]
    super(lines.join('\n'))
    this.name = 'ImageListError'
    this.problems = problems
  }
}

/**
 * Reads an image list. Each line is `SOURCE [=>] [DESTINATION…]`, separated by blanks and commas,
 * with comments after `#`. If the first character that counts is `-`, `[` or `{`, the text is YAML or
 * JSON instead: a list of such strings or of objects with `source`, `destination` (a string or a
 * list) and `platforms` (the same). A first line such as `[::1]:5000/app` is no YAML.
 *
 * A source without tag and digest means `latest`. A destination
 * - without a tag takes the source's, and none if the source has only a digest,
 * - of the form `:tag` is another tag in the source's repository,
 * - that is left out is the source's repository and tag under the destination base. The repository
 *   counts from the source base where it lies under it, and an official image of Docker Hub goes
 *   without `library/`: `alpine:3.20` becomes `ghcr.io/acme/alpine:3.20`.
 *
 * Returns one pair for each destination, in the order of the list, repetitions left out.
 * @throws ImageListError with every problem there is
 */
export function parseImageList(text: string, bases: ListBases): readonly ImagePair[] {
  if (text.length > MAX_LIST_LENGTH) {
    throw new ImageListError([
      { line: 1, message: `the list is longer than ${MAX_LIST_LENGTH} characters` },
    ])
  }
  const { entries, problems } = readList(text)
  const list = new PairList(bases, problems)
  for (const entry of entries) list.add(entry)
  return list.finish()
}

function readList(text: string): ListContent {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|[\r\n]/)
  const first = lines
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('#'))
  if (first !== undefined && isYaml(first)) return readYamlList(text)
  const entries: ListEntry[] = []
  const problems: ListProblem[] = []
  for (const [index, line] of lines.entries()) {
    const comment = line.search(/(?:^|\s)#/)
    const content = comment === -1 ? line : line.slice(0, comment)
    if (/^[\s,]*$/.test(content)) continue
    const entry = readEntry(content, index + 1)
    if ('message' in entry) problems.push(entry)
    else entries.push(entry)
  }
  return { entries, problems }
}

/** An IPv6 host opens with a bracket too, but no YAML goes on after the closing one like this. */
function isYaml(line: string): boolean {
  return /^[-[{]/.test(line) && !/^\[[0-9A-Fa-f:.]*\](?::[0-9]*)?\//.test(line)
}

/** The pairs and problems found so far. */
class PairList {
  readonly #bases: ListBases
  readonly #problems: ListProblem[]
  /** By destination. */
  readonly #pairs = new Map<string, ImagePair>()

  constructor(bases: ListBases, problems: readonly ListProblem[]) {
    this.#bases = bases
    this.#problems = [...problems]
  }

  add(entry: ListEntry): void {
    if (this.#isFull()) return
    const { line } = entry
    const platforms = this.#attempt(line, 'platforms: ', () =>
      entry.platforms === undefined ? undefined : parsePlatformFilter(entry.platforms),
    )
    const source = this.#attempt(line, 'source: ', () => readSource(entry.source, this.#bases))
    for (const text of entry.destinations ?? [undefined]) {
      if (this.#isFull()) return
      const destination = this.#attempt(line, 'destination: ', () =>
        readDestination(text, source, this.#bases),
      )
      if (source === undefined || destination === undefined) continue
      this.#addPair({ source, destination, ...(platforms && { platforms }), line })
    }
  }

  #isFull(): boolean {
    return this.#pairs.size > MAX_PAIRS || this.#problems.length >= MAX_PROBLEMS
  }

  finish(): readonly ImagePair[] {
    if (this.#pairs.size === 0 && this.#problems.length === 0) {
      this.#problems.push({ line: 1, message: 'the list names no image' })
    }
    if (this.#problems.length > 0) {
      throw new ImageListError(this.#problems.sort((a, b) => a.line - b.line))
    }
    return [...this.#pairs.values()]
  }

  #attempt<T>(line: number, subject: string, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#problems.push({ line, message: subject + error.message })
      return undefined
    }
  }

  #addPair(pair: ImagePair): void {
    const { source, destination, line } = pair
    const place = placeOf(source, destination)
    const other = this.#pairs.get(place)
    const message = isSame(source, destination)
      ? `source and destination are the same: ${place}`
      : other && conflict(other, pair, place)
    if (message !== undefined) this.#problems.push({ line, message })
    else if (other === undefined) this.#pairs.set(place, pair)
    if (this.#pairs.size > MAX_PAIRS) {
      this.#problems.push({ line, message: `the list has more than ${MAX_PAIRS} destinations` })
    }
  }
}

/** The name under which a destination is reached, the source's digest where it has no tag. */
function placeOf(source: Reference, destination: Reference): string {
  const { tag } = destination
  if (tag !== undefined || source.digest === undefined) return formatReference(destination)
  return formatReference({ ...destination, digest: source.digest })
}

/** A source with a digest may well go to its own tag: that moves the tag to the digest. */
function isSame(source: Reference, destination: Reference): boolean {
  return formatReference(source) === placeOf(source, destination)
}

function conflict(first: ImagePair, second: ImagePair, place: string): string | undefined {
  const [before, now] = [formatReference(first.source), formatReference(second.source)]
  const already = `${place} is the destination of line ${first.line} already`
  if (before !== now) return `${already}, from ${before}; line ${second.line} has ${now}`
  const same = formatFilter(first.platforms) === formatFilter(second.platforms)
  return same ? undefined : `${already}, with other platforms than in line ${second.line}`
}

function formatFilter(filter: PlatformFilter | undefined): string {
  if (filter === undefined || filter === 'all') return filter ?? ''
  return filter.map((platform) => formatPlatform(platform)).join(',')
}
