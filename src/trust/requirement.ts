import type { KeyObject } from 'node:crypto'
import {
  type KeyFinderFunc,
  type SignedEntity,
  toTrustMaterial,
  toSignedEntity,
  Verifier,
} from '@sigstore/verify'
import type { Bundle } from '@sigstore/bundle'
import { type Digest } from '../oci/digest.ts'
import { authorityOf, type CertificateIdentity, identityOf, leafOf } from './certificate.ts'
import { checkDocument } from './cosign-layer.ts'
import { dssePreAuthEncoding } from './envelope.ts'
import type { GitHubPlace } from './github-place.ts'
import { isSignedBy, type PublicKey } from './public-key.ts'
import { Refusal } from './refusal.ts'
import type { GitHubRequirement, IdentityRequirement, KeyRequirement, Requirement } from './rule.ts'
import type { Signature } from './signature.ts'
import { signingTimeOf } from './signing-time.ts'
import { COSIGN_SIGN } from './predicate-types.ts'
import { type ImageStatement, readStatement } from './statement.ts'
import { checkBuild, checkGitHub } from './claims.ts'
import { authoritiesOf, GITHUB_AUTHORITY, type TrustRoot, type TrustRoots } from './trust-root.ts'
import type { Verified } from './verified.ts'

/** The manifest that signatures are about. */
export interface Subject {
  readonly digest: Digest
  readonly bytes: Uint8Array
}

export interface Circumstances {
  readonly roots: TrustRoots
  readonly github: GitHubPlace
}

/**
 * Checks one signature against one requirement: what it signs, that it is of the kind that is asked
 * for, the cryptography, and whose it is. Every check is made, whatever the signature brings.
 * @throws Refusal where it does not satisfy; anything else that is thrown is a look-up that failed
 */
export async function check(
  requirement: Requirement,
  signature: Signature,
  subject: Subject,
  circumstances: Circumstances,
): Promise<Omit<Verified, 'rule'>> {
  const statement = refusing(() => checkSigned(requirement, signature, subject))
  const shared = {
    kind: requirement.kind === 'identity' ? ('keyless' as const) : requirement.kind,
    digest: subject.digest,
    ...(statement !== undefined && { predicateType: statement.predicateType }),
    from: signature.from,
  }
  if (requirement.kind === 'key') {
    const time = await checkKey(requirement, signature, subject, circumstances.roots)
    return { ...shared, ...(time !== undefined && { time }) }
  }
  const { identity, time } = await checkCertificate(requirement, signature, subject, circumstances)
  if (requirement.kind === 'github') checkGitHub(requirement, identity, circumstances.github)
  else checkIdentity(requirement, identity, statement)
  return { ...shared, ...publicPart(identity), ...(time !== undefined && { time }) }
}

/** That what was signed is about this image, and says what is asked for. */
function checkSigned(
  { predicate }: Requirement,
  { signed }: Signature,
  subject: Subject,
): ImageStatement | undefined {
  if (signed.kind === 'statement') {
    const statement = readStatement(signed.envelope, subject.digest)
    const wanted = predicate ?? COSIGN_SIGN
    if (statement.predicateType === wanted) return statement
    throw new Refusal(`states ${statement.predicateType}, and not ${wanted}`)
  }
  if (predicate !== undefined) throw new Refusal(`is a signature alone, and states no ${predicate}`)
  if (signed.kind === 'document') checkDocument(signed.bytes, subject.digest)
  return undefined
}

/** The exact bytes that the signature is over. */
function signedBytes({ signed }: Signature, { bytes }: Subject): Uint8Array {
  if (signed.kind === 'statement') return dssePreAuthEncoding(signed.envelope)
  return signed.kind === 'document' ? signed.bytes : bytes
}

/** Returns when it was signed, where that is known: keys alone have no time. */
async function checkKey(
  requirement: KeyRequirement,
  signature: Signature,
  subject: Subject,
  roots: TrustRoots,
): Promise<string | undefined> {
  if (signature.signer !== 'key') {
    throw new Refusal('is made with a certificate, and the rule asks for a key')
  }
  const { signed } = signature
  const bytes = signed.kind === 'statement' ? signed.envelope.signature : signed.signature
  if (!isSignedBy(requirement.keys, signedBytes(signature, subject), bytes)) {
    throw new Refusal('is not made with a key of the rule')
  }
  if (!requirement.transparencyLog) return undefined
  const logs = requirement.trustedRoots ?? [await roots.publicGood()]
  return refusing(() => signingTimeOf(checkLog(requirement, signature, subject, logs)))
}

