import { formatPlatform, type PlatformFilter } from '../oci/platform.ts'
import { formatReference } from '../oci/reference.ts'
import type { Credentials } from '../registry/credentials/login.ts'
import { isSelection, type ListItem } from '../sync/list/pair.ts'
import { inputNames } from './input-names.ts'

/** The words of outputs and results, of which hardly any line of the log has none. */
const WORDS = [
  'sha256',
  'sha512',
  'copied',
  'unchanged',
  'skipped',
  'failed',
  'source',
  'destination',
  'status',
  'digest',
  'sourceDigest',
  'previousDigest',
  'platforms',
  'bytes',
  'mounted',
  'existing',
  'durationMs',
  'error',
  'code',
  'message',
  'images',
  'results',
  'report',
  'changed',
  'true',
  'false',
]

/** Whatever the list and the logins of a run are made of. */
interface ShownInputs {
  readonly list: readonly ListItem[]
  readonly platforms: PlatformFilter
  readonly sourceCredentials?: Credentials
  readonly destinationCredentials?: Credentials
  readonly registryAuth: readonly Credentials[]
}

/**
 * What a run shows by design, so that nothing of it can be hidden: hosts, references as far as they are
 * known before the first request, platforms, user names, and its own words. A runner that hid a part of them would garble the log, and drop outputs.
 */
export function* shownTexts(inputs: ShownInputs, actor: string): Generator<string> {
  yield* WORDS
  yield* inputNames
  yield actor
  yield* shownNames(inputs.list)
  yield* names(inputs.platforms)
  const { sourceCredentials, destinationCredentials, registryAuth } = inputs
  for (const login of [sourceCredentials, destinationCredentials, ...registryAuth]) {
    if (login !== undefined) yield login.username
  }
}

/** What the images of a list are called, as far as that is known by now, and their platforms. */
export function* shownNames(list: readonly ListItem[]): Generator<string> {
  for (const item of list) {
    yield formatReference(item.source)
    yield* isSelection(item) ? [item.registry] : [formatReference(item.destination)]
    if (item.platforms !== undefined) yield* names(item.platforms)
  }
}

function names(platforms: PlatformFilter): readonly string[] {
  return platforms === 'all' ? [] : platforms.map(formatPlatform)
}
