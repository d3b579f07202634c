import { beforeAll, describe, expect, test } from '@jest/globals'
import {
  cosignDocument,
  keyBundle,
  keylessBundle,
  type KeylessSpec,
  logHash,
  pem,
  statementOf,
} from '../../testkit/signing/bundles.ts'
import { signatureOf } from '../../testkit/signing/signature.ts'
import { PrivateSigstore } from '../../testkit/signing/sigstore.ts'
import { judge, newKey, SignedImage } from './signed-image.ts'

const ISSUER = 'https://issuer.example.com'
const DEV = 'dev@example.com'
const WORKFLOW = 'https://github.com/acme/build/.github/workflows/release.yml@refs/heads/main'

let sigstore: PrivateSigstore
let other: PrivateSigstore

beforeAll(async () => {
  sigstore = await PrivateSigstore.start()
  other = await PrivateSigstore.start()
})

type Bundle = Awaited<ReturnType<typeof keylessBundle>>

async function bundleFor(image: SignedImage, spec: Partial<KeylessSpec> = {}): Promise<Bundle> {
  return keylessBundle(sigstore, {
    identity: DEV,
    issuer: ISSUER,
    payload: statementOf(image.subject),
    ...spec,
  })
}

function rule(members: object = {}) {
  const root = JSON.stringify(sigstore.trustedRoot())
  return { identity: DEV, issuer: ISSUER, 'trusted-root': root, ...members }
}

/** What the rule says of an image with that bundle as its only signature. */
async function verdictOn(
  change: (bundle: Bundle, image: SignedImage) => unknown,
  { spec = {}, members = {} }: { spec?: Partial<KeylessSpec>; members?: object } = {},
) {
  const image = new SignedImage()
  const bundle = await bundleFor(image, spec)
  image.addBundle((await change(bundle, image)) ?? bundle)
  return judge(image, rule(members))
}

/** What the rule says of an image with a signature over that payload. */
async function verdictOnPayload(make: (image: SignedImage) => Buffer, members = {}) {
  const image = new SignedImage()
  image.addBundle(await bundleFor(image, { payload: make(image) }))
  return judge(image, rule(members))
}

const asItIs = (bundle: Bundle): unknown => bundle

describe('a signature with an identity', () => {
  test('is believed, and tells whose it is', async () => {
    const image = new SignedImage()
    image.addBundle(await bundleFor(image))
    expect(await judge(image, rule())).toEqual({
      isTrusted: true,
      verified: {
        rule: 1,
        kind: 'keyless',
        digest: image.subject.digest,
        identity: DEV,
        issuer: ISSUER,
        predicateType: 'https://sigstore.dev/cosign/sign/v1',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        from: 'referrer',
      },
    })
  })

  test.each([
    [WORKFLOW, WORKFLOW],
    [WORKFLOW, 'https://github.com/acme/build/.github/workflows/*@refs/heads/main'],
    [WORKFLOW, 'https://github.com/acme/**'],
    [DEV, '*@example.com'],
  ])('of %s satisfies %s', async (identity, wanted) => {
    const verdict = await verdictOn(asItIs, { spec: { identity }, members: { identity: wanted } })
    expect(verdict.isTrusted).toBe(true)
  })

  test.each([
    ['dev@example.com.evil.net', DEV],
    ['mydev@example.com', DEV],
    ['dev@exampleXcom', DEV],
    ['Dev@example.com', DEV],
    ['d\u00e9v@example.com', DEV],
    ['dev@example.c\u043em', DEV],
    ['dev@evil.net/@example.com', '*@example.com'],
    [`${WORKFLOW}x`, WORKFLOW],
    [
      'https://github.com/acme/build/evil/.github/workflows/x.yml@refs/heads/main',
      'https://github.com/acme/*',
    ],
    ['https://github.com/acmeevil/build', 'https://github.com/acme/**'],
    ['https://evil.net/https://github.com/acme/build', 'https://github.com/acme/**'],
  ])('of %s does not satisfy %s', async (identity, wanted) => {
    const verdict = await verdictOn(asItIs, { spec: { identity }, members: { identity: wanted } })
    expect(verdict.isTrusted).toBe(false)
  })

  test('whose bytes only look like the name once their highest bits are gone is refused', async () => {
    // The library reads names so: 0xe5 of å in Latin-1 is "e" then.
    const verdict = await verdictOn(asItIs, { spec: { identity: 'd\u00e5v@example.com' } })
    expect(verdict.isTrusted).toBe(false)
  })

  test.each([`${ISSUER}/`, 'https://issuer.example.com.evil.net', 'http://issuer.example.com', ''])(
    'that %j vouches for is refused',
    async (issuer) => {
      const verdict = await verdictOn(asItIs, { spec: { issuer } })
      expect(verdict).toMatchObject({
        isTrusted: false,
        reason: expect.stringContaining('is vouched for by'),
      })
    },
  )

  test('that names the identity in another place of the certificate is refused', async () => {
    const spec = { identity: 'someone@evil.net', claims: { 9: DEV, 12: DEV, 18: DEV } }
    expect((await verdictOn(asItIs, { spec })).isTrusted).toBe(false)
  })

  test('of another authority is refused, and of one that only calls itself so', async () => {
    const image = new SignedImage()
    const payload = statementOf(image.subject)
    image.addBundle(await keylessBundle(other, { identity: DEV, issuer: ISSUER, payload }))
    expect(await judge(image, rule())).toMatchObject({
      isTrusted: false,
      reason: expect.stringContaining('cannot be verified'),
    })
  })
})

