import type { CertificateIdentity } from './certificate.ts'
import { actionsIssuer, type GitHubPlace } from './github-place.ts'
import { readPattern } from './pattern.ts'
import { Refusal } from './refusal.ts'
import type { GitHubRequirement, IdentityRequirement } from './rule.ts'
import { type ImageStatement, textAt } from './statement.ts'

/**
 * That a certificate was given to a workflow of the repository that the rule names. Only what the
 * authority has written into it counts: a workflow can state anything.
 * @throws Refusal
 */
export function checkGitHub(
  requirement: GitHubRequirement,
  identity: CertificateIdentity,
  github: GitHubPlace,
): void {
  const issuer = actionsIssuer(github)
  if (identity.issuer !== issuer) {
    throw new Refusal(`is vouched for by ${identity.issuer ?? 'nobody'}, and not by ${issuer}`)
  }
  checkRepository(requirement, identity, github)
  checkWorkflow(requirement, identity, github)
  const { ref, runner } = requirement
  if (ref !== undefined && !ref(identity.sourceRef ?? '')) {
    throw new Refusal(`is for ${identity.sourceRef ?? 'no ref'}`)
  }
  if (runner !== undefined && identity.runner !== runner) {
    throw new Refusal(`was made on a runner that is ${identity.runner ?? 'unknown'}`)
  }
}

function checkRepository(
  { owner, repository }: GitHubRequirement,
  { sourceRepository = '', sourceOwner = '' }: CertificateIdentity,
  { serverUrl }: GitHubPlace,
): void {
  const source = placeOf(sourceRepository, serverUrl)
  const isOwned = sameName(sourceOwner, `${serverUrl}/${owner}`) && sameName(source?.owner, owner)
  const isNamed = repository === undefined || sameName(source?.repository, repository)
  if (!isOwned || !isNamed || source?.rest !== '') {
    throw new Refusal(`is for ${sourceRepository || 'no repository'}`)
  }
}

/**
 * The workflow that signs: one of the repository itself, unless another one is named. The
 * certificate has its URI, with path and ref.
 */
function checkWorkflow(
  requirement: GitHubRequirement,
  { identity, sourceRepository = '' }: CertificateIdentity,
  { serverUrl }: GitHubPlace,
): void {
  const { owner, workflow } = requirement
  const signer = placeOf(identity, serverUrl)
  // Where a rule is for all repositories of an owner, a path is one in that which was built.
  const built =
    workflow === undefined ? undefined : placeOf(sourceRepository, serverUrl)?.repository
  const repository = requirement.repository ?? built
  // `.github/…` is in the repository itself; anything else begins with the name of one.
  const named = workflow?.startsWith('.github/') === false ? workflow.split('/') : undefined
  const [wantedOwner = owner, wantedRepository = repository] = named ?? []
  const path = named === undefined ? workflow : named.slice(2).join('/')
  const isThere =
    sameName(signer?.owner, wantedOwner) &&
    (wantedRepository === undefined || sameName(signer?.repository, wantedRepository))
  if (!isThere || (path !== undefined && !isWorkflow(path, signer?.rest ?? ''))) {
    throw new Refusal(`is made by ${identity}`)
  }
}

/** What a caller may name in place of a ref. */
const COMMIT = /@[0-9a-f]{40}$/

/**
 * Whether a path with its ref is the one that a rule names, with its ref or with any. The names of
 * files may have an @ as well: `release.yml@other.yml@refs/heads/main` is another workflow.
 */
function isWorkflow(wanted: string, signer: string): boolean {
  if (wanted.includes('@')) return readPattern(wanted)(signer)
  if (COMMIT.test(signer)) return readPattern(wanted)(signer.replace(COMMIT, ''))
  return readPattern(`${wanted}@refs/**`)(signer)
}

interface GitHubAddress {
  readonly owner: string
  readonly repository: string
  /** What stands behind the repository's name and its slash. */
  readonly rest: string
}

/** A URI of that GitHub, taken apart; undefined for any other. */
function placeOf(uri: string, serverUrl: string): GitHubAddress | undefined {
  const prefix = `${serverUrl}/`
  if (!uri.startsWith(prefix)) return undefined
  const [owner = '', repository = '', ...rest] = uri.slice(prefix.length).split('/')
  return owner === '' || repository === '' ? undefined : { owner, repository, rest: rest.join('/') }
}

/** Names of owners and repositories are ASCII, and the same in upper and lower case on GitHub. */
function sameName(a: string | undefined, b: string): boolean {
  return a !== undefined && lowerAscii(a) === lowerAscii(b)
}

/** Other letters stay: lower case makes a K of the sign for Kelvin. */
function lowerAscii(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** Who built an image and from what, as provenance tells it (SLSA, Provenance 1.0 and 0.2). */
export function checkBuild(
  { builder, source }: IdentityRequirement,
  statement: ImageStatement | undefined,
): void {
  const predicate = statement?.predicate
  if (builder !== undefined) {
    const id =
      textAt(predicate, 'runDetails', 'builder', 'id') ?? textAt(predicate, 'builder', 'id')
    if (id === undefined || !builder(id))
      throw new Refusal(`names the builder ${id ?? 'of nobody'}`)
  }
  if (source !== undefined) {
    const uri =
      textAt(predicate, 'buildDefinition', 'externalParameters', 'workflow', 'repository') ??
      textAt(predicate, 'invocation', 'configSource', 'uri')
    if (uri === undefined || !source(uri))
      throw new Refusal(`names the source ${uri ?? 'of nobody'}`)
  }
}
