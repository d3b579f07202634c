import * as v from 'valibot'
import { readImages } from './image-glob.ts'
import { checkMembers, flag, type Members, optionalText, RuleProblem } from './members.ts'
import {
  membersBeside,
  readRequirement,
  type RequirementKind,
  requirementKinds,
  type RuleFiles,
} from './read-requirement.ts'
import type { Requirement, Rule } from './rule.ts'

export interface ReadRules {
  readonly rules: readonly Rule[]
  /** What is wrong, one sentence each; repeats no text that may be a secret. */
  readonly problems: readonly string[]
  /** What is most likely not meant. */
  readonly warnings: readonly string[]
}

/** Members of which a rule has exactly one. */
const KINDS = [...requirementKinds, 'any', 'accept', 'reject'] as const
type Kind = (typeof KINDS)[number]

/**
 * Reads the rules of the input `verify`: a rule or a list of them, as YAML has them.
 *
 * @param value what the YAML says, every scalar as text
 */
export function readRules(value: unknown, files: RuleFiles): ReadRules {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0) {
    const problem = 'holds no rule: that would refuse every image'
    return { rules: [], problems: [problem], warnings: [] }
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
  return { rules, problems, warnings: warningsOf(rules) }
}

/** Longer than the name of any repository, and of no letter that a rule may name. */
const ANY_NAME = '?/'.repeat(256)

/** The first rule that matches counts alone: behind one that is for all images, no other does. */
function warningsOf(rules: readonly Rule[]): readonly string[] {
  const all = rules.findIndex(({ images }) => images === undefined || images(ANY_NAME))
  if (all === -1 || all === rules.length - 1) return []
  const number = rules[all]?.number ?? 0
  return [`rule ${number} is for all images, so that no rule behind it ever counts`]
}

function readRule(members: Members, number: number, files: RuleFiles): Rule {
  const kind = kindOf(members, KINDS)
  const isVerdict = kind === 'accept' || kind === 'reject'
  checkMembers(members, ['images', ...(isVerdict ? [] : ['platforms']), kind, ...beside(kind)])
  const images = optionalText(members, 'images')
  const shared = {
    number,
    images: images === undefined ? undefined : readImages(images),
    platforms: flag(members, 'platforms'),
  }
  if (isVerdict) {
    if (!flag(members, kind)) throw new RuleProblem(`has ${kind}, which takes only true`)
    return { ...shared, verdict: kind, requirements: [] }
  }
  return { ...shared, verdict: 'verify', requirements: requirementsOf(members, kind, files) }
}

function requirementsOf(
  members: Members,
  kind: RequirementKind | 'any',
  files: RuleFiles,
): readonly Requirement[] {
  if (kind !== 'any') return [readRequirement(members, kind, files)]
  const alternatives = members['any']
  if (!Array.isArray(alternatives) || alternatives.length === 0) {
    throw new RuleProblem('has any, which takes a list of alternatives')
  }
  return alternatives.map((alternative: unknown) => {
    const own = membersOf(alternative)
    const its = kindOf(own, requirementKinds)
    checkMembers(own, [its, ...beside(its)])
    return readRequirement(own, its, files)
  })
}

function membersOf(value: unknown): Members {
  if (v.is(v.record(v.string(), v.unknown()), value) && !Array.isArray(value)) return value
  throw new RuleProblem(`is no object with one of ${KINDS.join(', ')}`)
}

function kindOf<K extends Kind>(members: Members, kinds: readonly K[]): K {
  const [kind, other] = kinds.filter((name) => Object.hasOwn(members, name))
  if (kind === undefined) {
    checkMembers(members, [...kinds, ...requirementKinds.flatMap(beside), 'images', 'platforms'])
    throw new RuleProblem(`says nothing that could be checked: it needs one of ${kinds.join(', ')}`)
  }
  if (other !== undefined) {
    throw new RuleProblem(`has both ${kind} and ${other}: for either of them use any`)
  }
  return kind
}

function beside(kind: Kind): readonly string[] {
  return kind === 'any' || kind === 'accept' || kind === 'reject' ? [] : membersBeside[kind]
}
