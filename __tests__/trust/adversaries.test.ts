import { beforeAll, describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import {
  BUNDLE_TYPE,
  cosignDocument,
  keyBundle,
  keylessBundle,
  type KeylessSpec,
  logHash,
  pem,
  preAuthEncoding,
  statementOf,
} from '../../testkit/signing/bundles.ts'
import { signatureOf } from '../../testkit/signing/signature.ts'
import { PrivateSigstore } from '../../testkit/signing/sigstore.ts'
import { judge, newKey, publicPem, SignedImage } from './signed-image.ts'

const ISSUER = 'https://issuer.example.com'
const DEV = 'dev@example.com'
const SBOM = 'https://spdx.dev/Document'
const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json'

const privateKey = newKey()
const key = publicPem(privateKey)

let sigstore: PrivateSigstore
let other: PrivateSigstore
beforeAll(async () => {
  sigstore = await PrivateSigstore.start()
  other = await PrivateSigstore.start()
})

async function bundleFor(image: SignedImage, spec: Partial<KeylessSpec> = {}) {
  const payload = statementOf(image.subject)
  return keylessBundle(sigstore, { identity: DEV, issuer: ISSUER, payload, ...spec })
}

function rule(members: object = {}, root: object = sigstore.trustedRoot()) {
  return { identity: DEV, issuer: ISSUER, 'trusted-root': JSON.stringify(root), ...members }
}

/** What the rule says of an image that somebody has signed in that way. */
async function isTrusted(spec: Partial<KeylessSpec>, rules: object = rule()): Promise<boolean> {
  const image = new SignedImage()
  image.addBundle(await bundleFor(image, spec))
  return (await judge(image, rules)).isTrusted
}

/** What a rule for the key says of a payload that the key has signed. */
async function isTrustedPayload(payload: (image: SignedImage) => Buffer, type = PAYLOAD_TYPE) {
  const image = new SignedImage()
  image.addBundle(keyBundle(privateKey, payload(image), type))
  return (await judge(image, { key })).isTrusted
}

describe('a name that looks like the right one is refused:', () => {
  test.each([
    `${DEV}\n`,
    `${DEV}\r\n`,
    ` ${DEV}`,
    `${DEV}\0.evil.net`,
    `${DEV}.`,
    `mailto:${DEV}`,
    `https://${DEV}`,
    `${DEV},ops@example.com`,
    'DEV@EXAMPLE.COM',
    'dev@example.com\u200b',
    'dev@ex\u0430mple.com',
    'dev@example\uff0ecom',
  ])('%j', async (identity) => {
    expect(await isTrusted({ identity })).toBe(false)
  })

  test.each([
    ['dev?@example.com', 'devs@example.com'],
    ['[a-z]*@example.com', 'd@example.com'],
    ['dev.example.com', 'dev@example.com'],
    ['^dev@example.com$', 'dev@example.com'],
    ['(dev|ops)@example.com', 'dev@example.com'],
    [String.raw`dev\@example.com`, 'dev@example.com'],
    ['*@example.com', 'dev@example.com.evil.net'],
    ['dev@*.com', 'dev@evil.net/x.com'],
    ['*@example.com', 'dev\n@example.com'],
    ['*@example.com', 'd\u00e9v@example.com'],
  ])('by a glob whose other characters mean more elsewhere, %s', async (wanted, identity) => {
    expect(await isTrusted({ identity }, rule({ identity: wanted }))).toBe(false)
  })
})

describe('a root is believed for what it holds alone:', () => {
  test.each(['tlogs', 'ctlogs', 'certificateAuthorities'] as const)(
    'the %s of somebody else do not count',
    async (part) => {
      const root = { ...sigstore.trustedRoot(), [part]: other.trustedRoot()[part] }
      expect(await isTrusted({}, rule({}, root))).toBe(false)
    },
  )

  test('the clock of somebody else does not count', async () => {
    const quiet = sigstore.trustedRoot({ hasLogs: false })
    const { timestampAuthorities } = other.trustedRoot()
    const spec = { isOnlyStamped: true }
    expect(await isTrusted(spec, rule({}, quiet))).toBe(true)
    expect(await isTrusted(spec, rule({}, { ...quiet, timestampAuthorities }))).toBe(false)
  })

  test('a certificate that is in no log of certificates is refused where there is one', async () => {
    const { certificateAuthorities } = sigstore.trustedRoot({ hasLogs: false })
    const root = { ...sigstore.trustedRoot(), certificateAuthorities }
    expect(await isTrusted({ isQuiet: true }, rule({}, root))).toBe(false)
  })

  test('a signature that is stamped and in no log is refused where there is one', async () => {
    expect(await isTrusted({ isOnlyStamped: true, isQuiet: false })).toBe(false)
    const { tlogs: _, ...parts } = sigstore.trustedRoot()
    expect(await isTrusted({ isOnlyStamped: true, isQuiet: false }, rule({}, parts))).toBe(true)
  })

  test('a signature of a time at which its certificate was not valid is refused', async () => {
    const late = await PrivateSigstore.start({ at: new Date(Date.now() + 86_400_000) })
    const image = new SignedImage()
    const payload = statementOf(image.subject)
    const spec = { identity: DEV, issuer: ISSUER, payload, isOnlyStamped: true }
    image.addBundle(await keylessBundle(late, spec))
    const verdict = await judge(image, rule({}, late.trustedRoot({ hasLogs: false })))
    expect(verdict.isTrusted).toBe(false)
  })
})

/** A statement with something around it. */
function around(before: string, behind: string) {
  return ({ subject }: SignedImage) =>
    Buffer.from(`${before}${statementOf(subject).toString()}${behind}`)
}

describe('an envelope', () => {
  test.each([
    'application/vnd.in-toto+json; charset=utf-8',
    'application/vnd.in-toto',
    'APPLICATION/VND.IN-TOTO+JSON',
    'application/json',
    '',
  ])('of the type %j is refused, however it is signed', async (type) => {
    expect(await isTrustedPayload(({ subject }) => statementOf(subject), type)).toBe(false)
  })

  test.each<[string, (hex: string) => unknown]>([
    ['in upper case', (hex) => ({ sha256: hex.toUpperCase() })],
    ['with its algorithm', (hex) => ({ sha256: `sha256:${hex}` })],
    ['in a list', (hex) => ({ sha256: [hex] })],
    ['as the name of a member', (hex) => ({ [hex]: hex })],
    ['cut', (hex) => ({ sha256: hex.slice(0, 12) })],
  ])('that has the digest %s is refused', async (_, digestOf) => {
    const payload = ({ subject }: SignedImage) => {
      const [, hex = ''] = subject.digest.split(':')
      return statementOf({ ...subject, members: { subject: [{ digest: digestOf(hex) }] } })
    }
    expect(await isTrustedPayload(payload)).toBe(false)
  })

  test('with a byte order mark, or something behind the statement, is refused', async () => {
    expect(await isTrustedPayload(around('', ' '))).toBe(true)
    expect(await isTrustedPayload(around('\uFEFF', ''))).toBe(false)
    expect(await isTrustedPayload(around('', '{}'))).toBe(false)
  })

  test('without a signature, or with an empty one, is refused', async () => {
    for (const signatures of [[], [{ sig: '' }], [{}]]) {
      const image = new SignedImage()
      const bundle = keyBundle(privateKey, statementOf(image.subject))
      image.addBundle({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures } })
      expect((await judge(image, { key })).isTrusted).toBe(false)
    }
  })

  test('with two signatures is refused, in the old form too', async () => {
    const image = new SignedImage()
    const payload = statementOf({ ...image.subject, predicateType: SBOM })
    const bytes = preAuthEncoding(PAYLOAD_TYPE, payload)
    const sigs = [privateKey, newKey()].map((one) => signatureOf(one, bytes).toString('base64'))
    const verdictOn = async (signatures: readonly string[]) => {
      const envelope = {
        payloadType: PAYLOAD_TYPE,
        payload: payload.toString('base64'),
        signatures: signatures.map((sig) => ({ sig })),
      }
      image.addCosign('att', [{ bytes: Buffer.from(JSON.stringify(envelope)) }])
      return (await judge(image, { key, predicate: SBOM })).isTrusted
    }
    expect(await verdictOn(sigs)).toBe(false)
    expect(await verdictOn(sigs.toReversed())).toBe(false)
    expect(await verdictOn(sigs.slice(0, 1))).toBe(true)
  })

  test('may be written in either alphabet of base64', async () => {
    const image = new SignedImage()
    const payload = statementOf({ ...image.subject, predicateType: SBOM, predicate: '~~~???>>>' })
    const sig = signatureOf(privateKey, preAuthEncoding(PAYLOAD_TYPE, payload))
    const envelope = {
      payloadType: PAYLOAD_TYPE,
      payload: payload.toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
      signatures: [{ sig: sig.toString('base64').replaceAll('+', '-').replaceAll('/', '_') }],
    }
    image.addCosign('att', [{ bytes: Buffer.from(JSON.stringify(envelope)) }])
    expect((await judge(image, { key, predicate: SBOM })).isTrusted).toBe(true)
  })
})

