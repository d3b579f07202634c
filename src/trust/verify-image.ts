import type { Digest } from '../oci/digest.ts'
import {
  type Candidate,
  cosignCandidates,
  type CosignKind,
  MAX_CANDIDATES,
  referrerCandidates,
} from './candidates.ts'
import { githubCandidates } from './github-store.ts'
import { Refusal } from './refusal.ts'
import { check, type Circumstances, type Subject } from './requirement.ts'
import { type Requirement, type Rule, ruleFor } from './rule.ts'
import type { SignatureSource } from './source.ts'
import type { Verified } from './verified.ts'
import type { Web } from './web.ts'

/** Signatures that a message tells of. */
const MAX_TOLD = 5

/** Characters of what is told of one. */
const MAX_REASON = 400
/** GitHub says of what a token may not read that it is not there. */
const AT_GITHUB =
  ', nor one at GitHub; of a private repository it shows them to jobs with permissions: attestations: read'

/** What is to be verified. */
export interface ImageToVerify {
  /** `docker.io/library/alpine` */
  readonly repository: string
  readonly subject: Subject
  /** The images of the wanted platforms, for rules that let their signatures count. */
  readonly platforms: () => Promise<readonly Subject[]>
  readonly source: SignatureSource
}

/** An image that may be copied, or why it may not. */
export type Verdict =
  | { readonly isTrusted: true; readonly verified: Verified | undefined }
  | { readonly isTrusted: false; readonly reason: string }

/** All that a run needs to verify images. */
export interface Verification extends Circumstances {
  readonly rules: readonly Rule[]
  readonly web: Web
}

/**
 * Finds the rule for an image and a signature that satisfies it. Looks only where the rule can be
 * satisfied, and no further than to the first signature that does.
 * @throws the error of a look-up that failed, where no other signature satisfies the rule
 */
export async function verifyImage(
  verification: Verification,
  image: ImageToVerify,
): Promise<Verdict> {
  const { repository, subject } = image
  const rule = ruleFor(verification.rules, repository)
  if (rule === undefined) return { isTrusted: false, reason: `no rule is for ${repository}` }
  if (rule.verdict === 'accept') return { isTrusted: true, verified: undefined }
  if (rule.verdict === 'reject') {
    return { isTrusted: false, reason: `rule ${rule.number} rejects it` }
  }
  const search = new Search(verification, image, rule)
  const verified = await search.find(subject)
  if (verified !== undefined) return { isTrusted: true, verified }
  if (rule.platforms) {
    const all = await search.findAll(await image.platforms())
    if (all !== undefined) return { isTrusted: true, verified: { ...all, digest: subject.digest } }
  }
  search.throwFailure()
  return { isTrusted: false, reason: search.reason(subject.digest) }
}

/** The search for signatures that satisfy one rule. */
class Search {
  readonly #verification: Verification
  readonly #image: ImageToVerify
  readonly #rule: Rule
  readonly #refused: string[] = []
  #failure: { readonly error: unknown } | undefined
  /** Of one manifest. */
  #seen = 0
  #hasAskedGitHub = false
  /** The image that was looked at in place of the index, and that nothing vouches for. */
  #unsigned: Digest | undefined

  constructor(verification: Verification, image: ImageToVerify, rule: Rule) {
    this.#verification = verification
    this.#image = image
    this.#rule = rule
  }

