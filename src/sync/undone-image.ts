import { formatReference } from '../oci/reference.ts'
import { noBytes } from '../registry/copy/bytes-moved.ts'
import { whyEnded } from '../registry/errors.ts'
import type { ImagePair } from './image-list.ts'
import type { SyncResult } from './report.ts'
import type { Shard } from './shard.ts'

/** The names of a pair, and nothing that was done with it. */
export function nothingDone(pair: ImagePair): Omit<SyncResult, 'status'> {
  const { source, destination, file, line } = pair
  return {
    source: formatReference(source),
    destination: formatReference(destination),
    platforms: {},
    bytes: noBytes,
    durationMs: 0,
    ...(file !== undefined && { place: { file, line } }),
  }
}

/** The failure of an image that was not done when the signal ended the run. */
export function unfinished(pair: ImagePair, signal: AbortSignal | undefined): SyncResult {
  const result = nothingDone(pair)
  const message = `sync ${result.source} to ${result.destination}: ${whyEnded(signal)}`
  return { ...result, status: 'failed', error: { code: 'CANCELLED', message } }
}

/** That of an image that was not begun, because another one had failed. */
export function notStarted(pair: ImagePair): SyncResult {
  const message = 'not started: another image failed, and fail-fast is on'
  return {
    ...nothingDone(pair),
    status: 'skipped',
    error: { code: 'NOT_STARTED', message },
  }
}

/** Why an image that was fine stands in no output: its tag did not move because of another one. */
export function abortion(message: string): NonNullable<SyncResult['error']> {
  return { code: 'ABORTED', message }
}

export function isAborted({ error }: SyncResult): boolean {
  return error?.code === 'ABORTED'
}

/** The result of such an image. */
export function aborted(pair: ImagePair): SyncResult {
  const error = abortion('the tag was not moved, because of another image')
  return { ...nothingDone(pair), status: 'skipped', error }
}

/** Stands for all images of a part of a list of which nobody knows more. */
export function unreported({ part, of }: Shard): SyncResult {
  const name = `shard ${part} of ${of}`
  const message = `${name}: there is no report of what it did; its job has ended before`
  const hint = 'The log of that job says why. Run the failed jobs again, and this one after them.'
  return {
    source: name,
    destination: name,
    status: 'failed',
    platforms: {},
    bytes: noBytes,
    durationMs: 0,
    error: { code: 'NO_REPORT', message, hint },
  }
}
