import type { Descriptor } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import { isImageConfigType, isImageManifestType, isIndexType } from '../../oci/media-types.ts'
import {
  type ReferrerFilter,
  wantsCosignTags,
  wantsReferrers,
  wantsType,
} from '../../oci/referrer-filter.ts'
import { annotationsOf, artifactTypeOf } from '../../oci/referrers.ts'
import { foreignText } from '../foreign-text.ts'
import type { Repository } from '../http/repository.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import { fetchReferrer } from '../content/referrers.ts'
import { waitForAll, waitForBoth } from '../wait-for-all.ts'
import type { SourceReferrers } from './source-referrers.ts'

/** What belongs to an index of which only a part is copied: it fits no other. */
export interface LostReferrer {
  readonly digest: Digest
  /** That of the manifest; where that is only an image's, that of its first layer. */
  readonly artifactType: string
  readonly subject: Digest
  /** What an attestation is about, where it says so. */
  readonly predicateType?: string
}

export interface LostReferrers {
  readonly lost: readonly LostReferrer[]
  /** How many of those that were found are not wanted. */
  readonly filtered: number
}

/** What belongs to manifests that will not be at the destination, as far as it is wanted. */
export async function findLostReferrers(
  source: Repository,
  found: SourceReferrers,
  filter: ReferrerFilter,
  subjects: readonly Digest[],
): Promise<LostReferrers> {
  const all = await waitForAll(
    subjects.map(async (subject) => findOf(source, found, filter, subject)),
  )
  return {
    lost: all.flatMap(({ lost }) => lost),
    filtered: all.reduce((sum, { filtered }) => sum + filtered, 0),
  }
}

async function findOf(
  source: Repository,
  found: SourceReferrers,
  filter: ReferrerFilter,
  subject: Digest,
): Promise<LostReferrers> {
  const [entries, images] = await waitForBoth(
    wantsReferrers(filter) ? found.list(source, subject) : Promise.resolve([]),
    wantsCosignTags(filter) ? found.cosignImages(source, subject) : Promise.resolve([]),
  )
  // Manifests of other types cannot be read, and do not have to be: nothing of it is copied.
  const [readable, others] = parted(entries, ({ mediaType }) => isReadable(mediaType))
  const [listed, tagged] = await waitForBoth(
    waitForAll(readable.map(async (entry) => fetchReferrer(source, subject, entry))),
    waitForAll(images.map(async ({ tag }) => found.cosignImage(source, tag))),
  )
  const referrers = listed.filter((referrer) => referrer !== undefined)
  const cosignImages = tagged.filter((image) => image !== undefined)
  const [wanted, unwanted] = parted(referrers, ({ manifest }) =>
    wantsType(filter, artifactTypeOf(manifest)),
  )
  const [wantedOthers, unwantedOthers] = parted(others, ({ artifactType }) =>
    wantsType(filter, artifactType),
  )
  return {
    lost: [
      ...[...wanted, ...cosignImages].map((referrer) => describe(referrer, subject)),
      ...wantedOthers.map((entry) => describeEntry(entry, subject)),
    ],
    filtered: unwanted.length + unwantedOthers.length,
  }
}

function isReadable(mediaType: string): boolean {
  return isImageManifestType(mediaType) || isIndexType(mediaType)
}

/** Those that something is true of, and the others. */
function parted<T>(all: readonly T[], isTrue: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(isTrue), all.filter((one) => !isTrue(one))]
}

/** As the list has it. */
function describeEntry(entry: Descriptor, subject: Digest): LostReferrer {
  const { digest, mediaType, artifactType = mediaType } = entry
  return { digest, artifactType: harmless(artifactType), subject }
}

function describe(referrer: FetchedManifest, subject: Digest): LostReferrer {
  const { digest, manifest, mediaType } = referrer
  const [layer] = manifest.kind === 'image' ? manifest.layers : []
  const own = artifactTypeOf(manifest)
  const isTold = own !== undefined && !isImageConfigType(own)
  const predicateType = predicateTypeOf(referrer)
  return {
    digest,
    artifactType: harmless(isTold ? own : (layer?.mediaType ?? mediaType)),
    subject,
    ...(predicateType !== undefined && { predicateType: harmless(predicateType) }),
  }
}

/** Longer than any type that somebody uses. */
const MAX_TYPE_LENGTH = 200

function harmless(type: string): string {
  return foreignText(type, MAX_TYPE_LENGTH)
}

/** Where cosign, BuildKit and cosign before version 3 write what an attestation is about. */
const PREDICATE_TYPES = [
  'dev.sigstore.bundle.predicateType',
  'in-toto.io/predicate-type',
  'predicateType',
]

function predicateTypeOf({ bytes, manifest }: FetchedManifest): string | undefined {
  const layers = manifest.kind === 'image' ? manifest.layers : []
  const places = [annotationsOf(bytes), ...layers.map(({ annotations }) => annotations)]
  return places
    .flatMap((annotations) => PREDICATE_TYPES.map((name) => annotations?.[name]))
    .find((type) => typeof type === 'string')
}
