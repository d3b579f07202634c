import { join } from 'node:path'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toTrustMaterial, Verifier } from '@sigstore/verify'
import { LookUpError } from './look-up-error.ts'
import { Refusal } from './refusal.ts'
import { fetchTarget, type TufRepository } from './tuf.ts'
import type { Web } from './web.ts'

/** Authorities, logs and clocks that are believed, and how much of them a signature has to show. */
export interface TrustRoot {
  readonly root: TrustedRoot
  readonly verifier: Verifier
}

/** Organisation of the authority in certificates of GitHub's own Sigstore. */
export const GITHUB_AUTHORITY = 'GitHub, Inc.'

/** Where roots come from that nobody has named. */
export interface RootRepositories {
  readonly publicGood: TufRepository
  readonly github: TufRepository
  /** The file of GitHub's repository that is for this GitHub: a tenant of ghe.com has its own. */
  readonly githubTarget: string
}

/**
 * Reads a trusted root (sigstore, `TrustedRoot`). What it holds decides how much a signature has to
 * show, never what the signature brings: where there is a log, an entry in it, one in the log of
 * certificates, and a time; where there is none, a time of its clock.
 * @throws Refusal where it is none
 */
export function readTrustRoot(value: unknown): TrustRoot {
  let root: TrustedRoot
  try {
    root = TrustedRoot.fromJSON(value)
  } catch {
    throw new Refusal('the trusted root is none')
  }
  if (root.certificateAuthorities.length === 0 && root.tlogs.length === 0) {
    throw new Refusal('the trusted root holds neither an authority nor a log')
  }
  const hasLog = root.tlogs.length > 0
  const verifier = new Verifier(toTrustMaterial(root), {
    tlogThreshold: hasLog ? 1 : 0,
    ctlogThreshold: hasLog ? 1 : 0,
    timestampThreshold: 1,
  })
  return { root, verifier }
}

/** Organisations of the authorities of a root. */
export function authoritiesOf({ root }: TrustRoot): readonly string[] {
  return root.certificateAuthorities.map(({ subject }) => subject?.organization ?? '')
}

/** The roots of a run: each is fetched when the first rule needs it, and once. */
export class TrustRoots {
  readonly #repositories: RootRepositories
  readonly #directory: string
  readonly #web: Web
  readonly #fetched = new Map<string, Promise<TrustRoot>>()

  /** @param directory where metadata is kept, for this run and later ones of the job */
  constructor(repositories: RootRepositories, directory: string, web: Web) {
    this.#repositories = repositories
    this.#directory = directory
    this.#web = web
  }

  async publicGood(): Promise<TrustRoot> {
    return this.#once(this.#repositories.publicGood, 'trusted_root.json')
  }

  async github(): Promise<TrustRoot> {
    return this.#once(this.#repositories.github, this.#repositories.githubTarget)
  }

  async #once(repository: TufRepository, target: string): Promise<TrustRoot> {
    const known = this.#fetched.get(target + repository.url)
    if (known !== undefined) return known
    const fetched = this.#fetch(repository, target)
    this.#fetched.set(target + repository.url, fetched)
    return fetched
  }

  async #fetch(repository: TufRepository, target: string): Promise<TrustRoot> {
    const directory = join(this.#directory, new URL(repository.url).hostname)
    const bytes = await fetchTarget(repository, target, directory, this.#web)
    try {
      return readTrustRoot(JSON.parse(bytes.toString('utf8')))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new LookUpError('get trusted root', repository.url, reason, error)
    }
  }
}
