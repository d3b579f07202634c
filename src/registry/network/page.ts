import { type ErrorPlace, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import type { Answer } from './network.ts'

/** Whether an answer says that it is a page for people. */
export function isPage({ headers }: Answer): boolean {
  return /html/i.test(String(headers['content-type']))
}

/**
 * Whether a page stands in for the answer to a write: it says nothing of what a registry would. Some
 * servers call every answer HTML that has no body.
 */
export function isPageOnly(answer: Answer): boolean {
  const { status, headers } = answer
  const isSilent = ['location', 'docker-content-digest'].every(
    (name) => headers[name] === undefined,
  )
  return isPage(answer) && status === 200 && isSilent
}

/** The error of a page where a registry should have answered. */
export function pageInstead({ status }: Answer, origin: string, place: ErrorPlace): RegistryError {
  const host = foreignText(new URL(origin).host)
  const reason =
    `${host} answered with a page for people, and not as a registry does; ` +
    'it may be the sign-in page of a proxy'
  return new RegistryError('REGISTRY', reason, { ...place, status })
}
