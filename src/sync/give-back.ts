import { type Digest, digestOf } from '../oci/digest.ts'
import { fetchKept, resolveDigest } from '../registry/content/manifests.ts'
import { publishManifest } from '../registry/content/push-manifest.ts'
import { isShownAtLast } from '../registry/content/read-back-tag.ts'
import type { Repository } from '../registry/http/repository.ts'
import type { TagResult } from './report.ts'
import type { TagMove, TagWriting } from './tag-set.ts'

/** A tag that may have moved, at its destination. */
export interface MovedTag extends TagMove {
  readonly repository: Repository
  readonly tag: string
  readonly writing: Exclude<TagWriting, 'none'>
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
  let shown = moved.writing === 'answered' ? digest : previousDigest
  const look = async (): Promise<Digest | undefined> => (shown = await shownBy(moved))
  try {
    if (previousDigest === undefined || moved.writing === 'unclear') {
      const asItIs = judge(moved, await look())
      if (asItIs !== undefined || previousDigest === undefined) return asItIs ?? left(shown)
    }
    const kept = await fetchKept(repository, previousDigest)
    // Registries name what they are given under a tag by sha256, whatever it was named by before.
    const previous = { ...kept, digest: digestOf(kept.bytes) }
    await publishManifest(repository, tag, previous, {
      isWanted: async () => judge(moved, await look()) === undefined,
    })
    return judge(moved, shown) ?? { tag: tagResult('rolledBack', previous.digest) }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return afterFailure(moved, shown, problem)
  }
}

/** What is to be said of a tag that shows this; undefined where it is to be given back. */
function judge(moved: MovedTag, shown: Digest | undefined): GivenBack | undefined {
  const { digest, previousDigest, writing } = moved
  if (shown === previousDigest) {
    if (shown === undefined && writing === 'answered') return left(shown, SHOWS_NOTHING)
    if (writing !== 'underWay') return { tag: tagResult('untouched', shown) }
    return shown === undefined ? left(shown, NEVER_ANSWERED) : undefined
  }
  if (shown === undefined) return left(shown, writing === 'answered' ? SHOWS_NOTHING : IS_GONE)
  if (shown !== digest) return left(shown, 'somebody else has moved it since')
  return previousDigest === undefined ? left(shown, 'it was not there before') : undefined
}

/** A registry may act on a request long after nobody waits for its answer any more. */
const NEVER_ANSWERED = 'its write was never answered'
/** Somebody has taken it away since, or the registry does not say what it has. */
const SHOWS_NOTHING = 'its write was taken, and it shows nothing'
const IS_GONE = 'it shows nothing any more'

function left(shown: Digest | undefined, problem = ''): GivenBack {
  return { tag: tagResult('left', shown), problem }
}

/** Some show for a moment what was there before (Q58), also after they have taken a write. */
async function shownBy(moved: MovedTag): Promise<Digest | undefined> {
  const { repository, tag, digest, previousDigest, writing } = moved
  const shown = await resolveDigest(repository, tag)
  if (writing !== 'answered' || shown !== previousDigest) return shown
  return (await isShownAtLast(repository, tag, digest)) ? digest : shown
}

/**
 * @param known what the tag was seen to show before
 */
async function afterFailure(
  moved: MovedTag,
  known: Digest | undefined,
  problem: string,
): Promise<GivenBack> {
  const { repository, tag, digest, previousDigest, writing } = moved
  let shown = known
  try {
    shown = await resolveDigest(repository, tag)
  } catch {
    return left(known, problem)
  }
  if (shown !== previousDigest) return judge(moved, shown) ?? left(shown, problem)
  if (known === digest) return { tag: tagResult('rolledBack', shown) }
  return writing === 'underWay'
    ? left(shown, `${NEVER_ANSWERED}; ${problem}`)
    : { tag: tagResult('untouched', shown) }
}

export function tagResult(state: TagResult['state'], digest: Digest | undefined): TagResult {
  return digest === undefined ? { state } : { state, digest }
}
