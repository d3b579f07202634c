import { imageOfAddress } from '../../oci/pasted-address.ts'
import { quote } from '../../oci/quote.ts'

/** What people write in place of `=>`. */
const OTHER_ARROW = /^(?:[-=]*>|=+|→|⇒)$/

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=/

/** A variable of a shell, of a template, or an expression of a workflow. */
const VARIABLE = /\$|\{\{|%[A-Za-z_]+%/

const QUOTES = /["'`]/

/**
 * What is wrong with a word that belongs to another language than that of the list; undefined if
 * nothing is. What an assignment assigns is never repeated: it may be a secret.
 */
export function strayWord(word: string): string | undefined {
  // Said better where references are read; its query has characters of other languages.
  if (imageOfAddress(word) !== undefined) return undefined
  if (word.startsWith('//')) return '"//" begins no comment here; write "#"'
  if (OTHER_ARROW.test(word)) {
    return `${quote(word)} is no separator; write "=>" or only a blank`
  }
  if (VARIABLE.test(word)) {
    const what = word.includes('{{') ? 'expressions' : 'variables'
    return `${what} are not expanded here; write what ${quote(word)} stands for`
  }
  const name = ASSIGNMENT.exec(word)?.[1]
  if (name !== undefined) {
    return `${quote(`${name}=…`)} gives a value to a name; a line holds references only`
  }
  if (word.includes('=') && !word.includes('://')) {
    return '"=" stands between two references; "=>" was meant'
  }
  if (QUOTES.test(word)) {
    const bare = word.replaceAll(/["'`]/g, '')
    return `quotes are too much in a line${bare === '' ? '' : `; write ${quote(bare)} without them`}`
  }
  return undefined
}
