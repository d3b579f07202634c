import { RFC3161Timestamp } from '@sigstore/core'
import type { Bundle } from '@sigstore/bundle'

/**
 * When a bundle that has been verified was signed (ISO 8601): as the log has promised, else as a clock
 * has stamped it. The time of a log entry without a promise is nobody's word.
 */
export function signingTimeOf({ verificationMaterial }: Bundle): string | undefined {
  const { tlogEntries, timestampVerificationData } = verificationMaterial
  for (const { integratedTime, inclusionPromise } of tlogEntries) {
    const seconds = Number(integratedTime)
    if (inclusionPromise !== undefined && seconds > 0) return isoTime(new Date(seconds * 1000))
  }
  const [stamp] = timestampVerificationData?.rfc3161Timestamps ?? []
  return stamp && isoTime(RFC3161Timestamp.parse(Buffer.from(stamp.signedTimestamp)).signingTime)
}

/** Undefined for a time that no calendar has. */
function isoTime(time: Date): string | undefined {
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
