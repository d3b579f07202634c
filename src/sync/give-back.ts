import type { Digest } from '../oci/digest.ts'
import { fetchManifest, resolveDigest } from '../registry/content/manifests.ts'
import { publishManifest } from '../registry/content/push-manifest.ts'
import type { Repository } from '../registry/http/repository.ts'
import type { TagResult } from './report.ts'
import type { TagMove } from './tag-set.ts'

/** A tag that may have moved, at its destination. */
export interface MovedTag extends TagMove {
  readonly repository: Repository
  readonly tag: string
}

/** What a tag shows now, and why it does not show again what it did, in words. */
export interface GivenBack {
  readonly tag: TagResult
  readonly problem?: string
}

/**
 * Gives a tag back what it showed before, if it shows what this run has written: the manifest is
 * still there by its digest. A tag that somebody else has moved since is theirs, and one that was not
 * there before stays: nothing is ever deleted. Says what it shows in the end, by a look.
 */
export async function giveBack(moved: MovedTag): Promise<GivenBack> {
  const { repository, tag, digest, previousDigest } = moved
  let shown: Digest | undefined
  try {
    shown = await resolveDigest(repository, tag)
    if (shown === previousDigest) return { tag: tagResult('untouched', shown) }
    if (shown !== digest) {
      return { tag: tagResult('left', shown), problem: 'somebody else has moved it since' }
    }
    if (previousDigest === undefined) {
      return { tag: tagResult('left', shown), problem: 'it was not there before' }
    }
    const previous = await fetchManifest(repository, previousDigest)
    await publishManifest(repository, tag, previous)
    return { tag: tagResult('rolledBack', previousDigest) }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { tag: tagResult('left', await shownNow(repository, tag, shown)), problem }
  }
}

/** What a tag shows; what it was seen to show before where nobody says it now. */
async function shownNow(
  repository: Repository,
  tag: string,
  before: Digest | undefined,
): Promise<Digest | undefined> {
  try {
    return await resolveDigest(repository, tag)
  } catch {
    return before
  }
}

export function tagResult(state: TagResult['state'], digest: Digest | undefined): TagResult {
  return digest === undefined ? { state } : { state, digest }
}
