import { parsePlatformFilter, type PlatformFilter } from '../oci/platform.ts'
import type { ReferrerFilter } from '../oci/referrer-filter.ts'
import type { AttestationPolicy } from './source-image.ts'

/** What is copied unless somebody says otherwise. */
const DEFAULT_PLATFORMS = 'linux/amd64,linux/arm64'

/** How an image is synced. */
export interface SyncSettings {
  readonly platforms: PlatformFilter
  /** When an index lacks some of the wanted platforms. */
  readonly onMissingPlatform: 'warn' | 'fail'
  /** When the destination tag has another digest. */
  readonly onExisting: 'overwrite' | 'skip' | 'fail'
  /**
   * Whether BuildKit's attestations of the images of a filtered index stay in it: `drop` if absent.
   */
  readonly attestations?: AttestationPolicy
  /** What comes along of that which refers to an image and to its parts: nothing where absent. */
  readonly referrers?: ReferrerFilter
  /** When some of the source's index do not fit the new index of a filtered copy: `warn` if absent. */
  readonly onLostReferrers?: 'warn' | 'fail'
  /** Compute and compare everything, write nothing. */
  readonly dryRun: boolean
  /** Bring everything by digest, and move no tag. */
  readonly stage?: boolean
}

/** The settings with everything that it leaves out. */
export function fullSettings(settings: Partial<SyncSettings>): Required<SyncSettings> {
  return {
    platforms: settings.platforms ?? parsePlatformFilter(DEFAULT_PLATFORMS),
    onMissingPlatform: settings.onMissingPlatform ?? 'warn',
    onExisting: settings.onExisting ?? 'overwrite',
    attestations: settings.attestations ?? 'drop',
    referrers: settings.referrers ?? 'none',
    onLostReferrers: settings.onLostReferrers ?? 'warn',
    dryRun: settings.dryRun ?? false,
    stage: settings.stage ?? false,
  }
}