describe('what was changed after it was signed is refused:', () => {
  test.each<[string, (bundle: Bundle, image: SignedImage) => unknown]>([
    [
      'the payload',
      ({ ...bundle }, image) => ({
        ...bundle,
        dsseEnvelope: {
          ...bundle.dsseEnvelope,
          payload: statementOf({ ...image.subject, predicate: { more: true } }).toString('base64'),
        },
      }),
    ],
    [
      'the type of the payload',
      (bundle) => ({
        ...bundle,
        dsseEnvelope: { ...bundle.dsseEnvelope, payloadType: 'application/json' },
      }),
    ],
    [
      'the signature, for that of another bundle',
      async (bundle, image) => {
        const { dsseEnvelope } = await bundleFor(image)
        return { ...bundle, dsseEnvelope }
      },
    ],
    [
      'the certificate, for that of another bundle',
      async (bundle, image) => {
        const { verificationMaterial } = await bundleFor(image)
        const { certificate } = verificationMaterial
        const material = { ...bundle.verificationMaterial, certificate }
        return { ...bundle, verificationMaterial: material }
      },
    ],
    [
      'the log entry, for that of another bundle',
      async (bundle, image) => {
        const { tlogEntries } = (await bundleFor(image)).verificationMaterial
        return {
          ...bundle,
          verificationMaterial: { ...bundle.verificationMaterial, tlogEntries },
        }
      },
    ],
    [
      'the log entry, which is gone',
      (bundle) => ({
        ...bundle,
        verificationMaterial: { ...bundle.verificationMaterial, tlogEntries: [] },
      }),
    ],
    [
      'the time of the log entry',
      (bundle) => {
        const tlogEntries = bundle.verificationMaterial.tlogEntries.map((entry) => ({
          ...entry,
          integratedTime: String(Number(entry.integratedTime) - 3),
        }))
        return {
          ...bundle,
          verificationMaterial: { ...bundle.verificationMaterial, tlogEntries },
        }
      },
    ],
    [
      'the promise of the log',
      (bundle) => {
        const tlogEntries = bundle.verificationMaterial.tlogEntries.map((entry) => ({
          ...entry,
          inclusionPromise: { signedEntryTimestamp: Buffer.from('x').toString('base64') },
        }))
        return {
          ...bundle,
          verificationMaterial: { ...bundle.verificationMaterial, tlogEntries },
        }
      },
    ],
    [
      'the number of signatures',
      (bundle) => {
        const [signature] = bundle.dsseEnvelope.signatures
        const signatures = [signature, signature]
        return { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures } }
      },
    ],
    ['the version', (bundle) => ({ ...bundle, mediaType: `${bundle.mediaType};version=9` })],
    ['everything', () => ({})],
    ['the form', () => [1, 2]],
  ])('%s', async (_, change) => {
    expect((await verdictOn(change)).isTrusted).toBe(false)
  })

  test('nothing, as a proof of the test', async () => {
    expect((await verdictOn((bundle) => ({ ...bundle }))).isTrusted).toBe(true)
  })
})

