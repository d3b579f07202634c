import type { Reply } from './exchange.ts'
import type { Gate, Session } from './gate.ts'
import type { Settings } from './options.ts'
import { errorReply } from './spec-errors.ts'
import type { Repository, Store } from './storage.ts'

/** What every endpoint works with. */
export interface Context {
  readonly store: Store
  readonly settings: Settings
  readonly gate: Gate
  readonly session: Session
}

export function unknownRepository(name: string): Reply {
  return errorReply(404, {
    code: 'NAME_UNKNOWN',
    message: 'repository name not known to registry',
    detail: { name },
  })
}

export function unsupported(message: string): Reply {
  return errorReply(405, { code: 'UNSUPPORTED', message })
}

export function invalidDigest(digest: string, message = 'invalid digest'): Reply {
  return errorReply(400, { code: 'DIGEST_INVALID', message, detail: { digest } })
}

/** The repository to write to, unless it would have to be created and that is switched off. */
export function writableRepository(
  { store, settings }: Context,
  name: string,
): Repository | undefined {
  return settings.createRepositories ? store.createRepository(name) : store.repository(name)
}
