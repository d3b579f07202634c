import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from '@sigstore/mock'

/** An entry as the log's API gives it (Rekor 1). */
interface LogEntry {
  readonly body: string
  readonly logID: string
  readonly logIndex: number
  readonly integratedTime: number
  readonly verification?: {
    readonly signedEntryTimestamp?: string
    readonly inclusionProof?: {
      readonly logIndex: number
      readonly treeSize: number
      readonly rootHash: string
      readonly hashes: readonly string[]
      readonly checkpoint: string
    }
  }
}

/** Members that an authority writes into a certificate, by the last number of Fulcio's OIDs. */
export type Claims = Readonly<Record<number, string>>

export interface CertificateSpec {
  /** Subject alternative name: a URI or an address of mail. */
  readonly identity: string
  readonly issuer: string
  readonly claims?: Claims
  /** Entered in no log of certificates. */
  readonly isQuiet?: boolean
}

export interface Certified {
  readonly certificate: Buffer
  readonly privateKey: KeyObject
}

const FULCIO = '1.3.6.1.4.1.57264.1'
const LOG_URL = 'https://log.example.com'

function keyPair() {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
}

function bytes(view: ArrayBufferView<ArrayBuffer>): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength)
}

function spki(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' })
}

interface Parts {
  readonly ca: Awaited<ReturnType<typeof initializeCA>>
  /** Enters its certificates in no log, as GitHub's own authority does. */
  readonly quietCa: Awaited<ReturnType<typeof initializeCA>>
  readonly log: Awaited<ReturnType<typeof initializeTLog>>
  readonly clock: Awaited<ReturnType<typeof initializeTSA>>
  readonly ctLogKey: Buffer
  readonly logKey: Buffer
}

/** Everything that makes keyless signatures, on this machine: authorities, logs and a clock. */
export class PrivateSigstore {
  readonly #parts: Parts

  /** @param at what the clock shows; by default a time within those of all certificates */
  static async start({ at }: { at?: Date } = {}): Promise<PrivateSigstore> {
    const [ctKeys, logKeys] = [keyPair(), keyPair()]
    // A clock that stands still, at a whole second. Certificates are good for ten minutes from when they
    // are made: it has to show a time within those of all that are to come.
    const stopped = at ?? new Date(Math.ceil(Date.now() / 1000) * 1000 + 300_000)
    return new PrivateSigstore({
      ca: await initializeCA(keyPair(), await initializeCTLog(ctKeys)),
      quietCa: await initializeCA(keyPair()),
      log: await initializeTLog(LOG_URL, logKeys),
      clock: await initializeTSA(keyPair(), stopped),
      ctLogKey: spki(ctKeys.publicKey),
      logKey: spki(logKeys.publicKey),
    })
  }

  private constructor(parts: Parts) {
    this.#parts = parts
  }

  /** A trusted root of all this (`trusted_root.json`). Without logs: as GitHub's own is. */
  trustedRoot({ hasLogs = true, organization = 'sigstore.mock' } = {}) {
    const { ca, quietCa, clock, ctLogKey, logKey } = this.#parts
    const validFor = { start: '2020-01-01T00:00:00Z' }
    const authority = (...chain: readonly Buffer[]) => ({
      subject: { organization, commonName: 'mock' },
      uri: 'https://ca.example.com',
      certChain: { certificates: chain.map((one) => ({ rawBytes: one.toString('base64') })) },
      validFor,
    })
    const log = (key: Buffer) => ({
      baseUrl: LOG_URL,
      hashAlgorithm: 'SHA2_256',
      publicKey: {
        rawBytes: key.toString('base64'),
        keyDetails: 'PKIX_ECDSA_P256_SHA_256',
        validFor,
      },
      logId: { keyId: createHash('sha256').update(key).digest('base64') },
    })
    return {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: hasLogs ? [log(logKey)] : [],
      ctlogs: hasLogs ? [log(ctLogKey)] : [],
      certificateAuthorities: [authority(bytes((hasLogs ? ca : quietCa).rootCertificate))],
      timestampAuthorities: [authority(bytes(clock.intCertificate), bytes(clock.rootCertificate))],
    }
  }

  /** A certificate for whoever asks, and the key that it is for. */
  async certify({
    identity,
    issuer,
    claims = {},
    isQuiet = false,
  }: CertificateSpec): Promise<Certified> {
    const { ca, quietCa } = this.#parts
    const { publicKey, privateKey } = keyPair()
    const certificate = await (isQuiet ? quietCa : ca).issueCertificate({
      publicKey: new Uint8Array(spki(publicKey)),
      subjectAltName: identity,
      extensions: [
        { oid: `${FULCIO}.1`, value: issuer, legacy: true },
        { oid: `${FULCIO}.8`, value: issuer },
        ...Object.entries(claims).map(([number, value]) => ({ oid: `${FULCIO}.${number}`, value })),
      ],
    })
    return { certificate: bytes(certificate), privateKey }
  }

  /** An entry of the log, in the form that bundles have. */
  async enter(body: object) {
    const [entry] = Object.values(await this.#parts.log.log(body)) as readonly LogEntry[]
    if (entry === undefined) throw new Error('the log took nothing')
    const { inclusionProof, signedEntryTimestamp = '' } = entry.verification ?? {}
    const { kind, apiVersion } = body as { kind: string; apiVersion: string }
    return {
      logIndex: String(entry.logIndex),
      logId: { keyId: Buffer.from(entry.logID, 'hex').toString('base64') },
      kindVersion: { kind, version: apiVersion },
      integratedTime: String(entry.integratedTime),
      inclusionPromise: { signedEntryTimestamp },
      ...(inclusionProof && {
        inclusionProof: {
          logIndex: String(inclusionProof.logIndex),
          rootHash: Buffer.from(inclusionProof.rootHash, 'hex').toString('base64'),
          treeSize: String(inclusionProof.treeSize),
          hashes: inclusionProof.hashes.map((hash) => Buffer.from(hash, 'hex').toString('base64')),
          checkpoint: { envelope: inclusionProof.checkpoint },
        },
      }),
      canonicalizedBody: entry.body,
    }
  }

  /** A time stamp over a signature. */
  async stamp(signature: Buffer) {
    const stamped = await this.#parts.clock.timestamp({
      artifactHash: createHash('sha256').update(signature).digest(),
      hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
      nonce: 1,
      policyOID: '1.3.6.1.4.1.57264.2',
      certReq: false,
    })
    return { signedTimestamp: bytes(stamped).toString('base64') }
  }
}
