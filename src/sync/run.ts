import { formatPlatform, type PlatformFilter } from '../oci/platform.ts'
import { formatReference, type Reference } from '../oci/reference.ts'
import { noBytes } from '../registry/bytes-moved.ts'
import type { Client } from '../registry/client.ts'
import type { Clock } from '../registry/clock.ts'
import type { Side } from '../registry/errors.ts'
import type { Logger } from '../registry/logger.ts'
import { Limiter } from '../registry/pacing.ts'
import type { ImagePair } from './image-list.ts'
import { type ResultError, type RunReport, type SyncResult, totalsOf } from './report.ts'
import type { SourceImage } from './source-image.ts'
import { Syncer, type SyncPolicy } from './syncer.ts'

/** Images that are worked on side by side; the requests of all of them are bounded by the network's limiters. */
const IMAGES_AT_ONCE = 16

/** Everything that a run of the syncer over an image list needs. */
export interface Run<Log extends Logger> {
  readonly pairs: readonly ImagePair[]
  /** For pairs that bring no platforms of their own. */
  readonly policy: SyncPolicy
  readonly failFast: boolean
  readonly clock: Clock
  readonly clientFor: (side: Side, reference: Reference) => Client
  /** A log of its own for each image, so that lines of images side by side do not mix. */
  readonly openLog: () => Log
  /** Called when an image is done, in the order in which they are. */
  readonly onDone: (result: SyncResult, log: Log) => void
  /** Puts a failure into words for the reader. */
  readonly describe: (error: unknown) => ResultError
}

/** Syncs every pair, keeps failures apart from each other, and reports all results in list order. Never throws for a failed image. */
export async function runSync<Log extends Logger>(run: Run<Log>): Promise<RunReport> {
  const startedAt = run.clock.now()
  const images = new Limiter(IMAGES_AT_ONCE)
  const sources = new SharedSources(run.pairs, run.policy)
  let failed = false
  const results = await Promise.all(
    run.pairs.map(async (pair) =>
      images.run(async () => {
        if (failed && run.failFast) return notStarted(run, pair)
        const result = await syncPair(run, pair, sources)
        failed ||= result.status === 'failed'
        return result
      }),
    ),
  )
  return { dryRun: run.policy.dryRun, results, totals: totalsOf(results, run.clock.now() - startedAt) }
}

async function syncPair<Log extends Logger>(run: Run<Log>, pair: ImagePair, sources: SharedSources): Promise<SyncResult> {
  const startedAt = run.clock.now()
  const log = run.openLog()
  const names = namesOf(pair)
  let result: SyncResult
  try {
    const syncer = new Syncer({
      ...run.policy,
      platforms: platformsOf(pair, run.policy),
      source: run.clientFor('source', pair.source),
      destination: run.clientFor('destination', pair.destination),
      logger: log,
    })
    const resolved = sources.use(pair, async () => syncer.resolve(pair.source))
    const outcome = await syncer.sync(pair.source, pair.destination, resolved)
    result = { ...names, ...outcome, durationMs: run.clock.now() - startedAt }
  } catch (error) {
    result = { ...failure(names, run.describe(error)), durationMs: run.clock.now() - startedAt }
  }
  run.onDone(result, log)
  return result
}

function namesOf(pair: ImagePair): Pick<SyncResult, 'source' | 'destination'> {
  return { source: formatReference(pair.source), destination: formatReference(pair.destination) }
}

function notStarted<Log extends Logger>(run: Run<Log>, pair: ImagePair): SyncResult {
  const message = 'not started: another image failed, and fail-fast is on'
  const result: SyncResult = {
    ...failure(namesOf(pair), { code: 'NOT_STARTED', message }),
    status: 'skipped',
  }
  run.onDone(result, run.openLog())
  return result
}

function failure(names: Pick<SyncResult, 'source' | 'destination'>, error: ResultError): SyncResult {
  return { ...names, status: 'failed', platforms: {}, bytes: noBytes, durationMs: 0, error }
}

function platformsOf(pair: ImagePair, policy: SyncPolicy): PlatformFilter {
  return pair.platforms ?? policy.platforms
}

/**
 * Sources by reference and platforms, each resolved once for all of its destinations, so that all of them get the same
 * even if the tag moves in between. Forgotten when the last of them has it.
 */
class SharedSources {
  readonly #policy: SyncPolicy
  readonly #uses = new Map<string, number>()
  readonly #resolved = new Map<string, Promise<SourceImage>>()

  constructor(pairs: readonly ImagePair[], policy: SyncPolicy) {
    this.#policy = policy
    for (const pair of pairs) {
      const key = this.#key(pair)
      this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1)
    }
  }

  use(pair: ImagePair, resolve: () => Promise<SourceImage>): Promise<SourceImage> {
    const key = this.#key(pair)
    const resolved = this.#resolved.get(key) ?? resolve()
    const left = (this.#uses.get(key) ?? 1) - 1
    this.#uses.set(key, left)
    if (left > 0) this.#resolved.set(key, resolved)
    else this.#resolved.delete(key)
    return resolved
  }

  #key(pair: ImagePair): string {
    const platforms = platformsOf(pair, this.#policy)
    return `${formatReference(pair.source)} ${platforms === 'all' ? platforms : platforms.map(formatPlatform).join(',')}`
  }
}
