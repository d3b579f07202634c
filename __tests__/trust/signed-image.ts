import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type Digest, digestOf } from '../../src/oci/digest.ts'
import { type Manifest, parseManifest } from '../../src/oci/manifest.ts'
import { artifactTypeOf } from '../../src/oci/referrers.ts'
import { readRules } from '../../src/trust/read-rules.ts'
import type { Subject } from '../../src/trust/requirement.ts'
import type { SignatureSource } from '../../src/trust/source.ts'
import { type RootRepositories, TrustRoots } from '../../src/trust/trust-root.ts'
import { verifyImage } from '../../src/trust/verify-image.ts'
import type { Web, WebAnswer } from '../../src/trust/web.ts'
import { signatureOf } from '../../testkit/signing/signature.ts'

/** Someone's repository with an image, and what is stored beside it. */
export class SignedImage {
  readonly subject: Subject
  readonly #referrers: Manifest[] = []
  readonly #cosign = new Map<string, Manifest>()
  readonly #blobs = new Map<Digest, Buffer>()
  /** What is thrown in the place of an answer, by the name of the look-up. */
  readonly failures = new Map<keyof SignatureSource, Error>()
  readonly looks: string[] = []
  /** Whether lists cost more here than elsewhere. */
  isCostly = false
  platforms: readonly Subject[] = []

  constructor(content = 'image') {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, content }))
    this.subject = { digest: digestOf(bytes), bytes }
  }

  /** Stores a bundle as a referrer. */
  addBundle(bundle: unknown, type = 'application/vnd.dev.sigstore.bundle.v0.3+json'): void {
    this.addReferrer(type, [Buffer.from(JSON.stringify(bundle))])
  }

  addReferrer(artifactType: string, layers: readonly Buffer[], layerType = artifactType): void {
    this.addArtifact(
      artifactType,
      layers.map((bytes) => ({ bytes, mediaType: layerType })),
    )
  }

  addArtifact(
    artifactType: string,
    layers: readonly { bytes: Buffer; mediaType: string; annotations?: Record<string, string> }[],
  ): void {
    const config = this.#blob(Buffer.from('{}'))
    this.#referrers.push(
      manifestOf({
        artifactType,
        config: { ...config, mediaType: 'application/vnd.oci.empty.v1+json' },
        layers: layers.map(({ bytes, ...members }) => ({ ...this.#blob(bytes), ...members })),
      }),
    )
  }

  /** Stores an image of cosign under its tag. */
  addCosign(
    kind: 'sig' | 'att',
    layers: readonly { bytes: Buffer; annotations?: Record<string, string> }[],
  ): void {
    const mediaType =
      kind === 'sig'
        ? 'application/vnd.dev.cosign.simplesigning.v1+json'
        : 'application/vnd.dsse.envelope.v1+json'
    const config = this.#blob(Buffer.from('{}'))
    this.#cosign.set(
      kind,
      manifestOf({
        config: { ...config, mediaType: 'application/vnd.oci.image.config.v1+json' },
        layers: layers.map(({ bytes, annotations = {} }) => ({
          ...this.#blob(bytes),
          mediaType,
          annotations,
        })),
      }),
    )
  }

  /** Signs a document in cosign's old form. */
  sign(privateKey: KeyObject, document: Buffer, annotations: Record<string, string> = {}): void {
    const signature = signatureOf(privateKey, document).toString('base64')
    this.addCosign('sig', [
      {
        bytes: document,
        annotations: { 'dev.cosignproject.cosign/signature': signature, ...annotations },
      },
    ])
  }

  get source(): SignatureSource {
    const look = async (name: keyof SignatureSource, what: string) => {
      this.looks.push(`${name} ${what}`)
      const failure = this.failures.get(name)
      await Promise.resolve()
      if (failure !== undefined) throw failure
    }
    return {
      isCostly: async () => Promise.resolve(this.isCostly),
      list: async (subject) => {
        await look('list', subject)
        if (subject !== this.subject.digest) return []
        return this.#referrers.map((manifest, index) => ({
          mediaType: manifest.mediaType,
          digest: digestOf(Buffer.from(String(index))),
          size: index,
          artifactType: artifactTypeOf(manifest) ?? '',
        }))
      },
      fetch: async (_subject, { digest, size }) => {
        await look('fetch', digest)
        const manifest = this.#referrers[size]
        return manifest && { digest, manifest }
      },
      fetchCosign: async (subject, kind) => {
        await look('fetchCosign', kind)
        const manifest = subject === this.subject.digest ? this.#cosign.get(kind) : undefined
        return manifest && { digest: subject, manifest }
      },
      fetchBlob: async ({ digest }) => {
        await look('fetchBlob', digest)
        return this.#blobs.get(digest) ?? Buffer.alloc(0)
      },
    }
  }

  #blob(bytes: Buffer): { digest: Digest; size: number } {
    const digest = digestOf(bytes)
    this.#blobs.set(digest, bytes)
    return { digest, size: bytes.length }
  }
}

function manifestOf(members: object): Manifest {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  return parseManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...members })))
}

export function newKey(type: 'P-256' | 'P-384' | 'P-521' | 'rsa' | 'ed25519' = 'P-256'): KeyObject {
  if (type === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  if (type === 'ed25519') return generateKeyPairSync('ed25519').privateKey
  return generateKeyPairSync('ec', { namedCurve: type }).privateKey
}

export function publicPem(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString()
}

export interface JudgeOptions {
  readonly files?: Readonly<Record<string, string>>
  readonly repository?: string
  readonly web?: (
    url: string,
    headers: Readonly<Record<string, string>>,
    givenBy: string | undefined,
  ) => WebAnswer
  readonly repositories?: RootRepositories
  readonly directory?: string
  readonly serverUrl?: string
}

/** What the rules say of an image. */
export async function judge(image: SignedImage, rules: unknown, options: JudgeOptions = {}) {
  const { files = {}, repository = 'ghcr.io/acme/app', serverUrl = 'https://github.com' } = options
  const read = readRules(rules, {
    read: (path) => {
      const content = files[path]
      if (content === undefined) throw new Error('does not exist')
      return content
    },
  })
  if (read.problems.length > 0) throw new Error(read.problems.join('; '))
  const web: Web = {
    get: async (url, { headers = {}, givenBy }) => {
      await Promise.resolve()
      if (options.web === undefined) throw new Error(`nobody was to be asked: ${url}`)
      return options.web(url, headers, givenBy)
    },
  }
  const nowhere = { url: 'https://tuf.invalid', root: '{}' }
  const roots = new TrustRoots(
    options.repositories ?? { publicGood: nowhere, github: nowhere, githubTarget: 'x' },
    options.directory ?? '/nonexistent/trust',
    web,
  )
  const github = { serverUrl, apiUrl: 'https://api.github.com', token: 'token-of-the-job' }
  return verifyImage(
    { rules: read.rules, web, roots, github },
    {
      repository,
      subject: image.subject,
      platforms: () => Promise.resolve(image.platforms),
      source: image.source,
    },
  )
}
