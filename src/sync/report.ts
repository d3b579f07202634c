import type { Digest } from '../oci/digest.ts'
import type { PlatformFilter } from '../oci/platform.ts'
import type { PullsLeft } from '../registry/pace/pull-limit.ts'
import { addBytes, type BytesMoved } from '../registry/copy/bytes-moved.ts'
import type { LostReferrer } from '../registry/copy/find-lost-referrers.ts'
import type { ReferrerFilter } from '../oci/referrer-filter.ts'
import type { ListPlace } from './list/pair.ts'
import type { AttestationPolicy } from './source-image.ts'
import type { TagRule } from './tags/rule.ts'
import type { TagChoice } from './tags/select.ts'

import type { Verified } from '../trust/verified.ts'

export type { Verified } from '../trust/verified.ts'
export type { LostReferrer } from '../registry/copy/find-lost-referrers.ts'
export type { BytesMoved } from '../registry/copy/bytes-moved.ts'

/** What became of one destination. In a dry run: what would have become of it. */
export type Status = 'copied' | 'unchanged' | 'skipped' | 'failed'

/** Why a destination failed, in words for people. */
export interface ResultError {
  readonly code: string
  readonly message: string
  /** What the reader may try next. */
  readonly hint?: string
}

/** The result of one pair of the image list. */
export interface SyncResult {
  /** Fully qualified: `host/repository[:tag][@digest]`. */
  readonly source: string
  /** Fully qualified: `host/repository[:tag]`. */
  readonly destination: string
  readonly status: Status
  /** What the destination holds now; computed from the bytes that were pushed. */
  readonly digest?: Digest
  /** What the source reference resolved to. */
  readonly sourceDigest?: Digest
  /** What the destination tag pointed to before the run. */
  readonly previousDigest?: Digest
  /** Platform (`linux/arm64`) to the digest of its image manifest. */
  readonly platforms: Readonly<Record<string, Digest>>
  /** Those that were wanted, and that the source does not have. */
  readonly missingPlatforms?: readonly string[]
  /** What the new index does not have of the source's beside entries, in words: annotations, a subject. */
  readonly notInIndex?: string
  /** Of configs and layers; in a dry run: what they would be. */
  readonly bytes: BytesMoved
  /** What became of the tag, and what it was seen to show in the end; of a set alone. */
  readonly tag?: TagResult
  /** What became of what belongs to the image; absent where nobody asked for it. */
  readonly referrers?: ReferrersResult
  /** What it was trusted for; absent where no rule was to be satisfied. */
  readonly verified?: Verified
  readonly durationMs: number
  readonly error?: ResultError
  /** What was warned of; each text names the image. The same for all destinations of a source. */
  readonly warnings?: readonly string[]
  /**
   * What was asked for beside the names, where something came of it.
   *
   * @internal
   */
  readonly wanted?: Wanted
  /**
   * Where the list's file has it.
   *
   * @internal
   */
  readonly place?: ListPlace
}

/** What of an image was asked for, by the list or for all of it. */
export interface Wanted {
  readonly platforms: PlatformFilter
  readonly attestations?: AttestationPolicy
  readonly referrers?: ReferrerFilter
}

/** What became of a tag that moves with others or not at all. */
export interface TagResult {
  /** `left` is one that was moved and not given back, or that somebody else has moved since. */
  readonly state: 'moved' | 'rolledBack' | 'left' | 'untouched'
  /** Absent where it shows nothing. */
  readonly digest?: Digest
}

/** What refers to an image and its parts, and what cosign keeps for them under tags. */
export interface ReferrersResult {
  /** Number of those that were copied; in a dry run: would be. */
  readonly copied: number
  /** Number of those that were at the destination already. */
  readonly existing: number
  /** Number of those of types that nobody asked for. */
  readonly filtered: number
  /** Belong to the source's index, and do not fit the new one that was made of a part of it. */
  readonly lost: readonly LostReferrer[]
}

/** Counts and sums over all results of a run. */
export interface Totals {
  readonly images: number
  readonly copied: number
  readonly unchanged: number
  readonly skipped: number
  readonly failed: number
  readonly bytes: BytesMoved
  /** Sums over the images of a run that asked for them. */
  readonly referrers?: ReferrersTotals
  /** Images that a rule has let pass for their signature; absent where there are none. */
  readonly verified?: number
  /** Wall-clock time of the run, not the sum over the images, which are copied side by side. */
  readonly durationMs: number
}