describe('a statement', () => {
  test.each<[string, (image: SignedImage) => Buffer]>([
    ['about another image', () => statementOf(new SignedImage('another').subject)],
    ['about nothing', ({ subject }) => statementOf({ ...subject, members: { subject: [] } })],
    [
      'without subjects',
      ({ subject }) => statementOf({ ...subject, members: { subject: undefined } }),
    ],
    [
      'that has the digest under another algorithm',
      ({ subject }) => {
        const [, hex] = subject.digest.split(':')
        const subjects = [{ digest: { sha1: hex, sha512: hex, SHA256: hex, gitCommit: hex } }]
        return statementOf({ ...subject, members: { subject: subjects } })
      },
    ],
    [
      'that has the digest in the name',
      ({ subject }) => {
        const subjects = [{ name: subject.digest, digest: { sha256: 'b'.repeat(64) } }]
        return statementOf({ ...subject, members: { subject: subjects } })
      },
    ],
    [
      'whose digest comes from a prototype',
      ({ subject }) => {
        const [, hex] = subject.digest.split(':')
        const text = statementOf({ ...subject, members: { subject: [{ digest: {} }] } }).toString()
        return Buffer.from(
          text.replace('"digest":{}', `"digest":{"__proto__":{"sha256":"${hex}"}}`),
        )
      },
    ],
    [
      'of another type',
      ({ subject }) => statementOf({ ...subject, members: { _type: 'https://example.com/x' } }),
    ],
    [
      'that says twice what it is about',
      ({ subject }) => {
        const evil = statementOf(new SignedImage('another').subject).toString()
        const own = statementOf(subject).toString()
        return Buffer.from(`${evil.slice(0, -1)},${own.slice(1)}`)
      },
    ],
    ['that is nested without end', () => Buffer.from(`{"a":${'['.repeat(100_000)}`)],
    ['that is no JSON', () => Buffer.from('hello')],
    [
      'of another kind than a signature',
      ({ subject }) => statementOf({ ...subject, predicateType: 'https://spdx.dev/Document' }),
    ],
  ])('%s is refused', async (_, make) => {
    expect((await verdictOnPayload(make)).isTrusted).toBe(false)
  })

  test('with many subjects counts where one of them is the image', async () => {
    const verdict = await verdictOnPayload(({ subject }) => {
      const [, hex = ''] = subject.digest.split(':')
      const digests = ['a'.repeat(64), 'b'.repeat(64), hex]
      const subjects = digests.map((sha256) => ({ digest: { sha256 } }))
      return statementOf({ ...subject, members: { subject: subjects } })
    })
    expect(verdict.isTrusted).toBe(true)
  })

  test('of the older version counts', async () => {
    const members = { _type: 'https://in-toto.io/Statement/v0.1' }
    const verdict = await verdictOnPayload(({ subject }) => statementOf({ ...subject, members }))
    expect(verdict.isTrusted).toBe(true)
  })

  test('may have any names in its predicate', async () => {
    const predicate = { environment: { PATH: '/bin', Path: '/sbin' } }
    const verdict = await verdictOnPayload(({ subject }) => statementOf({ ...subject, predicate }))
    expect(verdict.isTrusted).toBe(true)
  })

  test.each([
    ['https://spdx.dev/Document', true],
    ['https://spdx.dev/Document/v2', false],
    ['https://sigstore.dev/cosign/sign/v1', false],
  ])('of a type that the rule names counts, here %s: %s', async (predicateType, isTrusted) => {
    const members = { predicate: 'https://spdx.dev/Document' }
    const make = ({ subject }: SignedImage) => statementOf({ ...subject, predicateType })
    expect((await verdictOnPayload(make, members)).isTrusted).toBe(isTrusted)
  })

  test.each([
    [{ builder: 'https://builder.example.com/*' }, true],
    [{ builder: 'https://builder.example.com' }, false],
    [{ source: 'https://github.com/acme/app' }, true],
    [{ source: 'https://github.com/acme/other' }, false],
  ])('says who built it, and from what: %j', async (wanted, isTrusted) => {
    const predicateType = 'https://slsa.dev/provenance/v1'
    const predicate = {
      buildDefinition: {
        externalParameters: { workflow: { repository: 'https://github.com/acme/app' } },
      },
      runDetails: { builder: { id: 'https://builder.example.com/1' } },
    }
    const make = ({ subject }: SignedImage) => statementOf({ ...subject, predicateType, predicate })
    const members = { predicate: predicateType, ...wanted }
    expect((await verdictOnPayload(make, members)).isTrusted).toBe(isTrusted)
  })
})

