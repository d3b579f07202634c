import { FormatError } from '../oci/errors.ts'
import { parseStrictJson } from '../oci/strict-json.ts'
import {
  flag,
  type Members,
  optionalText,
  pattern,
  RuleProblem,
  shown,
  text,
  texts,
} from './members.ts'
import { isForAnybody, type Pattern, readPattern } from './pattern.ts'
import { KeyError, type PublicKey, readPublicKeys } from './public-key.ts'
import { Refusal } from './refusal.ts'
import type { GitHubRequirement, IdentityRequirement, KeyRequirement, Requirement } from './rule.ts'
import { predicateOfName, SLSA_PROVENANCE } from './predicate-types.ts'
import { readTrustRoot, type TrustRoot } from './trust-root.ts'

/** What rules are read with. */
export interface RuleFiles {
  /** The text of a file of the workspace. Throws an Error with words for people. */
  read(path: string): string
}

/** Members of which a requirement has exactly one. */
export const requirementKinds = ['key', 'identity', 'github'] as const
export type RequirementKind = (typeof requirementKinds)[number]

/** What further members may stand beside each of them. */
export const membersBeside: Readonly<Record<RequirementKind, readonly string[]>> = {
  key: ['predicate', 'transparency-log', 'trusted-root'],
  identity: ['issuer', 'predicate', 'builder', 'source', 'trusted-root'],
  github: ['workflow', 'ref', 'runner', 'predicate', 'trusted-root'],
}

/** Reads what a signature has to be. Throws a RuleProblem. */
export function readRequirement(
  members: Members,
  kind: RequirementKind,
  files: RuleFiles,
): Requirement {
  if (kind === 'key') return readKeyRequirement(members, files)
  if (kind === 'identity') return readIdentityRequirement(members, files)
  return readGitHubRequirement(members, files)
}

function readKeyRequirement(members: Members, files: RuleFiles): KeyRequirement {
  const keys = texts(members, 'key')
  if (keys === undefined) throw new RuleProblem('has key, which takes PEM text, a path, or several')
  return {
    kind: 'key',
    keys: keys.flatMap((key) => readKeys(key, files)),
    predicate: predicateOf(members),
    transparencyLog: flag(members, 'transparency-log'),
    trustedRoots: trustedRootsOf(members, files),
  }
}

/** Addresses of keys that lie in a service, which cosign takes. */
const KEY_SERVICE = /^(?:[a-z0-9]+:\/\/|pkcs11:)/i

function readKeys(key: string, files: RuleFiles): readonly PublicKey[] {
  if (KEY_SERVICE.test(key)) {
    throw new RuleProblem(
      'has a key that is the address of a key service: export the public key, and give that',
    )
  }
  const isText = key.includes('-----BEGIN')
  const what = isText ? 'has a key that' : `has a key, ${shown(key)}, that`
  try {
    return readPublicKeys(isText ? key : files.read(key))
  } catch (error) {
    throw new RuleProblem(`${what} ${error instanceof KeyError ? error.message : reasonOf(error)}`)
  }
}

function readIdentityRequirement(members: Members, files: RuleFiles): IdentityRequirement {
  const identity = text(members, 'identity')
  const issuer = optionalText(members, 'issuer')
  if (issuer === undefined) {
    throw new RuleProblem('has an identity without its issuer: anybody can take any name elsewhere')
  }
  if (issuer.includes('*')) throw new RuleProblem('has an issuer with a wildcard: write it whole')
  if (isForAnybody(identity)) {
    throw new RuleProblem('has an identity that everybody has: name more of it')
  }
  const predicate = predicateOf(members)
  for (const name of ['builder', 'source']) {
    if (predicate !== undefined || !Object.hasOwn(members, name)) continue
    throw new RuleProblem(
      `has ${name}, which only provenance states: name its type, such as predicate: ${SLSA_PROVENANCE}`,
    )
  }
  return {
    kind: 'identity',
    identity: readPattern(identity),
    issuer,
    predicate,
    builder: pattern(members, 'builder'),
    source: pattern(members, 'source'),
    trustedRoots: trustedRootsOf(members, files),
  }
}

const REPOSITORY = /^(?<owner>[A-Za-z0-9][A-Za-z0-9_-]*)\/(?<name>\*|[A-Za-z0-9._-]+)$/
/** In the repository itself, or behind the name of another one. */
const WORKFLOW = /^(?:[A-Za-z0-9][A-Za-z0-9_-]*\/[A-Za-z0-9._-]+\/)?\.github\/workflows\/[^/@]/
const RUNNERS: readonly string[] = ['github-hosted', 'self-hosted']

function readGitHubRequirement(members: Members, files: RuleFiles): GitHubRequirement {
  const { owner, name } = REPOSITORY.exec(text(members, 'github'))?.groups ?? {}
  if (owner === undefined || name === undefined) {
    throw new RuleProblem('has github, which takes owner/repository, or owner/* for all of them')
  }
  const workflow = optionalText(members, 'workflow')
  if (workflow !== undefined && !WORKFLOW.test(workflow)) {
    throw new RuleProblem(
      'has a workflow that is no path of one: .github/workflows/FILE, or OWNER/REPOSITORY/.github/workflows/FILE',
    )
  }
  const runner = optionalText(members, 'runner')
  if (runner !== undefined && !RUNNERS.includes(runner)) {
    throw new RuleProblem(`has runner, which takes ${RUNNERS.join(' or ')}`)
  }
  return {
    kind: 'github',
    owner,
    repository: name === '*' ? undefined : name,
    workflow,
    ref: refOf(members),
    runner,
    predicate: predicateOf(members) ?? SLSA_PROVENANCE,
    trustedRoots: trustedRootsOf(members, files),
  }
}

/** A branch's or a tag's name by itself would match none of them. */
function refOf(members: Members): Pattern | undefined {
  const ref = optionalText(members, 'ref')
  if (ref !== undefined && !/^(?:refs\/|\*)/.test(ref)) {
    throw new RuleProblem(
      'has a ref that is not whole: refs/tags/NAME for a tag, refs/heads/NAME for a branch',
    )
  }
  return pattern(members, 'ref')
}

function predicateOf(members: Members): string | undefined {
  const predicate = optionalText(members, 'predicate')
  const meant = predicate === undefined ? undefined : predicateOfName(predicate)
  if (meant === undefined) return predicate
  throw new RuleProblem(`has a predicate that is no type of one; did you mean ${meant}?`)
}

/** One root, or several as JSON lines: text, or the path of a file that holds it. */
function trustedRootsOf(members: Members, files: RuleFiles): readonly TrustRoot[] | undefined {
  const given = optionalText(members, 'trusted-root')
  if (given === undefined) return undefined
  const isText = given.startsWith('{')
  const what = isText ? 'has a trusted-root that' : `has a trusted-root, ${shown(given)}, that`
  try {
    return jsonValues(isText ? given : files.read(given)).map(readTrustRoot)
  } catch (error) {
    throw new RuleProblem(`${what} ${reasonOf(error)}`)
  }
}

function jsonValues(content: string): readonly unknown[] {
  try {
    return [parseRoot(content)]
  } catch (error) {
    const lines = content.split('\n').filter((line) => line.trim() !== '')
    if (lines.length < 2 || !(error instanceof FormatError)) throw error
    return lines.map(parseRoot)
  }
}

function parseRoot(content: string): unknown {
  return parseStrictJson(Buffer.from(content))
}

function reasonOf(error: unknown): string {
  if (error instanceof Refusal || error instanceof FormatError)
    return `is not one: ${error.message}`
  return error instanceof Error ? error.message : 'cannot be read'
}
