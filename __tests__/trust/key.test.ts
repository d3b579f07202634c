import { createPublicKey, sign } from 'node:crypto'
import { beforeAll, describe, expect, test } from '@jest/globals'
import {
  cosignDocument,
  keyBundle,
  keylessBundle,
  logHash,
  pem,
  preAuthEncoding,
  statementOf,
} from '../../testkit/signing/bundles.ts'
import { signatureOf } from '../../testkit/signing/signature.ts'
import { PrivateSigstore } from '../../testkit/signing/sigstore.ts'
import { judge, newKey, publicPem, SignedImage } from './signed-image.ts'

const privateKey = newKey()
const key = publicPem(privateKey)
const SBOM = 'https://spdx.dev/Document'

describe('a rule for a key', () => {
  test.each(['P-256', 'P-384', 'P-521', 'rsa', 'ed25519'] as const)(
    'takes signatures of %s, in the new form and in the old one',
    async (type) => {
      const own = newKey(type)
      const rule = { key: publicPem(own) }
      const bundled = new SignedImage()
      bundled.addBundle(keyBundle(own, statementOf(bundled.subject)))
      expect(await judge(bundled, rule)).toMatchObject({
        isTrusted: true,
        verified: { kind: 'key', from: 'referrer', rule: 1 },
      })
      const tagged = new SignedImage()
      tagged.sign(own, cosignDocument(tagged.subject.digest))
      expect(await judge(tagged, rule)).toMatchObject({
        isTrusted: true,
        verified: { kind: 'key', from: 'tag' },
      })
    },
  )

  test('takes any of several keys, as text or from files', async () => {
    const image = new SignedImage()
    image.addBundle(keyBundle(privateKey, statementOf(image.subject)))
    const rule = { key: ['keys/old.pub', 'keys/new.pub'] }
    const files = { 'keys/old.pub': publicPem(newKey()), 'keys/new.pub': key }
    expect((await judge(image, rule, { files })).isTrusted).toBe(true)
  })

  test('refuses another key, and says of each signature why', async () => {
    const image = new SignedImage()
    image.addBundle(keyBundle(newKey(), statementOf(image.subject)))
    image.sign(newKey('P-384'), cosignDocument(image.subject.digest))
    expect(await judge(image, { key })).toMatchObject({
      isTrusted: false,
      reason: expect.stringMatching(
        /^nothing satisfies rule 1 for sha256:.*: sha256:.*: is not made with a key of the rule; \.sig: is not made with a key of the rule$/,
      ),
    })
  })

  test.each([
    ['another image', () => statementOf(new SignedImage('another').subject)],
    [
      'an SBOM, which nobody asked for',
      ({ subject }: SignedImage) => statementOf({ ...subject, predicateType: SBOM }),
    ],
  ])('refuses a bundle about %s', async (_, make) => {
    const image = new SignedImage()
    image.addBundle(keyBundle(privateKey, make(image)))
    expect((await judge(image, { key })).isTrusted).toBe(false)
  })

  test.each<[string, (image: SignedImage) => Buffer]>([
    ['about another image', () => cosignDocument(`sha256:${'b'.repeat(64)}`)],
    [
      'of another type',
      ({ subject }) => cosignDocument(subject.digest, 'atomic container signature'),
    ],
    [
      'that says twice which image',
      ({ subject }) =>
        Buffer.from(
          cosignDocument(subject.digest)
            .toString()
            .replace('"image":', '"image":{"docker-manifest-digest":"x"},"image":'),
        ),
    ],
    ['that is no JSON', () => Buffer.from('x')],
  ])('refuses an old document %s', async (_, make) => {
    const image = new SignedImage()
    image.sign(privateKey, make(image))
    expect((await judge(image, { key })).isTrusted).toBe(false)
  })

  test('refuses an old document that was changed, and one without a signature', async () => {
    const image = new SignedImage()
    const document = cosignDocument(image.subject.digest)
    const signature = signatureOf(privateKey, Buffer.from('something else')).toString('base64')
    image.addCosign('sig', [
      { bytes: document },
      { bytes: document, annotations: { 'dev.cosignproject.cosign/signature': signature } },
      { bytes: document, annotations: { 'dev.cosignproject.cosign/signature': 'no base64!' } },
    ])
    expect(await judge(image, { key })).toMatchObject({
      isTrusted: false,
      reason: expect.stringContaining('.sig: has no signature beside it; .sig: is not made with'),
    })
  })

  test('finds the right one among others', async () => {
    const image = new SignedImage()
    image.addBundle({ mediaType: 'application/vnd.dev.sigstore.bundle.v9+json' })
    image.addBundle(keyBundle(newKey(), statementOf(image.subject)))
    image.addBundle(keyBundle(privateKey, statementOf(image.subject)))
    expect((await judge(image, { key })).isTrusted).toBe(true)
  })

  test('takes a statement only of the type that it names', async () => {
    const image = new SignedImage()
    const payload = statementOf({ ...image.subject, predicateType: SBOM })
    image.addBundle(keyBundle(privateKey, payload))
    expect((await judge(image, { key, predicate: SBOM })).isTrusted).toBe(true)
    expect((await judge(image, { key, predicate: `${SBOM}/v2` })).isTrusted).toBe(false)
  })

  test('takes an old attestation where it names its type, and does not look at signatures then', async () => {
    const image = new SignedImage()
    const payload = statementOf({ ...image.subject, predicateType: SBOM })
    const payloadType = 'application/vnd.in-toto+json'
    const sig = signatureOf(privateKey, preAuthEncoding(payloadType, payload)).toString('base64')
    const envelope = { payloadType, payload: payload.toString('base64'), signatures: [{ sig }] }
    image.addCosign('att', [{ bytes: Buffer.from(JSON.stringify(envelope)) }])
    expect(await judge(image, { key, predicate: SBOM })).toMatchObject({
      isTrusted: true,
      verified: { from: 'tag', predicateType: SBOM },
    })
    expect(image.looks.filter((look) => look.startsWith('fetchCosign'))).toEqual([
      'fetchCosign att',
    ])
    expect((await judge(image, { key })).isTrusted).toBe(false)
  })

  test('takes a bundle with a plain signature over the bytes of the manifest', async () => {
    const image = new SignedImage()
    const { bytes, digest } = image.subject
    const messageDigest = {
      algorithm: 'SHA2_256',
      digest: Buffer.from(digest.slice(7), 'hex').toString('base64'),
    }
    const { dsseEnvelope: _, ...rest } = keyBundle(privateKey, Buffer.from('x'))
    const signed = (content: Uint8Array) => ({
      ...rest,
      messageSignature: {
        messageDigest,
        signature: signatureOf(privateKey, content).toString('base64'),
      },
    })
    image.addBundle(signed(Buffer.from('another manifest')))
    expect((await judge(image, { key })).isTrusted).toBe(false)
    image.addBundle(signed(bytes))
    expect((await judge(image, { key })).isTrusted).toBe(true)
  })

  test('refuses what somebody has signed with a certificate for the same key', async () => {
    const sigstore = await PrivateSigstore.start()
    const image = new SignedImage()
    const payload = statementOf(image.subject)
    const who = { identity: 'dev@example.com', issuer: 'https://issuer.example.com' }
    const bundle = await keylessBundle(sigstore, { ...who, payload })
    image.addBundle(bundle)
    const { rawBytes } = bundle.verificationMaterial.certificate
    const leaf = createPublicKey(pem(Buffer.from(rawBytes, 'base64')))
    const own = leaf.export({ format: 'pem', type: 'spki' }).toString()
    expect(await judge(image, { key: own })).toMatchObject({
      isTrusted: false,
      reason: expect.stringContaining('is made with a certificate, and the rule asks for a key'),
    })
  })
})

