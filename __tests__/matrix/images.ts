import { buildImage, buildIndex, type BuiltImage } from '../../testkit/image/image.ts'
import { syntheticBlob } from '../../testkit/registry/content.ts'
import { buildAttestation, buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import {
  buildBundle,
  buildSbom,
  buildSignatures,
  giveReferrers,
  tagOf,
} from '../../testkit/image/referrers.ts'
import type { Place } from './world.ts'

/** One platform, two layers. */
export function smallImage(text: string): BuiltImage {
  return buildImage({ layers: [{ files: { 'etc/name': text } }, { files: { 'etc/more': text } }] })
}

/** With a layer of this many bytes. */
export function largeImage(text: string, bytes: number): BuiltImage {
  return buildImage({ layers: [{ source: syntheticBlob(bytes, text) }] })
}

/** Three platforms with an attestation for each. */
export function platformsImage(text: string): BuiltImage {
  return buildMultiPlatform({
    platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'],
    attestations: true,
    layers: (platform) => [{ files: { 'etc/name': `${text} ${platform}` } }],
  })
}

/** Two platforms in the format from before OCI. */
export function dockerImage(text: string): BuiltImage {
  return buildMultiPlatform({
    format: 'docker',
    layers: (platform) => [{ files: { 'etc/name': `${text} ${platform}` } }],
  })
}

/** Two platforms, an attestation, and an index with one platform more inside. */
export function nestedImage(text: string): BuiltImage {
  const [amd64, arm64, s390x] = ['linux/amd64', 'linux/arm64', 'linux/s390x'].map((platform) =>
    buildImage({ platform, layers: [{ files: { 'etc/name': `${text} ${platform}` } }] }),
  )
  if (amd64 === undefined || arm64 === undefined || s390x === undefined) throw new Error('no image')
  return buildIndex({
    children: [amd64, arm64, buildAttestation(amd64), buildIndex({ children: [s390x] })],
  })
}

/** What belongs to an image: signed in both ways, with a bill of materials that is signed, too. */
export function belongings(image: BuiltImage) {
  const [first = image, ...others] = image.children
  const attestation = others.at(-1) ?? image
  const sbom = buildSbom(first)
  return {
    signatures: buildSignatures(image),
    referrers: new Map([
      [image, [buildBundle(image), buildBundle(image, { signer: 'security' })]],
      [first, [sbom]],
      [sbom, [buildBundle(sbom)]],
      [attestation, [buildBundle(attestation)]],
    ]),
  }
}

/** Puts all of that beside an image, where the registry has no API under tags. */
export function giveSigned({ at, repository }: Place, image: BuiltImage) {
  const { signatures, referrers } = belongings(image)
  const { store } = at.registry
  const tagged = !at.profile.referrersApi
  for (const [subject, own] of referrers) giveReferrers(store, repository, subject, own, { tagged })
  pushTo(store, repository, tagOf(image, 'sig'), signatures)
}
