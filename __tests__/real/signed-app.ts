import { generateKeyPairSync, verify as isSigned } from 'node:crypto'
import { type Bundle, bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import { buildArtifact, buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushOverHttp } from '../../testkit/image/push.ts'
import {
  buildReferrersIndex,
  buildSbom,
  simpleSigning,
  tagOf,
} from '../../testkit/image/referrers.ts'
import {
  BUNDLE_TYPE,
  cosignDocument,
  keyBundle,
  keylessBundle,
  statementOf,
} from '../../testkit/signing/bundles.ts'
import { signatureOf } from '../../testkit/signing/signature.ts'
import { PrivateSigstore } from '../../testkit/signing/sigstore.ts'

const SIGNATURE = 'dev.cosignproject.cosign/signature'

/** Two platforms with an attestation each. */
export const app = buildMultiPlatform({ attestations: true })
export const [amd64, arm64, attestation] = app.children as [BuiltImage, BuiltImage, BuiltImage]

/** An image that is signed in every way there is, with keys and authorities of its own. */
export class SignedApp {
  /** By subject. */
  readonly referrers: ReadonlyMap<BuiltImage, readonly BuiltImage[]>
  /** What cosign keeps under tags, by tag. */
  readonly cosign: ReadonlyMap<string, BuiltImage>
  readonly keyless: BuiltImage
  readonly keyed: BuiltImage
  readonly #sigstore: PrivateSigstore
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  static async sign(): Promise<SignedApp> {
    const sigstore = await PrivateSigstore.start()
    const bundle = await keylessBundle(sigstore, {
      identity: 'dev@example.com',
      issuer: 'https://issuer.example.com',
      payload: statementOf(app.manifest),
    })
    return new SignedApp(sigstore, bundle)
  }

  private constructor(sigstore: PrivateSigstore, keyless: object) {
    this.#sigstore = sigstore
    const { privateKey } = this.#key
    const sbom = buildSbom(amd64)
    const signedWithKey = (subject: BuiltImage) =>
      bundleOf(subject, keyBundle(privateKey, statementOf(subject.manifest)))
    this.keyless = bundleOf(app, keyless)
    this.keyed = signedWithKey(amd64)
    this.referrers = new Map([
      [app, [this.keyless]],
      [amd64, [this.keyed, sbom]],
      [sbom, [signedWithKey(sbom)]],
      [attestation, [signedWithKey(attestation)]],
    ])
    this.cosign = new Map([
      [tagOf(app, 'sig'), this.#layerSignature(app)],
      [tagOf(arm64, 'sig'), this.#layerSignature(arm64)],
    ])
  }

  /** Pushes all of it as cosign and others do: where there is no API, into the tags for that. */
  async push(url: string, repository: string) {
    await pushOverHttp(url, repository, 'v1', app)
    const base = `${url}/v2/${repository}`
    for (const [subject, referrers] of this.referrers) {
      for (const referrer of referrers) await pushOverHttp(url, repository, undefined, referrer)
      const { ok } = await fetch(`${base}/referrers/${subject.manifest.digest}`)
      if (!ok) await pushAlone(base, tagOf(subject), buildReferrersIndex(referrers))
    }
    for (const [tag, image] of this.cosign) await pushOverHttp(url, repository, tag, image)
  }

  /** Throws where what is in that repository does not verify any more. */
  async verify(url: string, repository: string) {
    const base = `${url}/v2/${repository}`
    const keyless = await readBundle(base, this.keyless)
    const root = TrustedRoot.fromJSON(this.#sigstore.trustedRoot())
    const key = { publicKey: this.#key.publicKey, validFor: () => true }
    new Verifier(toTrustMaterial(root)).verify(toSignedEntity(keyless))
    const material = toTrustMaterial(root, () => key)
    const ofKeys = { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 }
    const keyed = await readBundle(base, this.keyed)
    new Verifier(material, ofKeys).verify(toSignedEntity(keyed))
    for (const tag of this.cosign.keys()) await this.#verifyLayer(base, tag)
  }

  #layerSignature(subject: BuiltImage): BuiltImage {
    const bytes = cosignDocument(subject.manifest.digest)
    const signature = signatureOf(this.#key.privateKey, bytes).toString('base64')
    return buildImage({
      layers: [{ bytes, mediaType: simpleSigning, annotations: { [SIGNATURE]: signature } }],
      config: { architecture: '', os: '' },
    })
  }

  async #verifyLayer(base: string, tag: string) {
    const { digest, annotations } = await firstLayer(base, tag)
    const bytes = await read(`${base}/blobs/${digest}`)
    const signature = Buffer.from(annotations?.[SIGNATURE] ?? '', 'base64')
    if (!isSigned('sha256', bytes, this.#key.publicKey, signature))
      throw new Error(`${tag} is not signed`)
  }
}

function bundleOf(subject: BuiltImage, bundle: object): BuiltImage {
  return buildArtifact({
    artifactType: BUNDLE_TYPE,
    subject,
    blobs: [{ bytes: JSON.stringify(bundle), mediaType: BUNDLE_TYPE }],
  })
}

async function readBundle(base: string, { manifest }: BuiltImage): Promise<Bundle> {
  const { digest } = await firstLayer(base, manifest.digest)
  return bundleFromJSON(JSON.parse((await read(`${base}/blobs/${digest}`)).toString()))
}

async function firstLayer(base: string, reference: string) {
  const text = (await read(`${base}/manifests/${reference}`)).toString()
  const { layers } = JSON.parse(text) as {
    layers: [{ digest: string; annotations?: Record<string, string> }]
  }
  return layers[0]
}

async function read(url: string): Promise<Buffer> {
  const headers = { accept: 'application/vnd.oci.image.manifest.v1+json, */*' }
  const answer = await fetch(url, { headers })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return Buffer.from(await answer.arrayBuffer())
}

/** Puts a manifest whose parts are there. */
async function pushAlone(base: string, tag: string, { manifest }: BuiltImage) {
  const answer = await fetch(`${base}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': manifest.mediaType },
    body: new Uint8Array(manifest.bytes),
  })
  if (answer.status !== 201) throw new Error(`${tag} was answered with ${answer.status}`)
}
