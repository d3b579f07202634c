import { formatPlatform, type PlatformFilter } from '../oci/platform.ts'
import { formatReference, type Reference } from '../oci/reference.ts'
import { noBytes } from '../registry/bytes-moved.ts'
import type { Client } from '../registry/client.ts'
import type { Clock } from '../registry/clock.ts'
import type { Side } from '../registry/errors.ts'
import type { Logger } from '../registry/logger.ts'
import { Limiter } from '../registry/pacing.ts'
import { settled } from '../registry/settled.ts'
import type { ImagePair } from './image-list.ts'
import { type ResultError, type RunReport, type SyncResult, totalsOf } from './report.ts'
import type { SourceImage } from './source-image.ts'
import { Syncer, type SyncPolicy } from './syncer.ts'

/** Images that are worked on side by side; the network bounds the requests of all of them. */
const IMAGES_AT_ONCE = 16

/** Everything that a run of the syncer over an image list needs. */
export interface Run<Log extends Logger> {
  readonly pairs: readonly ImagePair[]
  /** Its platforms are for pairs that bring none of their own. */
  readonly policy: SyncPolicy
  /** Start no more images once one has failed. */
  readonly failFast: boolean
  readonly clock: Clock
  readonly clientFor: (side: Side, reference: Reference) => Client | Promise<Client>
  /** A log of its own for each image, so that lines of images side by side do not mix. */
  readonly openLog: () => Log
  /** Called when an image is done, in the order in which they are. */
  readonly onDone: (result: SyncResult, log: Log) => void
  /** Puts a failure into words for the reader. */
  readonly describe: (error: unknown) => ResultError
}

/**
 * Syncs every pair, keeps failures apart from each other, and reports all results in list order.
 * Whatever goes wrong with an image is a failed result. Only what `openLog`, `onDone` and
 * `describe` throw is thrown, when all is over.
 */
export async function runSync<Log extends Logger>(run: Run<Log>): Promise<RunReport> {
  const startedAt = run.clock.now()
  const images = new Limiter(IMAGES_AT_ONCE)
  const sources = new SharedSources(run.pairs, run.policy)
  let failed = false
  const results = await settled(
    run.pairs.map(async (pair) =>
      images.run(async () => {
        const log = run.openLog()
        const result =
          failed && run.failFast ? notStarted(pair) : await syncPair(run, pair, log, sources)
        failed ||= result.status === 'failed'
        run.onDone(result, log)
        return result
      }),
    ),
  )
  const totals = totalsOf(results, run.clock.now() - startedAt)
  return { dryRun: run.policy.dryRun, results, totals }
}

async function syncPair<Log extends Logger>(
  run: Run<Log>,
  pair: ImagePair,
  logger: Log,
  sources: SharedSources,
): Promise<SyncResult> {
  const { source, destination } = pair
  const startedAt = run.clock.now()
  const durationMs = (): number => run.clock.now() - startedAt
  try {
    const syncer = new Syncer({
      ...run.policy,
      platforms: platformsOf(pair, run.policy),
      source: await run.clientFor('source', source),
      destination: await run.clientFor('destination', destination),
      logger,
    })
    const resolve = async (): Promise<SourceImage> =>
      sources.use(pair, () => syncer.resolve(source))
    const outcome = await syncer.sync(source, destination, resolve)
    return { ...namesOf(pair), ...outcome, durationMs: durationMs() }
  } catch (error) {
    return {
      ...nothingDone(pair),
      status: 'failed',
      durationMs: durationMs(),
      error: run.describe(error),
    }
  }
}

function notStarted(pair: ImagePair): SyncResult {
  const message = 'not started: another image failed, and fail-fast is on'
  return { ...nothingDone(pair), status: 'skipped', error: { code: 'NOT_STARTED', message } }
}

function nothingDone(pair: ImagePair): Omit<SyncResult, 'status'> {
  return { ...namesOf(pair), platforms: {}, bytes: noBytes, durationMs: 0 }
}

function namesOf(pair: ImagePair): Pick<SyncResult, 'source' | 'destination'> {
  return { source: formatReference(pair.source), destination: formatReference(pair.destination) }
}

function platformsOf(pair: ImagePair, policy: SyncPolicy): PlatformFilter {
  return pair.platforms ?? policy.platforms
}

/**
 * Sources by reference and platforms, each resolved once for all of its destinations, so that all
 * of them get the same even if the tag moves in between. Forgotten when the last of them has it.
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

  /** Failures are shared as well: each of them is the end of all retries. */
  async use(pair: ImagePair, resolve: () => Promise<SourceImage>): Promise<SourceImage> {
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
    const names = platforms === 'all' ? platforms : platforms.map(formatPlatform).join(',')
    return `${formatReference(pair.source)} ${names}`
  }
}