  /** A signature of the manifest that satisfies one of the rule's requirements. */
  async find(subject: Subject): Promise<Verified | undefined> {
    this.#seen = 0
    for await (const candidates of this.#places(subject.digest)) {
      if (this.#seen > MAX_CANDIDATES) return undefined
      const verified = await this.#among(candidates, subject)
      if (verified !== undefined) return verified
    }
    return undefined
  }

  /** The first of the signatures, where all of the manifests have one. */
  async findAll(subjects: readonly Subject[]): Promise<Verified | undefined> {
    let first: Verified | undefined
    for (const subject of subjects) {
      const verified = await this.find(subject)
      if (verified === undefined) {
        this.#unsigned = subject.digest
        return undefined
      }
      first ??= verified
    }
    return first
  }

  /** Nothing was found, and something could not be looked at: that is not the same as nothing. */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  reason(digest: Digest): string {
    const { number } = this.#rule
    const told = this.#refused.slice(0, MAX_TOLD)
    const more = this.#refused.length - told.length
    const seen =
      told.length === 0
        ? `no signature was found${this.#hasAskedGitHub ? AT_GITHUB : ''}`
        : `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
    const image = this.#unsigned === undefined ? '' : `, nor for its image ${this.#unsigned}`
    return `nothing satisfies rule ${number} for ${digest}${image}: ${seen}`
  }

  /** Where signatures may be, in the order in which it is cheapest to look there. */
  async *#places(digest: Digest): AsyncGenerator<AsyncGenerator<Candidate>> {
    const isGitHubFirst =
      this.#rule.requirements.some(({ kind }) => kind === 'github') &&
      (await this.#image.source.isCostly())
    if (isGitHubFirst) yield* this.#atGitHub(digest)
    yield* this.#inRepository(digest)
    if (!isGitHubFirst) yield* this.#atGitHub(digest)
  }

  *#inRepository(digest: Digest): Generator<AsyncGenerator<Candidate>> {
    const { source } = this.#image
    const kinds = cosignKindsFor(this.#rule.requirements)
    yield referrerCandidates(source, digest, kinds)
    if (kinds.length > 0) yield cosignCandidates(source, digest, kinds)
  }

  *#atGitHub(digest: Digest): Generator<AsyncGenerator<Candidate>> {
    const { web, github } = this.#verification
    for (const requirement of this.#rule.requirements) {
      if (requirement.kind !== 'github') continue
      this.#hasAskedGitHub = true
      yield githubCandidates(web, github, { ...requirement, digest })
    }
  }

  async #among(
    candidates: AsyncGenerator<Candidate>,
    subject: Subject,
  ): Promise<Verified | undefined> {
    try {
      for await (const candidate of candidates) {
        this.#seen += 1
        if (this.#seen > MAX_CANDIDATES) {
          this.#refuse(`more than ${MAX_CANDIDATES} signatures`)
          return undefined
        }
        const verified = await this.#judge(candidate, subject)
        if (verified !== undefined) return verified
      }
    } catch (error) {
      this.#fail(error)
    }
    return undefined
  }

  async #judge(candidate: Candidate, subject: Subject): Promise<Verified | undefined> {
    if ('failed' in candidate) {
      this.#fail(candidate.failed)
      return undefined
    }
    if ('refused' in candidate) {
      this.#refuse(candidate.refused)
      return undefined
    }
    const { signature } = candidate
    const reasons: string[] = []
    for (const requirement of this.#rule.requirements) {
      try {
        const verified = await check(requirement, signature, subject, this.#verification)
        return { rule: this.#rule.number, ...verified }
      } catch (error) {
        if (error instanceof Refusal) reasons.push(error.message)
        else this.#fail(error)
      }
    }
    this.#refuse(`${signature.name}: ${[...new Set(reasons)].join(', ')}`)
    return undefined
  }

  /** What was signed may name things of any length. */
  #refuse(reason: string): void {
    this.#refused.push(reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason)
  }

  /** The first is told: later ones are often its consequence. */
  #fail(error: unknown): void {
    this.#failure ??= { error }
  }
}

/** Signatures alone stand in `.sig`, statements in `.att`; GitHub writes neither. */
function cosignKindsFor(requirements: readonly Requirement[]): readonly CosignKind[] {
  const own = requirements.filter(({ kind }) => kind !== 'github')
  return [
    ...(own.some(({ predicate }) => predicate === undefined) ? (['sig'] as const) : []),
    ...(own.some(({ predicate }) => predicate !== undefined) ? (['att'] as const) : []),
  ]
}
