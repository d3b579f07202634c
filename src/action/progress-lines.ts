import type { HostWait } from '../registry/pace/host-waits.ts'
import type { Logger } from '../registry/logger.ts'
import type { ImageUnderWay, ProgressState } from '../sync/run-progress.ts'
import { formatBytes, formatDuration } from './format-bytes.ts'

/**
 * Milliseconds between two lines. The promise to users is a line every 15 s; the rest is room for a
 * busy event loop.
 */
const INTERVAL_MS = 10_000
/** The same where a person looks at it directly. */
const TERMINAL_INTERVAL_MS = 2_000

/** Images that a line names. */
export const NAMED_IMAGES = 3
/** Hosts that it names: more than that are rarely slow at one time. */
const NAMED_HOSTS = 3

/** Of the time that is left, the latest rate counts so much against all that came before it. */
const RECENT_SHARE = 1 / 3

/** The part of the timers that is needed here; Node's own by default. */
export interface Timers<Handle> {
  now(): number
  setInterval(callback: () => void, milliseconds: number): Handle
  clearInterval(handle: Handle): void
}

/** Node's timers; they do not keep the process alive. */
export const nodeTimers: Timers<NodeJS.Timeout> = {
  now: () => Date.now(),
  setInterval: (callback, milliseconds) => setInterval(callback, milliseconds).unref(),
  clearInterval: (handle) => {
    clearInterval(handle)
  },
}

export interface ProgressSource {
  /** How far the run has come, with so many images by name. */
  readonly state: (names: number) => ProgressState
  /** The hosts that hold it up at that time. */
  readonly waits: (now: number) => readonly HostWait[]
  /** Whether the log is seen as it is written, on a terminal. */
  readonly isTerminal: boolean
}

/**
 * Prints how far the run has come, again and again, so that a long one does not look hung. Returns
 * the function that ends it, which may be called more than once.
 */
export function startProgressLines<Handle>(
  logger: Pick<Logger, 'info'>,
  { state, waits, isTerminal }: ProgressSource,
  timers: Timers<Handle>,
): () => void {
  const rate = new FlowRate(timers.now())
  const handle = timers.setInterval(
    () => {
      const now = timers.now()
      const progress = state(NAMED_IMAGES)
      rate.note(progress.flowed, now)
      logger.info(progressLine(progress, rate, waits(now)))
    },
    isTerminal ? TERMINAL_INTERVAL_MS : INTERVAL_MS,
  )
  return () => {
    timers.clearInterval(handle)
  }
}

/** Bytes a second. */
export interface Rates {
  /** Since the last line. */
  readonly latest: number
  /** Over a longer time. */
  readonly steady: number
}

class FlowRate implements Rates {
  #at: number
  #flowed = 0
  latest = 0
  steady = 0

  constructor(now: number) {
    this.#at = now
  }

  note(flowed: number, now: number): void {
    this.latest = ((flowed - this.#flowed) * 1000) / Math.max(1, now - this.#at)
    const isFirst = this.#flowed === 0
    this.steady += (this.latest - this.steady) * (isFirst ? 1 : RECENT_SHARE)
    this.#at = now
    this.#flowed = flowed
  }
}

/** `… 1 of 2 images done, 2.6 GB of 5.2 GB moved, 52.0 MB/s, 50 s left; under way: …` */
export function progressLine(
  progress: ProgressState,
  rates: Rates,
  waits: readonly HostWait[],
): string {
  const { done, total } = progress
  const parts = [
    [`… ${done} of ${total} images done`, ...movedParts(progress, rates)].join(', '),
    underWayPart(progress.underWay),
    ...waits.slice(0, NAMED_HOSTS).map(waitPart),
  ]
  return parts.filter((part) => part !== '').join('; ')
}

function movedParts(
  { needed, sent, isComplete }: ProgressState,
  { latest, steady }: Rates,
): readonly string[] {
  const left = needed - sent
  if (left === 0) return [`${formatBytes(sent)} moved`]
  const most = `${isComplete ? '' : 'at least '}${formatBytes(needed)}`
  return [
    `${formatBytes(sent)} of ${most} moved`,
    `${formatBytes(latest)}/s`,
    ...(isComplete && steady > 0 ? [`${timeLeft(left / steady)} left`] : []),
  ]
}

/** In whole seconds: it is an estimate. */
function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 60 ? `${whole} s` : formatDuration(whole * 1000)
}

function underWayPart(images: readonly ImageUnderWay[]): string {
  const names = images.map(({ name, left }) =>
    left === 0 ? name : `${name} (${formatBytes(left)} left)`,
  )
  return names.length === 0 ? '' : `under way: ${names.join(', ')}`
}

function waitPart({ host, until, since, requests }: HostWait): string {
  const when = until === undefined ? `since ${clockTime(since ?? 0)}` : `until ${clockTime(until)}`
  return `waiting for ${host} ${when}${requests > 1 ? ` (${requests} requests)` : ''}`
}

/** As the time stamps of the runner's log: UTC. */
function clockTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`
}
