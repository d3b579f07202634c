import * as v from 'valibot'
import { FormatError } from '../oci/errors.ts'
import { parseStrictJson } from '../oci/strict-json.ts'
import { isBare, readPattern } from './pattern.ts'
import { KeyError, type PublicKey, readPublicKey } from './public-key.ts'
import { Refusal } from './refusal.ts'
import type {
  GitHubRequirement,
  IdentityRequirement,
  KeyRequirement,
  Requirement,
  Rule,
} from './rule.ts'
import { meantMember } from './rule-members.ts'
import { SLSA_PROVENANCE } from './statement.ts'
import { readTrustRoot, type TrustRoot } from './trust-root.ts'

/** What rules are read with. */
export interface RuleFiles {
  /** The text of a file of the workspace. Throws an Error with words for people. */
  read(path: string): string
}

export interface ReadRules {
  readonly rules: readonly Rule[]
  /** What is wrong, one sentence each; repeats no text that may be a secret. */
  readonly problems: readonly string[]
}

/** What is wrong with a rule, in words that follow its number. */
class RuleProblem extends Error {
  override readonly name = 'RuleProblem'
}

type Members = Readonly<Record<string, unknown>>

const Text = v.pipe(v.string(), v.trim(), v.minLength(1))
const Texts = v.union([
  v.pipe(
    Text,
    v.transform((one) => [one]),
  ),
  v.pipe(v.array(Text), v.minLength(1)),
])

/** Members of which a rule has exactly one. */
const KINDS = ['key', 'identity', 'github', 'any', 'accept', 'reject'] as const
const REQUIREMENT_KINDS: readonly string[] = ['key', 'identity', 'github']
/** What further members may stand beside each of them. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  key: ['predicate', 'transparency-log', 'trusted-root'],
  identity: ['issuer', 'predicate', 'builder', 'source', 'trusted-root'],
  github: ['workflow', 'ref', 'runner', 'predicate', 'trusted-root'],
  any: [],
  accept: [],
  reject: [],
}

/**
 * Reads the rules of the input `verify`: a rule or a list of them, as YAML has them.
 *
 * @param value what the YAML says, every scalar as text
 */
export function readRules(value: unknown, files: RuleFiles): ReadRules {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0) {
    return { rules: [], problems: ['holds no rule: that would refuse every image'] }
  }
  const rules: Rule[] = []
  const problems: string[] = []
  for (const [index, entry] of list.entries()) {
    const number = index + 1
    try {
      rules.push(readRule(membersOf(entry), number, files))
    } catch (error) {
      if (!(error instanceof RuleProblem)) throw error
      problems.push(`rule ${number} ${error.message}`)
    }
  }
  return { rules, problems }
}

function readRule(members: Members, number: number, files: RuleFiles): Rule {
  const kind = kindOf(members, KINDS)
  checkMembers(members, ['images', 'platforms', kind, ...(BESIDE[kind] ?? [])])
  const images = optionalText(members, 'images')
  const shared = {
    number,
    images: images === undefined ? undefined : readPattern(images),
    platforms: flag(members, 'platforms'),
  }
  if (kind === 'accept' || kind === 'reject') {
    if (!flag(members, kind)) throw new RuleProblem(`has ${kind}, which takes only true`)
    return { ...shared, verdict: kind, requirements: [] }
  }
  return { ...shared, verdict: 'verify', requirements: requirementsOf(members, kind, files) }
}

function requirementsOf(members: Members, kind: string, files: RuleFiles): readonly Requirement[] {
  if (kind !== 'any') return [readRequirement(members, kind, files)]
  const alternatives = members['any']
  if (!Array.isArray(alternatives) || alternatives.length === 0) {
    throw new RuleProblem('has any, which takes a list of alternatives')
  }
  return alternatives.map((alternative: unknown) => {
    const own = membersOf(alternative)
    const its = kindOf(own, REQUIREMENT_KINDS)
    checkMembers(own, [its, ...(BESIDE[its] ?? [])])
    return readRequirement(own, its, files)
  })
}

function readRequirement(members: Members, kind: string, files: RuleFiles): Requirement {
  switch (kind) {
    case 'key':
      return readKeyRequirement(members, files)
    case 'identity':
      return readIdentityRequirement(members, files)
    default:
      return readGitHubRequirement(members, files)
  }
}