describe('another kind of signature', () => {
  test('by a key does not satisfy a rule for an identity', async () => {
    const image = new SignedImage()
    image.addBundle(keyBundle(newKey(), statementOf(image.subject)))
    expect(await judge(image, rule())).toMatchObject({
      isTrusted: false,
      reason: expect.stringContaining('is made with a key, and the rule asks for an identity'),
    })
  })

  test('with a time stamp alone does not satisfy a root that has logs, and one without logs', async () => {
    const image = new SignedImage()
    image.addBundle(await bundleFor(image, { isOnlyStamped: true }))
    expect((await judge(image, rule())).isTrusted).toBe(false)
    const root = JSON.stringify(sigstore.trustedRoot({ hasLogs: false }))
    expect(await judge(image, rule({ 'trusted-root': root }))).toMatchObject({ isTrusted: true })
  })

  test('without any time is refused also there', async () => {
    const image = new SignedImage()
    const bundle = await bundleFor(image, { isOnlyStamped: true })
    const { certificate } = bundle.verificationMaterial
    image.addBundle({ ...bundle, verificationMaterial: { certificate, tlogEntries: [] } })
    const root = JSON.stringify(sigstore.trustedRoot({ hasLogs: false }))
    expect((await judge(image, rule({ 'trusted-root': root }))).isTrusted).toBe(false)
  })

  test('in the old form of cosign counts, and not for another image', async () => {
    const image = new SignedImage()
    const signed = async (digest: string) => {
      const document = cosignDocument(digest)
      const { certificate, privateKey } = await sigstore.certify({ identity: DEV, issuer: ISSUER })
      const signature = signatureOf(privateKey, document)
      const entry = await sigstore.enter({
        apiVersion: '0.0.1',
        kind: 'hashedrekord',
        spec: {
          data: { hash: logHash(document) },
          signature: {
            content: signature.toString('base64'),
            publicKey: { content: Buffer.from(pem(certificate)).toString('base64') },
          },
        },
      })
      const logId = Buffer.from(entry.logId.keyId, 'base64').toString('hex')
      image.addCosign('sig', [
        {
          bytes: document,
          annotations: {
            'dev.cosignproject.cosign/signature': signature.toString('base64'),
            'dev.sigstore.cosign/certificate': pem(certificate),
            'dev.sigstore.cosign/bundle': JSON.stringify({
              SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp,
              Payload: {
                body: entry.canonicalizedBody,
                integratedTime: Number(entry.integratedTime),
                logIndex: Number(entry.logIndex),
                logID: logId,
              },
            }),
          },
        },
      ])
      return judge(image, rule())
    }
    expect(await signed(image.subject.digest)).toMatchObject({
      isTrusted: true,
      verified: { kind: 'keyless', from: 'tag', identity: DEV },
    })
    expect(await signed(`sha256:${'b'.repeat(64)}`)).toMatchObject({
      isTrusted: false,
      reason: expect.stringContaining('signs another image'),
    })
  })
})
