import { distance } from 'fastest-levenshtein'

/** The member that was probably meant by a name that is none. */
export function meantMember(name: string, known: readonly string[]): string | undefined {
  return known
    .map((member) => ({
      member,
      steps: distance(withoutSeparators(name), withoutSeparators(member)),
    }))
    .filter(({ member, steps }) => steps <= Math.min(2, member.length / 3))
    .toSorted((a, b) => a.steps - b.steps)[0]?.member
}

function withoutSeparators(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z]/g, '')
}
