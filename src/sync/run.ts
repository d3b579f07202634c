import type { Digest } from '../oci/digest.ts'
import type { Reference } from '../oci/reference.ts'
import type { Client } from '../registry/client.ts'
import { abortedAfter, type Clock } from '../registry/clock.ts'
import type { Side } from '../registry/errors.ts'
import type { Taker } from '../registry/copy/shared-downloads.ts'
import type { Logger } from '../registry/logger.ts'
import type { SilentHosts } from '../registry/pace/silent-hosts.ts'
import type { ImagePair } from './image-list.ts'
import { isPinned, optionsOf, tagOf } from './list/pair.ts'
import { type Hosts, mapAll } from './map-all.ts'
import { type ResultError, type RunReport, type SyncResult, totalsOf } from './report.ts'
import { nameSource, type NamedSource } from './named-source.ts'
import type { RunProgress } from './run-progress.ts'
import { SharedSources } from './shared-sources.ts'
import type { SyncSettings } from './sync-settings.ts'
import type { BroughtImage } from './sync-outcome.ts'
import { Syncer } from './syncer.ts'
import type { TrustGate } from './trust-gate.ts'
import { runAsSet, type SetWatch } from './run-set.ts'
import { isInDoubt } from './tag-in-doubt.ts'
import { AbortedSet, TagSet, writingAfter } from './tag-set.ts'
import { aborted, nothingDone, notStarted, unfinished } from './undone-image.ts'
import { Warnings } from './warnings.ts'

/**
 * Images that are worked on side by side: enough for what is small of the later ones to be found out
 * while blobs of the earlier ones move. The network bounds the requests of all of them.
 */
const IMAGES_AT_ONCE = 64
/** As many as are started although one may fail, where none is to be started then. */
const IMAGES_AT_ONCE_FAIL_FAST = 16

/**
 * Milliseconds that the write of a set's tag has left to be answered when the run ends: long enough
 * for a registry that answers, and short enough to go back afterwards.
 */
const TAG_WRITE_MS = 500

/** Everything that a run of the syncer over an image list needs. */
export interface Run<Log extends Logger> {
  readonly pairs: readonly ImagePair[]
  /** What a pair says for itself goes before it. */
  readonly settings: SyncSettings
  /** Start no more images once one has failed. */
  readonly failFast: boolean
  /** Whether something failed before the first image. */
  readonly hasFailed?: boolean
  readonly clock: Clock
  /** Which registries hang, so that the images of others need not wait for theirs. */
  readonly silentHosts?: Pick<SilentHosts, 'isSilent' | 'watch'>
  /** Ends the run: images that are not done by then have failed. */
  readonly signal?: AbortSignal
  readonly clientFor: (side: Side, reference: Reference) => Client | Promise<Client>
  /** Told how far the images have come. */
  readonly progress?: RunProgress
  /** The tags move together or not at all. */
  readonly asSet?: SetWatch | undefined
  /** Asked before anything is done about an image. */
  readonly trust?: TrustGate | undefined
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
  const sources = new SharedSources(run.pairs, run.settings)
  const warnings = new Warnings()
  let failed = run.hasFailed ?? false
  const logs = new Map<ImagePair, Log>()
  const set = run.asSet === undefined ? undefined : new TagSet()
  const endsLater = set && run.signal && abortedAfter(run.signal, TAG_WRITE_MS, run.clock)
  const begin = async (pair: ImagePair): Promise<SyncResult> => {
    const log = run.openLog()
    logs.set(pair, log)
    const taker = sources.taker(pair)
    const warned: string[] = []
    const logger = warnings.logOf(log, warned)
    const undone = notBegun(run, pair, failed)
    const outcome =
      undone ?? (await syncPair(run, pair, logger, { sources, taker, set, endsLater }))
    run.progress?.end(pair)
    const result = warned.length === 0 ? outcome : { ...outcome, warnings: warned }
    taker?.leave()
    failed ||= result.status === 'failed'
    return result
  }
  const end = (pair: ImagePair, result: SyncResult): SyncResult => {
    run.onDone(result, logs.get(pair) ?? run.openLog())
    logs.delete(pair)
    return result
  }
  const atOnce = run.failFast ? IMAGES_AT_ONCE_FAIL_FAST : IMAGES_AT_ONCE
  const pairs = sources.inOrder()
  const hosts = hostsOf(run)
  const done =
    set === undefined || run.asSet === undefined
      ? await mapAll(pairs, atOnce, async (pair) => end(pair, await begin(pair)), hosts)
      : await runAsSet({
          ...run,
          ...run.asSet,
          pairs,
          atOnce,
          hosts,
          set,
          begin,
          end,
          isPlan: run.settings.dryRun,
          hasFailed: run.hasFailed ?? false,
        })
  const results = run.pairs.flatMap((pair) => done.get(pair) ?? [])
  const totals = totalsOf(results, run.clock.now() - startedAt)
  return { dryRun: run.settings.dryRun, results, totals }
}

