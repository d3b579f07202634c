import { buildArtifact, buildIndex, type BuiltImage } from '../image/image.ts'
import { allImages } from '../image/multi-platform.ts'
import { pushTo } from '../image/push.ts'
import {
  buildBundle,
  buildSbom,
  buildSignatures,
  giveReferrers,
  tagOf,
} from '../image/referrers.ts'
import type { Store } from '../registry/storage.ts'
import type { Random } from './random.ts'

/** What belongs to an image and is not in it. */
export interface Belongings {
  /** By subject: parts of the image, and referrers themselves. */
  readonly referrers: ReadonlyMap<BuiltImage, readonly BuiltImage[]>
  /** What cosign keeps under tags, by tag. */
  readonly cosign: ReadonlyMap<string, BuiltImage>
}

type Build = (subject: BuiltImage, signer: string) => BuiltImage

const kinds: readonly Build[] = [
  (subject, signer) => buildBundle(subject, { signer }),
  (subject, signer) =>
    buildBundle(subject, { signer, predicateType: 'https://slsa.dev/provenance/v1' }),
  (subject, signer) => buildSbom(subject, signer),
  (subject, signer) =>
    buildIndex({
      children: [buildArtifact({ artifactType: `application/vnd.acme.${signer}` })],
      subject,
      artifactType: 'application/vnd.acme.scans',
    }),
]

/** Something for some of the parts of an image, signed by somebody. */
export function randomBelongings(random: Random, image: BuiltImage, signer: string): Belongings {
  const referrers = new Map<BuiltImage, readonly BuiltImage[]>()
  const cosign = new Map<string, BuiltImage>()
  const refer = (subject: BuiltImage, probability: number) => {
    if (!random.chance(probability)) return
    const own = random.some(kinds, 0.3).map((build) => build(subject, signer))
    referrers.set(subject, own)
    for (const one of own) refer(one, 0.2)
  }
  for (const part of new Set(allImages(image))) {
    refer(part, 0.4)
    // Tags for longer digests would be too long.
    if (part.manifest.digest.startsWith('sha256:') && random.chance(0.3)) {
      cosign.set(tagOf(part, random.pick(['sig', 'att'])), buildSignatures(part, [signer]))
    }
  }
  return { referrers, cosign }
}

/** Puts them into a registry's storage, where there is no API, into the tags for that as well. */
export function giveBelongings(
  store: Store,
  repository: string,
  { referrers, cosign }: Belongings,
  tagged: boolean,
) {
  for (const [subject, own] of referrers) giveReferrers(store, repository, subject, own, { tagged })
  for (const [tag, image] of cosign) pushTo(store, repository, tag, image)
}
