import type { TagRule } from '../tags/rule.ts'

/** One entry of the list as it is written, references not yet read. */
export interface ListEntry {
  readonly line: number
  readonly source: string
  /** Undefined where the entry names none. */
  readonly destinations?: readonly string[]
  readonly platforms?: string
  readonly attestations?: string
  readonly referrers?: string
  readonly onLostReferrers?: string
  /** Which tags of the source's repository; the source names none itself then. */
  readonly tags?: TagRule
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
  /** How it was read where that is not plain, in words for the log. */
  readonly note?: string
  /** It says itself that it is empty. */
  readonly isEmpty?: boolean
}

const SEPARATORS = /[\s,]+/

/** The words of a text, which white space and commas separate. */
export function splitWords(text: string): string[] {
  return text.split(SEPARATORS).filter((word) => word !== '')
}
