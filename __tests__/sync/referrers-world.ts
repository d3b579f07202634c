import { parseReferrerFilter } from '../../src/oci/referrer-filter.ts'
import type { SyncerOptions } from '../../src/sync/syncer.ts'
import { buildArtifact, buildIndex, type BuiltImage } from '../../testkit/image/image.ts'
import { allImages, buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAllReferrers } from '../../testkit/image/pull-referrers.ts'
import {
  buildBundle,
  buildSbom,
  buildSignatures,
  giveReferrers,
  tagOf,
} from '../../testkit/image/referrers.ts'
import type { Store } from '../../testkit/registry/storage.ts'
import { SyncWorld, type WorldOptions } from './sync-world.ts'

/** Two platforms, each with an attestation of BuildKit's. */
export const index = buildMultiPlatform({ attestations: true })
export const [amd64, arm64, attestation] = index.children as [BuiltImage, BuiltImage, BuiltImage]

export const indexSignature = buildBundle(index)
export const amd64Signature = buildBundle(amd64)
export const amd64Sbom = buildSbom(amd64)
export const sbomSignature = buildBundle(amd64Sbom)
export const attestationSignature = buildBundle(attestation)
/** An index that refers to an image, with a part of its own. */
export const scans = buildIndex({
  children: [buildArtifact({ artifactType: 'application/vnd.acme.scan.v1+json' })],
  subject: arm64,
  artifactType: 'application/vnd.acme.scans.v1+json',
})

/** All that refers to the index and its parts, by subject. */
export const referrers: ReadonlyMap<BuiltImage, readonly BuiltImage[]> = new Map([
  [index, [indexSignature]],
  [amd64, [amd64Signature, amd64Sbom]],
  [amd64Sbom, [sbomSignature]],
  [arm64, [scans]],
  [attestation, [attestationSignature]],
])

/** What cosign keeps under tags, by tag. */
export const cosignImages: ReadonlyMap<string, BuiltImage> = new Map([
  [tagOf(index, 'sig'), buildSignatures(index)],
  [tagOf(arm64, 'sig'), buildSignatures(arm64)],
  [tagOf(amd64, 'att'), buildSignatures(amd64, ['attestation'])],
])

export function digestsOf(images: readonly BuiltImage[]): string[] {
  return images.map(({ manifest }) => manifest.digest).sort()
}

export function digestOf({ manifest }: BuiltImage): string {
  return manifest.digest
}

/** Every referrer of these and of their referrers. */
export function belongingTo(images: readonly BuiltImage[]): BuiltImage[] {
  return images.flatMap((image) => {
    const own = referrers.get(image) ?? []
    return [...own, ...belongingTo(own)]
  })
}

/** Puts the index with all that belongs to it into a store. */
export function giveAll(store: Store, repository: string, tagged: boolean) {
  for (const [subject, own] of referrers) giveReferrers(store, repository, subject, own, { tagged })
  for (const [tag, image] of cosignImages) {
    for (const part of allImages(image)) {
      for (const [digest, bytes] of part.blobs) store.putBlob(repository, bytes, digest)
      store.putManifest(repository, part.manifest, tag)
    }
  }
}

/** A world whose source has all of that as `acme/app:v1`. */
export async function referrersWorld(options: WorldOptions = {}): Promise<SyncWorld> {
  const world = await SyncWorld.start(options)
  world.give('acme/app', 'v1', index)
  giveAll(world.source.store, 'acme/app', options.source?.referrers === false)
  return world
}

/** Copies `acme/app:v1` to `mirror/app:v1` with a new syncer. */
export async function copy(
  world: SyncWorld,
  filter: string,
  options: Partial<SyncerOptions> = {},
  to = 'mirror/app:v1',
) {
  const policy = { referrers: parseReferrerFilter(filter), ...options }
  return world.syncer(policy).sync('acme/app:v1', to)
}

/** Digests of all that refers to these at the destination, as a stranger finds it. */
export async function arrived(world: SyncWorld, subjects: readonly BuiltImage[]) {
  return pullAllReferrers(world.destination.url, 'mirror/app', digestsOf(subjects))
}
