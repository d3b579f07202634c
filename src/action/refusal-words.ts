import type { Failure } from './login-hints.ts'

/** What a refusal is about, as its words tell, whoever the registry is. */
interface Reason {
  readonly words: RegExp
  readonly side?: Failure['side']
  readonly advice: string
}

const REASONS: readonly Reason[] = [
  {
    words:
      /quotas?\b.*\bexceed|exceed\w*\b.*\b(?:quota|storage)|insufficient storage|no space left/i,
    side: 'destination',
    advice:
      'The registry has no room for this: raise the quota of the project or account there, or delete ' +
      'what is not needed any more.',
  },
  {
    words: /\bIP\b.*\bnot (?:allowed|permitted|authori[sz]ed)\b|\bIP allow list\b/i,
    advice:
      'The registry lets only some network addresses in. Runners that GitHub hosts have another one ' +
      'each time: let them in, or use a runner whose address is known there.',
  },
  {
    words: /\b(?:blocking|security) polic|\bvulnerabilit|\bquarantine/i,
    side: 'source',
    advice:
      'A policy of the registry holds this image back: look there for what it has against it.',
  },
]

/** What no login would change although the status is that of a login without rights. */
export function anyWords(failure: Failure): string | undefined {
  // Limits of requests are told in the same words.
  if (failure.code === 'RATE_LIMITED') return undefined
  return REASONS.find(
    ({ words, side }) =>
      (side === undefined || side === failure.side) && words.test(wordsBesideNames(failure, words)),
  )?.advice
}

/** What the registry says, without names that hold such words themselves. */
function wordsBesideNames(
  { registryMessage = '', repository = '', reference = '' }: Failure,
  words: RegExp,
): string {
  return [...repository.split('/'), reference]
    .filter((name) => words.test(name))
    .reduce((text, name) => text.replaceAll(name, ''), registryMessage)
}