/** As in `ReferrersResult`, all of them counts. */
export interface ReferrersTotals {
  readonly copied: number
  readonly existing: number
  readonly filtered: number
  readonly lost: number
}

/** What became of one entry of the list that selects tags. */
export interface SelectionReport extends TagChoice {
  /** The repository, written out in full. */
  readonly source: string
  /** What was to be selected. */
  readonly tags: TagRule
  /** As the list has them. */
  readonly destinations: readonly string[]
  /** Tags that the repository has. */
  readonly listed: number
}

/** Everything that a run hands to whoever presents it. Results are in list order. */
export interface RunReport {
  /** True when nothing was written and every result says what would have happened. */
  readonly dryRun: boolean
  /** True when everything was brought by its digest, and no tag was moved. */
  readonly isStage?: boolean
  /** Which part of which list this was. */
  readonly shard?: ShardReport
  /**
   * Where in the whole list the results of a part belong.
   *
   * @internal
   */
  readonly positions?: Positions
  readonly results: readonly SyncResult[]
  readonly totals: Totals
  /** What the list's selections of tags came to. */
  readonly selections?: readonly SelectionReport[]
  /** Where registries count pulls and have said what is left. */
  readonly pullsLeft?: readonly PullsLeft[]
  /** All of the run, of its images and of anything else, each once. */
  readonly warnings?: readonly string[]
}

/** What a run does at one destination registry. */
export interface RegistryTotals extends Omit<Totals, 'durationMs'> {
  readonly registry: string
}

/**
 * The results by destination registry, in the order in which the list names these. What has failed
 * before its destination had a name belongs to none.
 */
export function totalsByRegistry(results: readonly SyncResult[]): readonly RegistryTotals[] {
  const named = results.filter(({ destination }) => destination.includes('/'))
  const byRegistry = Map.groupBy(named, ({ destination }) => destination.split('/', 1).join())
  return [...byRegistry].map(([registry, some]) => ({ registry, ...countsOf(some) }))
}

/** Which part of which list a run did. */
export interface ShardReport {
  /** From 1. */
  readonly part: number
  readonly of: number
  /** Digest of the whole list. */
  readonly list: string
  /** Of the action, which decides what is in which part. */
  readonly actionVersion: string
  /** Lines of this part, and of the list. */
  readonly lines: number
  readonly linesOfAll: number
}

/** Numbers of lines of a list, from 0. */
export interface Positions {
  /** Of each result. */
  readonly results: readonly number[]
  /** Of each selection of tags. */
  readonly selections: readonly number[]
}

/** Counts the results; `durationMs` is the wall-clock time of the whole run. */
export function totalsOf(results: readonly SyncResult[], durationMs: number): Totals {
  return { ...countsOf(results), durationMs }
}

function countsOf(results: readonly SyncResult[]): Omit<Totals, 'durationMs'> {
  const count = (status: Status): number =>
    results.filter((result) => result.status === status).length
  return {
    images: results.length,
    copied: count('copied'),
    unchanged: count('unchanged'),
    skipped: count('skipped'),
    failed: count('failed'),
    bytes: addBytes(results.map((result) => result.bytes)),
    ...referrersOf(results),
    ...verifiedOf(results),
  }
}

function verifiedOf(results: readonly SyncResult[]): { verified?: number } {
  const { length } = results.filter(({ verified }) => verified !== undefined)
  return length === 0 ? {} : { verified: length }
}

function referrersOf(results: readonly SyncResult[]): { referrers?: ReferrersTotals } {
  const all = results.flatMap(({ referrers }) => referrers ?? [])
  if (all.length === 0) return {}
  const sum = (count: (one: ReferrersResult) => number): number =>
    all.reduce((total, one) => total + count(one), 0)
  return {
    referrers: {
      copied: sum(({ copied }) => copied),
      existing: sum(({ existing }) => existing),
      filtered: sum(({ filtered }) => filtered),
      lost: sum(({ lost }) => lost.length),
    },
  }
}