/** The destinations' registries, where there are several and somebody knows which of them hang. */
function hostsOf<Log extends Logger>({
  pairs,
  silentHosts,
}: Run<Log>): Hosts<ImagePair> | undefined {
  if (silentHosts === undefined) return undefined
  if (new Set(pairs.map(({ destination }) => destination.registry)).size < 2) return undefined
  return {
    of: ({ destination }) => destination.registry,
    isSilent: (host) => silentHosts.isSilent(host),
    watch: (look) => silentHosts.watch(look),
  }
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

/** What an image has to do with others. */
interface Company {
  readonly sources: SharedSources
  readonly taker: Taker | undefined
  readonly set: TagSet | undefined
  readonly endsLater: AbortSignal | undefined
}

async function syncPair<Log extends Logger>(
  run: Run<Log>,
  pair: ImagePair,
  logger: Logger,
  { sources, taker, set, endsLater }: Company,
): Promise<SyncResult> {
  const { source, destination } = pair
  const startedAt = run.clock.now()
  const durationMs = (): number => run.clock.now() - startedAt
  const settings = settingsOf(pair, run.settings)
  // Of a set, those who settle it know, and look for themselves.
  let before: Digest | undefined
  let brought: BroughtImage | undefined
  try {
    const from = await run.clientFor('source', source)
    const syncer = new Syncer({
      ...settings,
      source: from,
      destination: await run.clientFor('destination', destination),
      logger,
      taker,
      beforeTag: async (move, image): Promise<void> => {
        brought = image
        await sources.beforeTag(pair, async (other) => sourceOf(run, other))
        if (set === undefined) {
          before = move.previousDigest
          return
        }
        // Nothing that the others of its source want is to come any more.
        taker?.leave()
        sources.end(pair)
        await set.await(pair, move)
      },
      mustSeeTag: set !== undefined,
      endsLater,
      progress: run.progress?.begin(pair),
      mayBeStaged: isPinned(pair),
      trust: run.trust,
    })
    const named = sources.named(pair, () => sourceAt(from, pair, settings))
    const outcome = await syncer.sync(source, destination, named)
    set?.note(pair, outcome.status === 'copied' ? 'answered' : 'none')
    return { ...nothingDone(pair), ...outcome, durationMs: durationMs() }
  } catch (error) {
    set?.note(pair, writingAfter(error))
    if (error instanceof AbortedSet)
      return { ...aborted(pair), ...brought, durationMs: durationMs() }
    return {
      ...nothingDone(pair),
      ...(before !== undefined &&
        (await mayHaveMoved(run, pair, error, before)) && { previousDigest: before }),
      status: 'failed',
      durationMs: durationMs(),
      error: await run.describe(error),
    }
  } finally {
    sources.end(pair)
  }
}

/** Whether the tag of a pair that failed may show something else than it did. */
async function mayHaveMoved<Log extends Logger>(
  run: Run<Log>,
  pair: ImagePair,
  error: unknown,
  before: Digest,
): Promise<boolean> {
  const tag = tagOf(pair)
  if (tag === undefined) return false
  const client = await run.clientFor('destination', pair.destination)
  const repository = client.repository(pair.destination.repository, 'destination')
  return isInDoubt(error, { repository, tag }, before)
}

/** The source of a pair that has not begun. */
async function sourceOf<Log extends Logger>(run: Run<Log>, pair: ImagePair): Promise<NamedSource> {
  const client = await run.clientFor('source', pair.source)
  return sourceAt(client, pair, settingsOf(pair, run.settings))
}

function sourceAt(client: Client, { source }: ImagePair, settings: SyncSettings): NamedSource {
  return nameSource(client, source, settings)
}

/** The settings of the run, with what a pair says for itself. */
function settingsOf(pair: ImagePair, settings: SyncSettings): SyncSettings {
  return { ...settings, ...optionsOf(pair) }
}