describe('a rule for a key and the log', () => {
  let sigstore: PrivateSigstore
  beforeAll(async () => {
    sigstore = await PrivateSigstore.start()
  })

  async function logged(
    image: SignedImage,
    bundle = keyBundle(privateKey, statementOf(image.subject)),
  ) {
    const { payload, signatures } = bundle.dsseEnvelope
    const entry = await sigstore.enter({
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: {
        envelopeHash: logHash(JSON.stringify(bundle.dsseEnvelope)),
        payloadHash: logHash(Buffer.from(payload, 'base64')),
        signatures: [
          { signature: signatures[0]?.sig, verifier: Buffer.from(key).toString('base64') },
        ],
      },
    })
    bundle.verificationMaterial.tlogEntries.push(entry)
    return bundle
  }

  const rule = () => ({
    key,
    'transparency-log': 'true',
    'trusted-root': JSON.stringify(sigstore.trustedRoot()),
  })

  test('takes a signature that is in it', async () => {
    const image = new SignedImage()
    image.addBundle(await logged(image))
    expect(await judge(image, rule())).toMatchObject({
      isTrusted: true,
      verified: { time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
    })
  })

  test.each([
    ['P-384', 'sha384'],
    ['P-521', 'sha512'],
  ] as const)('takes one with a key of %s and %s', async (curve, hash) => {
    const own = newKey(curve)
    const image = new SignedImage()
    const payload = statementOf(image.subject)
    const bundle = keyBundle(own, payload)
    const sig = sign(hash, preAuthEncoding(bundle.dsseEnvelope.payloadType, payload), own)
    bundle.dsseEnvelope.signatures = [{ sig: sig.toString('base64') }]
    image.addBundle(await logged(image, bundle))
    const wanted = { ...rule(), key: publicPem(own) }
    expect((await judge(image, wanted)).isTrusted).toBe(true)
    expect((await judge(image, rule())).isTrusted).toBe(false)
  })

  test('refuses one that is in none, or has the entry of another', async () => {
    const image = new SignedImage()
    image.addBundle(keyBundle(privateKey, statementOf(image.subject)))
    const { tlogEntries } = (await logged(image)).verificationMaterial
    const bundle = keyBundle(privateKey, statementOf(image.subject))
    bundle.verificationMaterial.tlogEntries.push(...tlogEntries)
    image.addBundle(bundle)
    expect(await judge(image, rule())).toMatchObject({
      isTrusted: false,
      reason: expect.stringMatching(/is in no log; .*is not in the log/),
    })
  })

  test.each([
    ['certificate', ''],
    ['bundle', ''],
    ['bundle', 'null'],
    ['bundle', '{"Payload":{}}'],
    ['rfc3161timestamp', 'null'],
  ])(
    'does not mind what stands beside it where that is not asked for: %s %j',
    async (name, value) => {
      const image = new SignedImage()
      const annotations = { [`dev.sigstore.cosign/${name}`]: value }
      image.sign(privateKey, cosignDocument(image.subject.digest), annotations)
      expect((await judge(image, { key })).isTrusted).toBe(true)
      expect(await judge(image, rule())).toMatchObject({
        isTrusted: false,
        reason: expect.stringContaining('is in no log'),
      })
    },
  )

  test('does not mind an entry of an unknown log where the log is not asked for', async () => {
    const image = new SignedImage()
    image.addBundle(await logged(image))
    expect((await judge(image, { key })).isTrusted).toBe(true)
  })
})
