import { imageOfAddress } from '../../oci/pasted-address.ts'
import { quote } from '../../oci/quote.ts'

/** What people write in place of `=>`: signs, none of which a reference begins or ends with. */
const OTHER_ARROW = /^(?!=>$|:$)[^\p{L}\p{N}\s./_{}@*?"'`$%#\\]+$/u

/** A digest for itself, which would pass for the tag of an image of that name. */
const BARE_DIGEST = /^:?(?:sha256:[0-9A-Fa-f]{64}|sha512:[0-9A-Fa-f]{128})$/

/** A digest behind a tag's colon, or as cosign writes it in the names of its tags. */
const MISPLACED_DIGEST =
  /^(?<name>[^@]+)(?::(?<algorithm>sha256|sha512):|@(?<other>sha256|sha512)-)(?<hex>[0-9a-f]{64,128})$/

/** Where other programs find images that are in no registry; the others end with a path. */
const TRANSPORT = /^(?:docker-daemon|docker-archive|oci-archive|containers-storage):/

/** What is left of an expression or a variable that has no text. */
const VALUELESS: Readonly<Record<string, string>> = {
  Array: 'is what an expression makes of a list; write it with toJSON(…)',
  Object: 'is what an expression makes of an object; write it with toJSON(…)',
  null: 'is what is left of a value that is not there',
  undefined: 'is what is left of a value that is not there',
}

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
  if (BARE_DIGEST.test(word))
    return `${quote(word)} is a digest without its image; write repository@sha256:…`
  const { name: image, algorithm, other, hex } = MISPLACED_DIGEST.exec(word)?.groups ?? {}
  if (image !== undefined) {
    return `a digest stands behind "@", and is written with a colon; write ${quote(`${image}@${algorithm ?? other ?? ''}:${hex ?? ''}`)}`
  }
  if (word.endsWith('\\')) return '"\\" does not continue a line; write all of it in one'
  if (TRANSPORT.test(word)) {
    return `${quote(word.replace(/:.*$/s, ':'))} is no registry; images are copied from registry to registry`
  }
  if (Object.hasOwn(VALUELESS, word)) return `${quote(word)} ${VALUELESS[word] ?? ''}`
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

/** Whether something may be a login before a host; behind the `@` of a reference is its digest. */
export function hasLogin(text: string): boolean {
  return /@(?!sha(?:256|512):)/.test(text)
}
