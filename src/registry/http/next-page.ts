import { RegistryError, type ErrorPlace } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import { type Address, resolveLocation } from './location.ts'
import type { RegistryAnswer } from './registry-request.ts'

/** A list that comes in pages. */
export interface Pages {
  /** Where it begins, without a query. */
  readonly path: string
  readonly place: ErrorPlace
}

/**
 * Path and query of the next page of a list, which its `Link` names (RFC 8288; distribution-spec,
 * Listing Tags); undefined behind the last page. Only the query is taken from there: throws
 * REDIRECT for a page that is said to be at another host or path.
 */
export function nextPage(answer: RegistryAnswer, { path, place }: Pages): string | undefined {
  const target = targetOf([answer.headers['link'] ?? []].flat().join(', '))
  if (target === undefined) return undefined
  const { origin } = answer.address
  const next = resolveLocation(answer.address, target, { registryOrigin: origin, place })
  const mark = next.path.indexOf('?')
  const query = mark === -1 ? '' : next.path.slice(mark)
  if (next.origin === origin && isSamePath(next, path)) return `${path}${query}`
  const reason = `the registry has the next page of a list elsewhere: ${foreignText(target)}`
  throw new RegistryError('REDIRECT', reason, place)
}

function isSamePath({ path }: Address, expected: string): boolean {
  const named = path.replace(/\?.*$/s, '')
  try {
    return decodeURIComponent(named) === expected
  } catch {
    return false
  }
}

/** The target of the first link whose relation is `next`. */
function targetOf(header: string): string | undefined {
  for (const [, target, parameters = ''] of header.matchAll(/<([^<>]*)>([^<]*)/g)) {
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]*))/i.exec(parameters)
    const names = (relations?.[1] ?? relations?.[2] ?? '').toLowerCase().split(/\s+/)
    if (names.includes('next')) return target
  }
  return undefined
}
