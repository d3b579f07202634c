import { FormatError } from '../../oci/errors.ts'

/**
 * One challenge of `WWW-Authenticate` (RFC 9110, 11.6.1); scheme and parameter names in lower case.
 */
export interface Challenge {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

/** Longer headers are not worth reading. */
const MAX_HEADER_LENGTH = 8 * 1024
const MAX_CHALLENGES = 10

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$))/y
const BLANKS = /[ \t]*/y
const SEPARATORS = /[ \t,]*/y

/**
 * Reads every challenge of every header, in order. Several may stand in one header, separated like
 * their parameters by commas; a word that no `=` follows begins the next one. Throws a FormatError
 * for what is not of that form.
 */
export function parseChallenges(
  headers: string | readonly string[] | undefined,
): readonly Challenge[] {
  const lines = headers === undefined ? [] : typeof headers === 'string' ? [headers] : headers
  const challenges = lines.flatMap((line) => new ChallengeParser(line).parse())
  if (challenges.length > MAX_CHALLENGES) throw malformed('too many challenges')
  return challenges
}

/**
 * The challenge to answer: Bearer where it is offered, else Basic. Schemes that we do not speak are
 * passed over.
 */
export function chooseChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  return (
    challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm')) ??
    challenges.find(({ scheme }) => scheme === 'basic')
  )
}

/** A cursor that only moves forward, so that the time is linear in the length of the header. */
class ChallengeParser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    if (text.length > MAX_HEADER_LENGTH) throw malformed('too long')
    this.#text = text
  }

  parse(): readonly Challenge[] {
    const challenges: { scheme: string; parameters: Map<string, string> }[] = []
    this.#match(SEPARATORS)
    while (this.#at < this.#text.length) {
      const word = this.#match(TOKEN)
      if (word === '') throw malformed('a name was expected')
      const blanks = this.#match(BLANKS)
      const current = challenges.at(-1)
      if (this.#text[this.#at] === '=' && current !== undefined) {
        this.#at++
        this.#match(BLANKS)
        const value = this.#value()
        const name = word.toLowerCase()
        if (!current.parameters.has(name)) current.parameters.set(name, value)
      } else {
        challenges.push({ scheme: word.toLowerCase(), parameters: new Map() })
        if (blanks !== '') this.#skipToken68()
      }
      this.#match(SEPARATORS)
    }
    return challenges
  }

  #value(): string {
    if (this.#text[this.#at] !== '"') {
      const value = this.#match(TOKEN)
      if (value === '') throw malformed('a value was expected')
      return value
    }
    let value = ''
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at)
      if (character === '"') {
        this.#at++
        return value
      }
      if (character === '\\') this.#at++
      value += this.#text.charAt(this.#at)
    }
    throw malformed('a quotation mark is missing')
  }

  /**
   * `Negotiate YII…=`: a blob in place of parameters. It looks like a parameter name only where an
   * `=` and more follow.
   */
  #skipToken68(): void {
    const start = this.#at
    const blob = this.#match(TOKEN68)
    // A lone word without padding may as well be the next scheme: `Basic Bearer`. Nobody sends
    // that; a blob it is.
    if (blob === '') this.#at = start
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }
}

function malformed(reason: string): FormatError {
  return new FormatError('challenge', `the WWW-Authenticate header is malformed: ${reason}`)
}
