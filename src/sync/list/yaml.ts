import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { withLineFeeds } from '../../oci/line-feeds.ts'
import type { ListContent, ListProblem } from './entry.ts'
import { readItems } from './items.ts'
import { notationOf, readMapping } from './mapping.ts'
import type { Reading } from './reading.ts'
import { namedKeys } from './keys.ts'
import { mendSplices } from './splices.ts'
import { YamlWalk } from './yaml-walk.ts'

/**
 * Lines, commas, brackets and quotes, each of which may be a node of its own for the parser, with a
 * kilobyte of memory: twelve for each destination that a list may have.
 */
const MAX_MARKS = 1_200_000

/** Line breaks that only spread JSON over lines make no node. */
const MARK = /[,[{]\s*|[\]}\n\r]|["']/g

/** Two quotes make a node, which is larger than others. */
const QUOTE_MARKS = 0.75

/** Reads a text that is YAML or JSON; see `parseImageList` for what it may be. */
export function readYaml(written: string): ListContent {
  const text = withLineFeeds(written)
  if (hasTooManyMarks(text)) {
    const message = `more than ${MAX_MARKS} lines, commas, brackets and quotes`
    return { entries: [], problems: [{ line: 1, message }] }
  }
  try {
    const { document, counter, problems, isMended } = bestReading(text)
    if (problems.length > 0) return { entries: [], problems }
    const content = readDocument(document, counter)
    return isMended === true ? { note: MENDED, ...content } : content
  } catch (error) {
    // The parser is recursive, and nothing but its stack overflowing makes it throw.
    if (!(error instanceof RangeError)) throw error
    return { entries: [], problems: [{ line: 1, message: TOO_DEEP }] }
  }
}

function hasTooManyMarks(text: string): boolean {
  if (text.length <= MAX_MARKS) return false
  let marks = 0
  for (const [mark] of text.matchAll(MARK)) {
    marks += mark === '"' || mark === "'" ? QUOTE_MARKS : 1
    if (marks > MAX_MARKS) return true
  }
  return false
}

interface ParsedText {
  readonly document: Document.Parsed
  readonly counter: LineCounter
  readonly problems: readonly ListProblem[]
  readonly isMended?: boolean
}

const MENDED = 'read with the further lines of what an expression has written as part of its value'

/** The text as it is; where that cannot be read, with what an expression put into it indented. */
function bestReading(text: string): ParsedText {
  const asItIs = parse(text)
  if (asItIs.problems.length === 0) return asItIs
  const mended = parse(mendSplices(text))
  return mended.problems.length === 0 ? { ...mended, isMended: true } : asItIs
}

function parse(text: string): ParsedText {
  const counter = new LineCounter()
  // Pretty errors and the check for unique keys both take quadratic time on hostile text.
  const document = parseDocument(text, {
    lineCounter: counter,
    // At a lower level the parser prints warnings, and parts of the text with them.
    logLevel: 'error',
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
  })
  return { document, counter, problems: syntaxProblems(text, document, counter) }
}

const TOO_DEEP = 'not readable as YAML: it is nested too deeply'

const NEEDS_QUOTES =
  'something is too much here; a text that begins with one of { [ * & ! % @ goes between quotes'

/** In place of the library's own words, which may repeat parts of the text. */
const WORDS: Readonly<Record<string, string>> = {
  ALIAS_PROPS: NEEDS_QUOTES,
  BAD_ALIAS: NEEDS_QUOTES,
  BAD_DIRECTIVE: 'a line that begins with % is a directive, and this is none',
  BAD_DQ_ESCAPE: 'no such escape between double quotes',
  BAD_PROP_ORDER: NEEDS_QUOTES,
  BAD_SCALAR_START: NEEDS_QUOTES,
  TAG_RESOLVE_FAILED: NEEDS_QUOTES,
  UNEXPECTED_TOKEN: NEEDS_QUOTES,
}

/** The first error of every line; those that follow in a line come from the first, as a rule. */
function syntaxProblems(
  text: string,
  document: Document.Parsed,
  counter: LineCounter,
): ListProblem[] {
  const lineAt = (line: number): string => {
    const [start, end] = [counter.lineStarts[line - 1], counter.lineStarts[line]]
    return text.slice(start, end)
  }
  const byLine = new Map<number, ListProblem>()
  for (const { pos, code, message } of [...document.errors, ...unknownTags(document)]) {
    const line = Math.max(counter.linePos(pos[0]).line, 1)
    if (byLine.has(line)) continue
    const words =
      code === 'MULTIPLE_DOCS'
        ? severalDocuments(document, counter)
        : (layoutMessage(code, lineAt(line), document) ?? syntaxMessage(code, message))
    byLine.set(line, { line, message: words })
  }
  return [...byLine.values()]
}

/** What is wrong with how a line is laid out, in place of what the parser makes of that. */
function layoutMessage(
  code: string,
  line: string,
  { contents }: Document.Parsed,
): string | undefined {
  if (/^ *\t/.test(line))
    return 'not readable as YAML: a tab indents the line; YAML takes blanks alone'
  if (!LAYOUT.has(code)) return undefined
  if (isSeq(contents) && contents.flow !== true && /^-?[^\s-]/.test(line)) {
    // Not repeated: it may be a line of a secret.
    return 'not readable as YAML: the line is no item of the list; begin it with "- "'
  }
  if (/^["[{]/.test(line)) return 'a second value begins here; an image list is one'
  return /^\s*(?:-\s+)*["']?[\w-]+["']?:/.test(line) ? MISPLACED : undefined
}

const LAYOUT: ReadonlySet<string> = new Set([
  'BLOCK_AS_IMPLICIT_KEY',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'UNEXPECTED_TOKEN',
])

const MISPLACED =
  'not readable as YAML: the line is indented otherwise than those that it belongs to, or its value has a colon and needs quotes'

function syntaxMessage(code: string, message: string): string {
  return code === 'RESOURCE_EXHAUSTION'
    ? TOO_DEEP
    : `not readable as YAML: ${WORDS[code] ?? message}`
}

function severalDocuments(document: Document.Parsed, counter: LineCounter): string {
  const { contents } = document
  const walk = new YamlWalk(document, counter)
  const first = isMap(contents) ? notationOf(walk, walk.members(contents, 1)) : undefined
  const what = first === undefined ? '' : `, and the first one is ${first}`
  return `a second YAML document begins here; an image list is one document${what}`
}

/** The library only warns of `!rc`, and takes it for nothing. */
function unknownTags(document: Document.Parsed): Document.Parsed['warnings'] {
  return document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED')
}

function readDocument(document: Document.Parsed, counter: LineCounter): ListContent {
  const { contents } = document
  const walk = new YamlWalk(document, counter)
  if (isMap(contents)) return contentOf(walk, readMapping(walk, contents))
  if (isSeq(contents)) {
    return contentOf(walk, readItems(walk, walk.items(contents, 1) ?? []))
  }
  if (!isScalar(contents) || contents.value !== null) {
    const isItem = isScalar(contents) && /^-[^\s-]/.test(String(contents.value))
    const message = isItem
      ? 'expected a YAML list of images; a blank belongs behind the "-" of an item'
      : 'expected a YAML list of images'
    walk.problem(walk.lineOf(contents, 1), message)
  }
  return contentOf(walk, {})
}

function contentOf(
  { entries, problems }: YamlWalk,
  { notation, ignored, isEmpty }: Reading,
): ListContent {
  const left =
    ignored === undefined || ignored.length === 0 ? '' : `; not read: ${namedKeys(ignored)}`
  return {
    entries,
    problems,
    ...(notation !== undefined && { note: `read as ${notation}${left}` }),
    ...(isEmpty === true && { isEmpty }),
  }
}