function readKeyRequirement(members: Members, files: RuleFiles): KeyRequirement {
  const result = v.safeParse(Texts, members['key'])
  if (!result.success) throw new RuleProblem('has key, which takes PEM text, a path, or several')
  return {
    kind: 'key',
    keys: result.output.map((key) => readKey(key, files)),
    predicate: optionalText(members, 'predicate'),
    transparencyLog: flag(members, 'transparency-log'),
    trustedRoots: trustedRootsOf(members, files),
  }
}

/** Addresses of keys that lie in a service, which cosign takes. */
const KEY_SERVICE = /^[a-z0-9]+:\/\//

function readKey(key: string, files: RuleFiles): PublicKey {
  if (KEY_SERVICE.test(key)) {
    throw new RuleProblem(
      'has a key that is the address of a key service: export the public key, and give that',
    )
  }
  const isText = key.includes('-----BEGIN')
  const what = isText ? 'has a key that' : `has a key, ${shown(key)}, that`
  try {
    return readPublicKey(isText ? key : files.read(key))
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
  if (isBare(identity)) throw new RuleProblem('has an identity that everybody has: name more of it')
  return {
    kind: 'identity',
    identity: readPattern(identity),
    issuer,
    predicate: optionalText(members, 'predicate'),
    builder: pattern(members, 'builder'),
    source: pattern(members, 'source'),
    trustedRoots: trustedRootsOf(members, files),
  }
}

const REPOSITORY = /^(?<owner>[A-Za-z0-9][A-Za-z0-9-]*)\/(?<name>\*|[A-Za-z0-9._-]+)$/
const RUNNERS: readonly string[] = ['github-hosted', 'self-hosted']

function readGitHubRequirement(members: Members, files: RuleFiles): GitHubRequirement {
  const { owner, name } = REPOSITORY.exec(text(members, 'github'))?.groups ?? {}
  if (owner === undefined || name === undefined) {
    throw new RuleProblem('has github, which takes owner/repository, or owner/* for all of them')
  }
  const workflow = optionalText(members, 'workflow')
  if (workflow !== undefined && !/(?:^|\/)\.github\/workflows\/[^/]/.test(workflow)) {
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
    ref: pattern(members, 'ref'),
    runner,
    predicate: optionalText(members, 'predicate') ?? SLSA_PROVENANCE,
    trustedRoots: trustedRootsOf(members, files),
  }
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

function membersOf(value: unknown): Members {
  if (v.is(v.record(v.string(), v.unknown()), value) && !Array.isArray(value)) return value
  throw new RuleProblem(`is no object with one of ${KINDS.join(', ')}`)
}

function kindOf(members: Members, kinds: readonly string[]): string {
  const [kind, other] = kinds.filter((name) => Object.hasOwn(members, name))
  if (kind === undefined) {
    checkMembers(members, [...kinds, ...Object.values(BESIDE).flat(), 'images', 'platforms'])
    throw new RuleProblem(`says nothing that could be checked: it needs one of ${kinds.join(', ')}`)
  }
  if (other !== undefined) {
    throw new RuleProblem(`has both ${kind} and ${other}: for either of them use any`)
  }
  return kind
}

function checkMembers(members: Members, known: readonly string[]): void {
  for (const name of Object.keys(members)) {
    if (known.includes(name)) continue
    const meant = meantMember(name, known)
    const advice =
      meant === undefined ? `it may have ${known.join(', ')}` : `did you mean ${meant}?`
    throw new RuleProblem(`has a member that is not known here, ${shown(name)}; ${advice}`)
  }
}

function text(members: Members, name: string): string {
  const result = v.safeParse(Text, members[name])
  if (result.success) return result.output
  throw new RuleProblem(`has ${name}, which takes a text`)
}

function optionalText(members: Members, name: string): string | undefined {
  return Object.hasOwn(members, name) ? text(members, name) : undefined
}

function pattern(members: Members, name: string): ((text: string) => boolean) | undefined {
  const glob = optionalText(members, name)
  return glob === undefined ? undefined : readPattern(glob)
}

function flag(members: Members, name: string): boolean {
  const value = optionalText(members, name)?.toLowerCase() ?? 'false'
  if (value === 'true') return true
  if (value === 'false') return false
  throw new RuleProblem(`has ${name}, which takes true or false`)
}

function reasonOf(error: unknown): string {
  if (error instanceof Refusal || error instanceof FormatError)
    return `is not one: ${error.message}`
  return error instanceof Error ? error.message : 'cannot be read'
}

/** A path or a name, as long as it is too short for a key. */
function shown(name: string): string {
  return name.length > 100 ? 'a long one' : JSON.stringify(name)
}
