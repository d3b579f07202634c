import { quote } from '../../oci/quote.ts'
import type { Member } from './yaml-walk.ts'

/** Unknown keys that one message names. */
const NAMED_KEYS = 5

/** `source, destination and platforms` */
export function enumerate(names: readonly string[]): string {
  return names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}

/** Names between quotes, the first few of many. */
export function namedKeys(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_KEYS).map((name) => quote(name))
  const rest = names.length > NAMED_KEYS ? ` and ${names.length - NAMED_KEYS} more` : ''
  return shown.join(', ') + rest
}

/** Which keys an object should not have, and what was probably meant by them. */
export function unknownKeys(
  members: readonly Member[],
  known: readonly string[],
  meant: Readonly<Record<string, string>>,
): string | undefined {
  const names = new Set(members.map(({ name }) => name))
  const unknown = [...names].filter((name) => !known.includes(name))
  if (unknown.length === 0) return undefined
  const suggestions = unknown.flatMap((name) => {
    const other =
      known.find((one) => bare(one) === bare(name)) ??
      ownValue(meant, name) ??
      ownValue(meant, name.toLowerCase())
    return other === undefined || names.has(other) ? [] : [other]
  })
  const hint =
    suggestions.length === 0 ? '' : `; did you mean ${enumerate([...new Set(suggestions)])}?`
  return `unknown ${unknown.length === 1 ? 'key' : 'keys'} ${namedKeys(unknown)}${hint === '' ? ';' : hint} ${enumerate(known)} are accepted`
}

/** A name without what spellings differ in: capitals, separators and a plural. */
function bare(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[-_\s]/g, '')
    .replace(/s$/, '')
}

function ownValue(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
