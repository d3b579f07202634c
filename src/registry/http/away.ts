import { foreignText } from '../foreign-text.ts'
import type { RegistryAnswer } from './registry-request.ts'

/** Whether a path is one of a registry (distribution-spec, Endpoints), and not of a storage. */
export function isOfApi(path: string): boolean {
  return path.startsWith('/v2/')
}

/** Whether an answer comes from what a registry keeps its content in, and not from a registry. */
export function isFromStorage({ address }: RegistryAnswer): boolean {
  return address.isAway && !isOfApi(address.path)
}

/**
 * Whether an answer says "not found". That of a storage is none: what a registry leads to may have
 * moved, or be open for another moment alone.
 */
export function saysMissing(answer: RegistryAnswer): boolean {
  return answer.status === 404 && !isFromStorage(answer)
}

/** Who gave an answer, as the subject of a sentence; undefined where it is the registry itself. */
export function whoAnswered(answer: RegistryAnswer): string | undefined {
  const { origin, isAway } = answer.address
  if (!isAway) return undefined
  const what = isFromStorage(answer) ? 'the storage ' : ''
  return `${what}${foreignText(new URL(origin).host)} (the registry redirects to it)`
}

/** The name of the repository in a path of the API. */
export function repositoryIn(path: string): string | undefined {
  return /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\/[^/]*$/.exec(
    path.replace(/\?.*$/s, ''),
  )?.[1]
}
