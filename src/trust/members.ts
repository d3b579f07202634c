import { distance } from 'fastest-levenshtein'
import * as v from 'valibot'
import { type Pattern, readPattern } from './pattern.ts'

/** What is wrong with a rule, in words that follow its number. */
export class RuleProblem extends Error {
  override readonly name = 'RuleProblem'
}

/** A rule or an alternative as the YAML has it, every scalar as text. */
export type Members = Readonly<Record<string, unknown>>

const Text = v.pipe(v.string(), v.trim(), v.minLength(1))
const Texts = v.union([
  v.pipe(
    Text,
    v.transform((one) => [one]),
  ),
  v.pipe(v.array(Text), v.minLength(1)),
])

/** Throws a RuleProblem where one of them is not among those that are known; nearly right names get advice. */
export function checkMembers(members: Members, known: readonly string[]): void {
  for (const name of Object.keys(members)) {
    if (known.includes(name)) continue
    const meant = meantMember(name, known)
    const advice =
      meant === undefined
        ? `it may have ${[...new Set(known)].join(', ')}`
        : `did you mean ${meant}?`
    throw new RuleProblem(`has a member that is not known here, ${shown(name)}; ${advice}`)
  }
}

/** The member that was probably meant by a name that is none. */
function meantMember(name: string, known: readonly string[]): string | undefined {
  return known
    .map((member) => ({
      member,
      steps: distance(withoutSeparators(name), withoutSeparators(member)),
    }))
    .filter(({ member, steps }) => steps <= Math.min(2, member.length / 3))
    .toSorted((a, b) => a.steps - b.steps)[0]?.member
}

function withoutSeparators(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, '')
}

export function text(members: Members, name: string): string {
  const result = v.safeParse(Text, members[name])
  if (result.success) return result.output
  throw new RuleProblem(`has ${name}, which takes a text`)
}

export function optionalText(members: Members, name: string): string | undefined {
  return Object.hasOwn(members, name) ? text(members, name) : undefined
}

/** One text or a list of them; undefined for anything else. */
export function texts(members: Members, name: string): readonly string[] | undefined {
  const result = v.safeParse(Texts, members[name])
  return result.success ? result.output : undefined
}

export function pattern(members: Members, name: string): Pattern | undefined {
  const glob = optionalText(members, name)
  return glob === undefined ? undefined : readPattern(glob)
}

export function flag(members: Members, name: string): boolean {
  const value = optionalText(members, name)?.toLowerCase() ?? 'false'
  if (value === 'true') return true
  if (value === 'false') return false
  throw new RuleProblem(`has ${name}, which takes true or false`)
}

/** A path or a name, as long as it is too short for a key. */
export function shown(name: string): string {
  return name.length > 100 ? 'a long one' : JSON.stringify(name)
}
