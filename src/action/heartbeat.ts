import type { Logger } from '../registry/logger.ts'
import { formatBytes } from './format-bytes.ts'

/**
 * Milliseconds between two lines. The promise to users is a line every 15 s; the rest is room for a
 * busy event loop.
 */
const INTERVAL_MS = 10_000

/** How far a run has come. */
export interface Progress {
  readonly done: number
  readonly total: number
  /** Bytes of blobs that were moved so far. */
  readonly bytes: number
}

/** The part of the timers that a heartbeat needs; Node's own by default. */
export interface Timers<Handle> {
  setInterval(callback: () => void, milliseconds: number): Handle
  clearInterval(handle: Handle): void
}

/** Node's timers; they do not keep the process alive. */
export const nodeTimers: Timers<NodeJS.Timeout> = {
  setInterval: (callback, milliseconds) => setInterval(callback, milliseconds).unref(),
  clearInterval: (handle) => {
    clearInterval(handle)
  },
}

/**
 * Prints how far the run has come, again and again, so that a long one does not look hung. Returns
 * the function that ends it, which may be called more than once.
 */
export function startHeartbeat<Handle>(
  logger: Logger,
  progress: () => Progress,
  timers: Timers<Handle>,
): () => void {
  const handle = timers.setInterval(() => {
    const { done, total, bytes } = progress()
    logger.info(`… ${done} of ${total} images done, ${formatBytes(bytes)} moved`)
  }, INTERVAL_MS)
  return () => {
    timers.clearInterval(handle)
  }
}