describe('a bundle', () => {
  test.each<[string, boolean]>([
    ['application/vnd.dev.sigstore.bundle.v0.3+json', true],
    ['application/vnd.dev.sigstore.bundle+json;version=0.1', true],
    ['application/vnd.dev.sigstore.bundle+json;version=0.2', true],
    ['application/vnd.dev.sigstore.bundle+json;version=0.3', true],
    ['application/vnd.dev.sigstore.bundle+json; version=0.3', true],
    ['application/vnd.dev.sigstore.bundle.v0.4+json', false],
    ['application/vnd.dev.sigstore.bundle+json', false],
    ['application/json', false],
    ['', false],
  ])('of the type %s counts: %s', async (mediaType, counts) => {
    const image = new SignedImage()
    const { verificationMaterial, ...rest } = await bundleFor(image)
    const { certificate, ...others } = verificationMaterial
    // Before 0.3 a bundle had a chain in place of the certificate.
    const chain = { x509CertificateChain: { certificates: [certificate] } }
    const isOld = /0\.[12]$/.test(mediaType)
    const material = isOld ? { ...chain, ...others } : verificationMaterial
    image.addBundle({ ...rest, mediaType, verificationMaterial: material })
    expect((await judge(image, rule())).isTrusted).toBe(counts)
  })

  test('that names a key and a certificate is of one kind only', async () => {
    const image = new SignedImage()
    const { verificationMaterial, ...rest } = await bundleFor(image)
    const publicKey = { hint: 'x' }
    const both = { ...verificationMaterial, publicKey }
    image.addBundle({ ...rest, verificationMaterial: both })
    const own = publicPem(newKey())
    expect((await judge(image, { key: own })).isTrusted).toBe(false)
  })

  test('of a certificate with a member that is there twice is refused', async () => {
    expect(await isTrusted({ claims: { 8: ISSUER } })).toBe(false)
    expect(await isTrusted({ claims: { 14: 'refs/heads/main' } })).toBe(true)
  })

  test('is never more than refused, wherever it is damaged', async () => {
    const image = new SignedImage()
    const text = JSON.stringify(await bundleFor(image))
    const place = fc.nat({ max: text.length - 1 })
    const character = fc.constantFrom('A', 'B', '/', '"', '{', '}', '[', ']', '0', ',', ' ')
    await fc.assert(
      fc.asyncProperty(place, character, async (index, replacement) => {
        const damaged = new SignedImage()
        const changed = `${text.slice(0, index)}${replacement}${text.slice(index + 1)}`
        damaged.addReferrer('application/vnd.dev.sigstore.bundle.v0.3+json', [Buffer.from(changed)])
        expect(await judge(damaged, rule())).toHaveProperty('isTrusted')
      }),
      { numRuns: 300 },
    )
  })

  test('is not fetched where it is longer than a signature may be', async () => {
    const image = new SignedImage()
    image.addReferrer('application/vnd.dev.sigstore.bundle.v0.3+json', [
      Buffer.alloc(16 * 1024 * 1024 + 1),
    ])
    expect(await judge(image, { key })).toMatchObject({
      isTrusted: false,
      reason: expect.stringContaining('is 16777217 bytes long'),
    })
    expect(image.looks.filter((look) => look.startsWith('fetchBlob'))).toEqual([])
  })
})