/** That a signature by a key is in a log: the key is one of those that may have made it. Returns what was verified. */
function checkLog(
  { keys }: KeyRequirement,
  signature: Signature,
  subject: Subject,
  roots: readonly TrustRoot[],
): Bundle {
  const { bundle } = signature
  const artifact = artifactOf(signature, subject)
  const bytes = signedBytes(signature, subject)
  if (bundle === undefined || bundle.verificationMaterial.tlogEntries.length === 0) {
    throw new Refusal('is in no log')
  }
  const reasons = roots.flatMap(({ root }) =>
    keys.map((key) => {
      const material = toTrustMaterial(root, keyFinder(key.key))
      const verifier = new Verifier(material, { ctlogThreshold: 0 })
      return attempt(() =>
        verifier.verify(signedWith(key, toSignedEntity(bundle, artifact), bytes)),
      )
    }),
  )
  if (reasons.includes(undefined)) return bundle
  throw new Refusal(`is not in the log: ${reasons[0] ?? ''}`)
}

/** What a plain signature is over, as the library wants it; it does not look at it for statements. */
function artifactOf({ signed }: Signature, { bytes }: Subject): Buffer<ArrayBuffer> {
  return Buffer.from(signed.kind === 'document' ? signed.bytes : bytes)
}

/**
 * An entity whose signature over the bytes is checked with the hashes of the key: the library has one
 * hash for keys of all kinds.
 */
function signedWith(key: PublicKey, entity: SignedEntity, bytes: Uint8Array): SignedEntity {
  const { signature: own } = entity
  const signature = {
    signature: own.signature,
    compareSignature: (other: Buffer): boolean => own.compareSignature(other),
    compareDigest: (digest: Buffer): boolean => own.compareDigest(digest),
    compareSignedDigest: (digest: Buffer): boolean => own.compareSignedDigest(digest),
    verifySignature: (): boolean => isSignedBy([key], bytes, own.signature),
  }
  return { ...entity, signature }
}

/** The key for whatever hint: keys of rules have no dates. */
function keyFinder(publicKey: KeyObject): KeyFinderFunc {
  const found = { publicKey, validFor: (): boolean => true }
  return (): typeof found => found
}

/** Whatever is thrown while a signature is looked into is why it does not count. */
function refusing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(`cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What went wrong, in words; undefined where nothing did. */
function attempt(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function checkCertificate(
  requirement: IdentityRequirement | GitHubRequirement,
  signature: Signature,
  subject: Subject,
  { roots }: Circumstances,
): Promise<{ identity: CertificateIdentity; time: string | undefined }> {
  const { bundle, signer } = signature
  if (signer !== 'certificate' || bundle === undefined) {
    throw new Refusal('is made with a key, and the rule asks for an identity')
  }
  const leaf = leafOf(bundle)
  const authority = refusing(() => authorityOf(leaf))
  const artifact = artifactOf(signature, subject)
  const candidates = await rootsFor(requirement, authority, roots)
  const reasons = candidates.map(({ verifier }) =>
    attempt(() => verifier.verify(toSignedEntity(bundle, artifact))),
  )
  if (!reasons.includes(undefined)) throw new Refusal(`cannot be verified: ${reasons[0] ?? ''}`)
  return refusing(() => ({ identity: identityOf(leaf), time: signingTimeOf(bundle) }))
}

/**
 * The roots by which a certificate is judged. GitHub's own authority is for attestations of GitHub
 * alone: nobody else may say who somebody is.
 */
async function rootsFor(
  { kind, trustedRoots }: IdentityRequirement | GitHubRequirement,
  authority: string | undefined,
  roots: TrustRoots,
): Promise<readonly TrustRoot[]> {
  if (trustedRoots === undefined) {
    const isGitHub = kind === 'github' && authority === GITHUB_AUTHORITY
    return [isGitHub ? await roots.github() : await roots.publicGood()]
  }
  const named = trustedRoots.filter((root) => authoritiesOf(root).includes(authority ?? ''))
  return named.length === 1 ? named : trustedRoots
}

function checkIdentity(
  requirement: IdentityRequirement,
  { identity, issuer }: CertificateIdentity,
  statement: ImageStatement | undefined,
): void {
  if (issuer !== requirement.issuer) {
    throw new Refusal(`is vouched for by ${issuer ?? 'nobody'}, and not by ${requirement.issuer}`)
  }
  if (!requirement.identity(identity)) throw new Refusal(`is made by ${identity}`)
  checkBuild(requirement, statement)
}

function publicPart(identity: CertificateIdentity): Partial<Verified> {
  const { issuer, sourceRepository, sourceRef, sourceDigest } = identity
  return {
    identity: identity.identity,
    ...(issuer !== undefined && { issuer }),
    ...(sourceRepository !== undefined && { sourceRepository }),
    ...(sourceRef !== undefined && { sourceRef }),
    ...(sourceDigest !== undefined && { sourceDigest }),
  }
}
