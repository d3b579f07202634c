import { quote } from '../oci/quote.ts'

/** One entry of the list as it is written, references not yet read. */
export interface ListEntry {
  readonly line: number
  readonly source: string
  /** Undefined where the entry names none. */
  readonly destinations?: readonly string[]
  readonly platforms?: string
}

/** What is wrong in one line (counted from 1) of the list. */
export interface ListProblem {
  readonly line: number
  readonly message: string
}

/** What a list says in one of its notations. */
export interface ListContent {
  readonly entries: readonly ListEntry[]
  readonly problems: readonly ListProblem[]
}

const SEPARATORS = /[\s,]+/

/** What people write in place of `=>`. */
const OTHER_ARROW = /^(?:[-=]*>|=+|→|⇒)$/

/** The words of a text, which white space and commas separate. */
export function splitWords(text: string): string[] {
  return text.split(SEPARATORS).filter((word) => word !== '')
}

/** Reads `SOURCE [=>] [DESTINATION…]`; the text has no comment and is not blank. */
export function readEntry(text: string, line: number): ListEntry | ListProblem {
  const words = splitWords(text.replaceAll('=>', ' => '))
  const arrow = words.indexOf('=>')
  const problem = arrowProblem(words, arrow)
  if (problem !== undefined) return { line, message: problem }
  const [source = ''] = words
  const destinations = words.slice(arrow === -1 ? 1 : 2)
  return destinations.length === 0 ? { line, source } : { line, source, destinations }
}

function arrowProblem(words: readonly string[], arrow: number): string | undefined {
  const other = words.find((word) => word !== '=>' && OTHER_ARROW.test(word))
  if (other !== undefined) return `${quote(other)} is no separator; write "=>" or only a blank`
  if (arrow === -1) return undefined
  if (words.lastIndexOf('=>') !== arrow) return '"=>" occurs twice; one line names one source'
  if (arrow === 0) return 'no source stands before "=>"'
  if (arrow > 1) return `${arrow} references stand before "=>"; one line names one source`
  if (arrow === words.length - 1) return 'no destination stands after "=>"'
  return undefined
}
