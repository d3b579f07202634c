import { formatPlatform, type PlatformFilter } from '../oci/platform.ts'
import { formatReference, type Reference } from '../oci/reference.ts'
import type { Client } from '../registry/client.ts'
import type { Clock } from '../registry/clock.ts'
import type { Side } from '../registry/errors.ts'
import { FanOut, type FirstComers, type Member } from '../registry/copy/fan-out.ts'
import type { Logger } from '../registry/logger.ts'
import type { ImagePair } from './image-list.ts'
import { mapAll } from './map-all.ts'
import { type ResultError, type RunReport, type SyncResult, totalsOf } from './report.ts'
import type { SourceImage } from './source-image.ts'
import { Syncer, type SyncPolicy } from './syncer.ts'
import { nothingDone, notStarted, unfinished } from './undone-image.ts'
import { Warnings } from './warnings.ts'

/**
 * Images that are worked on side by side: enough for what is small of the later ones to be found out
 * while blobs of the earlier ones move. The network bounds the requests of all of them.
 */
const IMAGES_AT_ONCE = 64
/** As many as are started although one may fail, where none is to be started then. */
const IMAGES_AT_ONCE_FAIL_FAST = 16

/** Everything that a run of the syncer over an image list needs. */
export interface Run<Log extends Logger> {
  readonly pairs: readonly ImagePair[]
  /** Its platforms are for pairs that bring none of their own. */
  readonly policy: SyncPolicy
  /** Start no more images once one has failed. */
  readonly failFast: boolean
  readonly clock: Clock
  /** Ends the run: images that are not done by then have failed. */
  readonly signal?: AbortSignal
  readonly clientFor: (side: Side, reference: Reference) => Client | Promise<Client>
  /** A log of its own for each image, so that lines of images side by side do not mix. */
  readonly openLog: () => Log
  /** Called when an image is done, in the order in which they are. */
  readonly onDone: (result: SyncResult, log: Log) => void
  /** Puts a failure into words for the reader. */
  readonly describe: (error: unknown) => ResultError | Promise<ResultError>
}

/**
 * Syncs every pair, keeps failures apart from each other, and reports all results in list order.
 * Whatever goes wrong with an image is a failed result. Only what `openLog`, `onDone` and
 * `describe` throw is thrown, when all is over.
 */
export async function runSync<Log extends Logger>(run: Run<Log>): Promise<RunReport> {
  const startedAt = run.clock.now()
  const sources = new SharedSources(run.pairs, run.policy)
  const warnings = new Warnings()
  let failed = false
  const work = async (pair: ImagePair): Promise<SyncResult> => {
    const log = run.openLog()
    const member = sources.member(pair)
    const warned: string[] = []
    const logger = warnings.logOf(log, warned)
    const undone = notBegun(run, pair, failed)
    const outcome = undone ?? (await syncPair(run, pair, logger, sources, member))
    const result = warned.length === 0 ? outcome : { ...outcome, warnings: warned }
    member?.leave()
    failed ||= result.status === 'failed'
    run.onDone(result, log)
    return result
  }
  const atOnce = run.failFast ? IMAGES_AT_ONCE_FAIL_FAST : IMAGES_AT_ONCE
  const done = await mapAll(sources.inOrder(), atOnce, work)
  const results = run.pairs.flatMap((pair) => done.get(pair) ?? [])
  const totals = totalsOf(results, run.clock.now() - startedAt)
  return { dryRun: run.policy.dryRun, results, totals }
}

/** What becomes of an image that is not to be begun any more. */
function notBegun<Log extends Logger>(
  { signal, failFast }: Run<Log>,
  pair: ImagePair,
  hasFailed: boolean,
): SyncResult | undefined {
  if (signal?.aborted === true) return unfinished(pair, signal)
  return failFast && hasFailed ? notStarted(pair) : undefined
}

async function syncPair<Log extends Logger>(
  run: Run<Log>,
  pair: ImagePair,
  logger: Logger,
  sources: SharedSources,
  member: Member | undefined,
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
      member,
    })
    const resolve = async (): Promise<SourceImage> =>
      sources.use(pair, () => syncer.resolve(source))
    const outcome = await syncer.sync(source, destination, resolve)
    return { ...nothingDone(pair), ...outcome, durationMs: durationMs() }
  } catch (error) {
    return {
      ...nothingDone(pair),
      status: 'failed',
      durationMs: durationMs(),
      error: await run.describe(error),
    }
  }
}

function platformsOf(pair: ImagePair, policy: SyncPolicy): PlatformFilter {
  return pair.platforms ?? policy.platforms
}

/** What the destinations of one source have in common. */
interface SharedSource {
  readonly pairs: ImagePair[]
  /** Destinations that have not asked for it yet. */
  left: number
  resolved: Promise<SourceImage> | undefined
  fanOut: FanOut | undefined
}

/**
 * Sources by reference and platforms, each resolved once for all of its destinations, so that all
 * of them get the same even if the tag moves in between. Forgotten when the last of them has it.
 */
class SharedSources {
  readonly #sources = new Map<string, SharedSource>()
  readonly #byPair = new Map<ImagePair, SharedSource>()

  constructor(pairs: readonly ImagePair[], policy: SyncPolicy) {
    for (const pair of pairs) {
      const key = keyOf(pair, policy)
      const source = this.#sources.get(key) ?? noneYet()
      this.#sources.set(key, source)
      source.pairs.push(pair)
      source.left++
      this.#byPair.set(pair, source)
    }
    const firstComers: FirstComers = new Map()
    for (const source of this.#sources.values()) {
      const registries = source.pairs.map(({ destination }) => destination.registry)
      if (new Set(registries).size > 1) source.fanOut = new FanOut(registries, firstComers)
    }
  }

  /** The pairs, those of one source together: what they share is fetched for all at one time. */
  inOrder(): readonly ImagePair[] {
    return [...this.#sources.values()].flatMap(({ pairs }) => pairs)
  }

  /** The pair's place among the destinations in several registries. */
  member(pair: ImagePair): Member | undefined {
    return this.#byPair.get(pair)?.fanOut?.member(pair.destination.registry)
  }

  /** Failures are shared as well: each of them is the end of all retries. */
  async use(pair: ImagePair, resolve: () => Promise<SourceImage>): Promise<SourceImage> {
    const shared = this.#byPair.get(pair) ?? noneYet()
    const resolved = shared.resolved ?? resolve()
    shared.left--
    shared.resolved = shared.left > 0 ? resolved : undefined
    return resolved
  }
}

function noneYet(): SharedSource {
  return { pairs: [], left: 0, resolved: undefined, fanOut: undefined }
}

function keyOf(pair: ImagePair, policy: SyncPolicy): string {
  const platforms = platformsOf(pair, policy)
  const names = platforms === 'all' ? platforms : platforms.map(formatPlatform).join(',')
  return `${formatReference(pair.source)} ${names}`
}
