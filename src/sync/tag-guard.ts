import type { Digest } from '../oci/digest.ts'
import { RegistryError } from '../registry/errors.ts'
import { resolveDigest } from '../registry/content/manifests.ts'
import type { Repository } from '../registry/http/repository.ts'
import type { Logger } from '../registry/logger.ts'

/** A tag that is to be written. */
export interface TagWrite {
  readonly repository: Repository
  readonly tag: string | undefined
  /** What it is to show. */
  readonly digest: Digest
  /** When it shows another digest. */
  readonly onExisting: 'overwrite' | 'skip' | 'fail'
  readonly logger: Logger
}

/** Whether a tag may be moved that shows another digest. Throws EXISTS where that is a failure. */
export function mayOverwrite(write: TagWrite, shown: Digest): boolean {
  const { repository, tag, digest, onExisting, logger } = write
  if (onExisting === 'overwrite') return true
  const reason = `the tag exists with ${shown}, the source gives ${digest}`
  if (onExisting === 'fail')
    throw new RegistryError('EXISTS', reason, repository.place('write', tag))
  logger.info(`skipped: ${reason}`)
  return false
}

/**
 * The look at a tag right before it is written, where it must not be overwritten: somebody else may
 * have written it since the first look.
 */
export class TagGuard {
  readonly #write: TagWrite
  #wasWanted = false
  #shown: Digest | undefined

  constructor(write: TagWrite) {
    this.#write = write
  }

  /** What the tag shows, where somebody else has written it in the meantime. */
  get shown(): Digest | undefined {
    return this.#shown
  }

  /** Whether to write it still, to be asked before each try. Throws EXISTS. */
  readonly isWanted = async (): Promise<boolean> => {
    const { repository, tag, digest, onExisting } = this.#write
    if (tag === undefined || onExisting === 'overwrite') return true
    const shown = await resolveDigest(repository, tag)
    if (shown === undefined) {
      this.#wasWanted = true
      return true
    }
    // After a try of our own, the right digest is most likely ours.
    if (shown === digest && this.#wasWanted) return false
    this.#shown = shown
    return shown !== digest && mayOverwrite(this.#write, shown)
  }
}