/** A bundle with a plain signature over some bytes, which calls them by that digest. */
async function plainBundle(content: Uint8Array, digest: string): Promise<object> {
  const { certificate, privateKey: own } = await sigstore.certify({
    identity: DEV,
    issuer: ISSUER,
  })
  const signature = signatureOf(own, content).toString('base64')
  const publicKey = { content: Buffer.from(pem(certificate)).toString('base64') }
  const entry = await sigstore.enter({
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: logHash(Buffer.from(content)) },
      signature: { content: signature, publicKey },
    },
  })
  const hash = Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64')
  return {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: {
      certificate: { rawBytes: certificate.toString('base64') },
      tlogEntries: [entry],
    },
    messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest: hash }, signature },
  }
}

describe('a signature over the bytes of the manifest', () => {
  test('counts for that image alone, and states nothing', async () => {
    const image = new SignedImage()
    const { bytes, digest } = image.subject
    image.addBundle(await plainBundle(Buffer.from('another manifest'), digest))
    expect((await judge(image, rule())).isTrusted).toBe(false)
    image.addBundle(await plainBundle(bytes, digest))
    expect(await judge(image, rule())).toMatchObject({
      isTrusted: true,
      verified: { identity: DEV },
    })
    expect((await judge(image, rule({ predicate: SBOM }))).isTrusted).toBe(false)
  })
})

