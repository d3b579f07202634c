import { createPrivateKey, createPublicKey } from 'node:crypto'
import { buildImage, type BuiltImage } from '../image/image.ts'
import { tagOf } from '../image/referrers.ts'
import { keyBundle, statementOf, storedBundle, storedSignature } from '../signing/bundles.ts'
import type { Belongings } from './belongings.ts'
import type { Random } from './random.ts'

/** What a run wants to be signed, and what is. */
export interface Rules {
  /** PEM of the public key that has to have signed every image. */
  readonly key: string
  /** What it has signed. */
  readonly trusted: readonly BuiltImage[]
  /** What lies beside each image, signed by it or not. */
  readonly signatures: ReadonlyMap<BuiltImage, Belongings>
  /** Probability per request, where nothing is spoilt but looks for what lies beside images. */
  readonly focus: number | undefined
}

/** The same in every run (RFC 8410): a signature is part of a digest, and digests of what a seed is. */
function keyOf(number: number) {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  const key = Buffer.concat([prefix, Buffer.alloc(32, number)])
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

const ours = keyOf(1)
const theirs = keyOf(2)
const key = createPublicKey(ours).export({ format: 'pem', type: 'spki' }).toString()

/** No image that chance brings has the same bytes. */
const other = buildImage({ annotations: { 'acme.note': 'in no list' } })

type Sign = (image: BuiltImage) => Belongings

const trustedWays: readonly Sign[] = [
  (image) => bundled(image, keyBundle(ours, statementOf(image.manifest))),
  (image) => ({
    referrers: new Map(),
    cosign: new Map([[tagOf(image, 'sig'), storedSignature(ours, image)]]),
  }),
]

const otherWays: readonly Sign[] = [
  () => ({ referrers: new Map(), cosign: new Map() }),
  (image) => bundled(image, keyBundle(theirs, statementOf(image.manifest))),
  (image) => bundled(image, keyBundle(ours, statementOf(other.manifest))),
]

function bundled(image: BuiltImage, bundle: object): Belongings {
  return { referrers: new Map([[image, [storedBundle(image, bundle)]]]), cosign: new Map() }
}

/** Most of the images are signed, and the others look as if they were. */
export function randomRules(random: Random, images: readonly BuiltImage[]): Rules {
  const trusted: BuiltImage[] = []
  const signatures = new Map<BuiltImage, Belongings>()
  for (const image of images) {
    // Tags for longer digests would be too long.
    const isShort = image.manifest.digest.startsWith('sha256:')
    const isTrusted = isShort && random.chance(0.6)
    if (isTrusted) trusted.push(image)
    signatures.set(image, random.pick(isTrusted ? trustedWays : otherWays)(image))
  }
  const focus = random.chance(0.3) ? random.pick([0.03, 0.1, 0.3]) : undefined
  return { key, trusted, signatures, focus }
}

/** What belongs to images, with their signatures among it. */
export function withSignatures(
  belongings: ReadonlyMap<BuiltImage, Belongings>,
  rules: Rules | undefined,
): ReadonlyMap<BuiltImage, Belongings> {
  const all = new Map(belongings)
  for (const [image, { referrers, cosign }] of rules?.signatures ?? []) {
    const own = belongings.get(image)
    const listed = new Map(own?.referrers)
    for (const [subject, more] of referrers) {
      listed.set(subject, [...(listed.get(subject) ?? []), ...more])
    }
    all.set(image, { referrers: listed, cosign: new Map([...(own?.cosign ?? []), ...cosign]) })
  }
  return all
}
