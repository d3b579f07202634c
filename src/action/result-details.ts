import type { Digest } from '../oci/digest.ts'
import { formatPlatform, type PlatformFilter } from '../oci/platform.ts'
import { formatReferrerFilter } from '../oci/referrer-filter.ts'
import type { SyncResult, Wanted } from '../sync/report.ts'
import { publicResult } from './outputs.ts'

/** What of a result of a part is not in `results`, and what the outputs of the whole list are made of. */
export interface ResultDetails {
  /** Of its line in the whole list, from 0. */
  readonly position: number
  /** Where the digest is another one than `results` shows; null for none. */
  readonly digest?: Digest | null
  readonly hint?: string
  readonly place?: SyncResult['place']
  /** As the inputs of these names take them. */
  readonly wanted?: {
    readonly platforms: string
    readonly attestations?: Wanted['attestations']
    readonly referrers?: string
  }
  readonly missingPlatforms?: readonly string[]
  readonly notInIndex?: string
  readonly warnings?: readonly string[]
}

export function detailsOf(result: SyncResult, position: number): ResultDetails {
  const { digest, error, place, wanted, missingPlatforms, notInIndex, warnings } = result
  return {
    position,
    ...(digest !== publicResult(result).digest && { digest: digest ?? null }),
    ...(error?.hint !== undefined && { hint: error.hint }),
    ...(place !== undefined && { place }),
    ...(wanted !== undefined && { wanted: wantedText(wanted) }),
    ...(missingPlatforms !== undefined && { missingPlatforms }),
    ...(notInIndex !== undefined && { notInIndex }),
    ...(warnings !== undefined && { warnings }),
  }
}

function wantedText({
  platforms,
  attestations,
  referrers,
}: Wanted): NonNullable<ResultDetails['wanted']> {
  return {
    platforms: platformsText(platforms),
    ...(attestations !== undefined && { attestations }),
    ...(referrers !== undefined && { referrers: formatReferrerFilter(referrers) }),
  }
}

function platformsText(platforms: PlatformFilter): string {
  return platforms === 'all' ? platforms : platforms.map(formatPlatform).join(',')
}
