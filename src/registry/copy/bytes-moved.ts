import type { Outcome } from './content-ledger.ts'

/** Bytes of blobs, by how they came to the destination. Manifests are not counted. */
export interface BytesMoved {
  readonly copied: number
  readonly mounted: number
  readonly existing: number
}

export const noBytes: BytesMoved = { copied: 0, mounted: 0, existing: 0 }

export function bytesOf(outcome: Outcome, size: number): BytesMoved {
  return { ...noBytes, [outcome]: size }
}

export function addBytes(parts: readonly BytesMoved[]): BytesMoved {
  const sum = { copied: 0, mounted: 0, existing: 0 }
  for (const part of parts) {
    sum.copied += part.copied
    sum.mounted += part.mounted
    sum.existing += part.existing
  }
  return sum
}
