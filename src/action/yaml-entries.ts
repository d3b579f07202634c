import * as v from 'valibot'
import { LineCounter, parseDocument } from 'yaml'
import { withLineFeeds } from '../oci/line-feeds.ts'

/** Every scalar is text here (YAML failsafe schema), so that a password `0123` stays what it is. */
const Entries = v.array(v.record(v.string(), v.string()))

export type Entry = v.InferOutput<typeof Entries>[number]

export interface EntryList {
  readonly entries: readonly Entry[]
  /** Why there are none; holds no text of the input, which may be a secret anywhere. */
  readonly problem?: string
}

/**
 * Reads an input that is a YAML (or JSON) list of objects whose values are all text. Blank text is
 * an empty list.
 *
 * @param shape what was expected, for people
 */
export function readEntries(text: string, shape: string): EntryList {
  if (text.trim() === '') return { entries: [] }
  try {
    const lineCounter = new LineCounter()
    // At a lower level the parser prints warnings, and parts of the text with them.
    const document = parseDocument(withLineFeeds(text), {
      schema: 'failsafe',
      merge: true,
      logLevel: 'error',
      lineCounter,
    })
    const [error] = document.errors
    if (error !== undefined) {
      const { line } = lineCounter.linePos(error.pos[0])
      return { entries: [], problem: `line ${line} is not valid YAML; ${shape}` }
    }
    const parsed = v.safeParse(Entries, document.toJS())
    if (parsed.success) return { entries: parsed.output }
    const [index] = (parsed.issues[0].path ?? []).map((item) => item.key)
    const place = typeof index === 'number' ? `entry ${index + 1}: ` : ''
    return { entries: [], problem: `${place}${shape}` }
  } catch {
    // Aliases without end, nesting beyond the stack.
    return { entries: [], problem: `this is not valid YAML; ${shape}` }
  }
}

/** What is wrong with an entry that has other fields than these. */
export function unknownField(entry: Entry, fields: readonly string[]): string | undefined {
  return Object.keys(entry).every((name) => fields.includes(name))
    ? undefined
    : `holds a field that is not known; the fields are ${fields.join(', ')}`
}
