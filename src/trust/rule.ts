import type { Pattern } from './pattern.ts'
import type { PublicKey } from './public-key.ts'
import type { TrustRoot } from './trust-root.ts'

/** What a signature has to be for one of the ways to be trusted. */
export type Requirement = KeyRequirement | IdentityRequirement | GitHubRequirement

interface Common {
  /** Type of the predicate that a statement must have; undefined where a signature alone is enough. */
  readonly predicate: string | undefined
  /** In place of the roots that are fetched. */
  readonly trustedRoots: readonly TrustRoot[] | undefined
}

/** Made with one of these keys. */
export interface KeyRequirement extends Common {
  readonly kind: 'key'
  readonly keys: readonly PublicKey[]
  /** Also entered in the public log. */
  readonly transparencyLog: boolean
}

/** Made by somebody whom an identity provider has vouched for. */
export interface IdentityRequirement extends Common {
  readonly kind: 'identity'
  readonly identity: Pattern
  /** Exactly. */
  readonly issuer: string
  /** Who built it, and from what, as the statement says. */
  readonly builder: Pattern | undefined
  readonly source: Pattern | undefined
}

/** Made in a workflow of GitHub Actions. */
export interface GitHubRequirement extends Common {
  readonly kind: 'github'
  readonly predicate: string
  readonly owner: string
  /** Undefined for all of the owner's. */
  readonly repository: string | undefined
  /** The workflow that signs, which may be a reusable one elsewhere: path, or `owner/name/path[@ref]`. */
  readonly workflow: string | undefined
  /** Of the source: `refs/tags/v*`. */
  readonly ref: Pattern | undefined
  readonly runner: string | undefined
}

/** What to do about an image. */
export interface Rule {
  /** From 1, in the order in which they stand. */
  readonly number: number
  /** Undefined for all images. */
  readonly images: Pattern | undefined
  readonly verdict: 'accept' | 'reject' | 'verify'
  /** One of them is enough. */
  readonly requirements: readonly Requirement[]
  /** The images of all wanted platforms may be signed in place of the index. */
  readonly platforms: boolean
}

/** The first rule whose glob matches the source's repository. */
export function ruleFor(rules: readonly Rule[], repository: string): Rule | undefined {
  return rules.find(({ images }) => images === undefined || images(repository))
}