describe('what is told of a signature', () => {
  test('is short, however long the names in it are', async () => {
    const image = new SignedImage()
    const predicateType = `https://example.com/${'x'.repeat(100_000)}`
    image.addBundle(keyBundle(newKey(), statementOf({ ...image.subject, predicateType })))
    const verdict = await judge(image, { key })
    expect(verdict.isTrusted ? 0 : verdict.reason.length).toBeLessThan(700)
  })
})

/** As cosign 2 stores it where it is told to use the API. */
function stored(document: Buffer, annotations: Record<string, string> = {}): SignedImage {
  const image = new SignedImage()
  const layer = { bytes: document, mediaType: SIMPLE_SIGNING, annotations }
  image.addArtifact('application/vnd.dev.cosign.artifact.sig.v1+json', [layer])
  return image
}

describe('what is no signature', () => {
  test('is not fetched where it is listed as something else', async () => {
    const image = new SignedImage()
    image.addReferrer('application/spdx+json', [Buffer.from('{}')])
    image.addBundle(keyBundle(privateKey, statementOf(image.subject)))
    expect((await judge(image, { key })).isTrusted).toBe(true)
    expect(image.looks.map((look) => look.split(' ')[0])).toEqual(['list', 'fetch', 'fetchBlob'])
  })

  test.each(['application/vnd.oci.empty.v1+json', 'application/vnd.oci.image.config.v1+json', ''])(
    'may be one where the list has the type of a config, %j, as cosign 2 writes it',
    async (artifactType) => {
      const image = new SignedImage()
      const bundle = Buffer.from(JSON.stringify(keyBundle(privateKey, statementOf(image.subject))))
      image.addReferrer(artifactType, [bundle], 'application/vnd.dev.sigstore.bundle.v0.3+json')
      expect((await judge(image, { key })).isTrusted).toBe(true)
    },
  )

  test('of cosign 2 among the referrers counts as it does under its tag', async () => {
    const { digest } = new SignedImage().subject
    const document = cosignDocument(digest)
    const annotations = {
      'dev.cosignproject.cosign/signature': signatureOf(privateKey, document).toString('base64'),
    }
    expect(await judge(stored(document, annotations), { key })).toMatchObject({
      isTrusted: true,
      verified: { kind: 'key', from: 'referrer' },
    })
    for (const image of [
      stored(document),
      stored(cosignDocument(`sha256:${'b'.repeat(64)}`), annotations),
    ]) {
      expect((await judge(image, { key })).isTrusted).toBe(false)
    }
    // A rule for a statement has no use for it.
    const unread = stored(document, annotations)
    expect((await judge(unread, { key, predicate: 'https://spdx.dev/Document' })).isTrusted).toBe(
      false,
    )
    expect(unread.looks.some((look) => look.startsWith('fetch '))).toBe(false)
  })

  test('of cosign, with a certificate, does not satisfy a rule for its key', async () => {
    const image = new SignedImage()
    const certified = await sigstore.certify({ identity: DEV, issuer: ISSUER })
    image.sign(certified.privateKey, cosignDocument(image.subject.digest), {
      'dev.sigstore.cosign/certificate': pem(certified.certificate),
    })
    const verdict = await judge(image, { key: publicPem(certified.privateKey) })
    expect(verdict.isTrusted).toBe(false)
  })
})

describe('alternatives', () => {
  test('do not lend one another what they lack', async () => {
    const image = new SignedImage()
    image.addBundle(await bundleFor(image, { identity: 'ops@example.com' }))
    image.addBundle(keyBundle(newKey(), statementOf(image.subject)))
    const root = JSON.stringify(sigstore.trustedRoot())
    const alternative = (identity: string, issuer: string) => ({
      identity,
      issuer,
      'trusted-root': root,
    })
    const any = [
      alternative('ops@example.com', 'https://other.example.com'),
      alternative(DEV, ISSUER),
      { key },
    ]
    expect((await judge(image, { any })).isTrusted).toBe(false)
    expect(
      (await judge(image, { any: [...any, alternative('ops@example.com', ISSUER)] })).isTrusted,
    ).toBe(true)
  })
})
