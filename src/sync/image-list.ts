import type { ListBases } from './list/reference.ts'
import { Collector, type IsRange } from './list/collect.ts'
import type { ListProblem } from './list/entry.ts'
import type { ListItem } from './list/pair.ts'
import { readText } from './list/text.ts'

export type { ListProblem } from './list/entry.ts'
export type { ImagePair, ListItem, ListPlace, TagSelection } from './list/pair.ts'

/** Room for the greatest number of pairs; a longer text is some other file. */
const MAX_LIST_LENGTH = 32 * 1024 * 1024

/** Problems that the error's message spells out; people mend the first few and try again. */
const SHOWN_PROBLEMS = 20

/** Everything that is wrong with a list, in the order of its lines. */
export class ImageListError extends Error {
  readonly problems: readonly ListProblem[]
  /** What could be read all the same, which another list may contradict. */
  readonly items: readonly ListItem[]

  constructor(problems: readonly ListProblem[], items: readonly ListItem[] = []) {
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
    this.items = items
  }
}

export interface ListOptions {
  /** Tells ranges of versions from other texts; without it every text is taken for one. */
  readonly isRange?: IsRange
  /** Told, in words for the log, how a list was read that is not in our own notation. */
  readonly note?: (text: string) => void
}

/**
 * Reads an image list. Each line is `[--platform=P] SOURCE [=>] [DESTINATION…]`, separated by blanks
 * and commas, with comments after `#`; without `=>`, a destination names a host, begins with a colon
 * or has a tag. If the first character that counts is `-`, `[` or `{`, or the first line is a key of
 * a mapping, the text is YAML or JSON instead: a list of such strings or of objects with `source`,
 * `destination` (a string or a list), `platforms` (the same) and `tags`; or a notation of another
 * program (list/mapping.ts). A first line such as `[::1]:5000/app` is no YAML.
 *
 * A source without tag and digest means `latest`, one whose tag has a `*` or `?` all that fit. A
 * destination
 * - without a tag takes the source's, and none if the source has only a digest,
 * - of the form `:tag` is another tag in the source's repository,
 * - that is left out is the source's repository and tag under the destination base. The repository
 *   counts from the source base where it lies under it, and an official image of Docker Hub goes
 *   without `library/`: `alpine:3.20` becomes `ghcr.io/acme/alpine:3.20`.
 * - may hold placeholders: `{registry}`, `{repository}`, `{name}`, `{tag}`.
 *
 * Returns one pair, or one selection of tags, for each destination, in the order of the list,
 * repetitions left out. A list that says that it is empty (`[]`) is.
 * @throws ImageListError with every problem there is
 */
export function parseImageList(
  text: string,
  bases: ListBases,
  { isRange = (): boolean => true, note }: ListOptions = {},
): readonly ListItem[] {
  if (text.length > MAX_LIST_LENGTH) {
    throw new ImageListError([
      { line: 1, message: `the list is longer than ${MAX_LIST_LENGTH} characters` },
    ])
  }
  const content = readText(text)
  if (content.note !== undefined) note?.(content.note)
  const collector = new Collector(bases, content.problems, isRange)
  for (const entry of content.entries) collector.add(entry)
  const { items, problems } = collector
  if (items.length === 0 && problems.length === 0 && content.isEmpty !== true) {
    problems.push({ line: 1, message: 'the list names no image' })
  }
  if (problems.length > 0) {
    throw new ImageListError(
      problems.sort((a, b) => a.line - b.line),
      items,
    )
  }
  return items
}
