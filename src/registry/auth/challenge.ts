/**
 * One challenge of `WWW-Authenticate` (RFC 9110, 11.6.1); scheme and parameter names in lower case.
 */
export interface Challenge {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

/** What stands behind that is not read. */
const MAX_HEADER_LENGTH = 8 * 1024
const MAX_CHALLENGES = 10

/** The schemes that we speak. */
const SPOKEN: ReadonlySet<string> = new Set(['basic', 'bearer'])

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=\s*(?:[,;]|$))/y
const BLANKS = /[ \t]*/y
const SEPARATORS = /[ \t,;]*/y
/** A value without quotation marks: URLs and hosts with a port have characters that none may have. */
const BARE_VALUE = /[^\s,;"]*/y
/** Quotation marks of another kind, which are none by the book. */
const SINGLE_QUOTED = /'[^'"]*'(?=\s*(?:[,;]|$))/y
/** As far as a value goes whose quotation does not end where it should. */
const OPEN_VALUE = /[^,;"]*/y
/** As headers have it behind their name, and no scheme has. */
const COLON = /:/y
const JUNK = /[^ \t,;]+/y

/**
 * Reads every challenge of every header, in order. Several may stand in one header, separated like
 * their parameters by commas. Servers write these headers by hand, so each is read as far as it
 * goes: what is of no form that could be meant is passed over, and takes nothing else with it.
 */
export function parseChallenges(
  headers: string | readonly string[] | undefined,
): readonly Challenge[] {
  const lines = headers === undefined ? [] : typeof headers === 'string' ? [headers] : headers
  return lines
    .slice(0, MAX_CHALLENGES)
    .flatMap((line) => new ChallengeParser(line.slice(0, MAX_HEADER_LENGTH)).parse())
    .slice(0, MAX_CHALLENGES)
}

/**
 * The challenges that can be answered, the best one first: Bearer, as far as it names a realm, before
 * Basic, which needs no parameter.
 */
export function answerable(challenges: readonly Challenge[]): readonly Challenge[] {
  const of = (wanted: string): readonly Challenge[] =>
    challenges.filter(({ scheme }) => scheme === wanted)
  const tokens = of('bearer').filter(({ parameters }) => (parameters.get('realm') ?? '') !== '')
  return [...tokens, ...of('basic')]
}

/** A cursor that only moves forward, so that the time is linear in the length of the header. */
class ChallengeParser {
  readonly #text: string
  readonly #challenges: { scheme: string; parameters: Map<string, string> }[] = []
  /** Those of the last challenge that may have some. */
  #parameters: Map<string, string> | undefined
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  parse(): readonly Challenge[] {
    for (;;) {
      const isSeparated = /[,;]/.test(this.#match(SEPARATORS)) || this.#challenges.length === 0
      if (this.#at === this.#text.length) return this.#challenges
      this.#element(isSeparated)
    }
  }

  /** A parameter, the scheme that a challenge begins with, or neither. */
  #element(isSeparated: boolean): void {
    const word = this.#match(TOKEN).toLowerCase()
    if (SPOKEN.has(word)) this.#match(COLON)
    const blanks = this.#match(BLANKS)
    const next = this.#text.charAt(this.#at)
    if (next === '=') {
      this.#parameter(word)
    } else if (word === '' || (blanks === '' && !/^[,;]?$/.test(next))) {
      this.#match(JUNK)
    } else if (isSeparated || SPOKEN.has(word)) {
      // Any other word is the rest of a value that should stand between quotation marks.
      this.#scheme(word, blanks !== '')
    }
  }

  #scheme(scheme: string, hasMore: boolean): void {
    const parameters = new Map<string, string>()
    this.#challenges.push({ scheme, parameters })
    if (hasMore || SPOKEN.has(scheme)) this.#parameters = parameters
    // `Negotiate YII…=`: a blob in place of parameters. It looks like a parameter's name only where
    // an `=` and more follow.
    if (hasMore && !SPOKEN.has(scheme)) this.#match(TOKEN68)
  }

  /** The first value of a name counts, unless it is empty. */
  #parameter(name: string): void {
    this.#at++
    this.#match(BLANKS)
    const value = this.#value()
    if (name !== '' && (this.#parameters?.get(name) ?? '') === '')
      this.#parameters?.set(name, value)
  }

  #value(): string {
    if (this.#text.charAt(this.#at) !== '"') {
      return this.#match(SINGLE_QUOTED).slice(1, -1) || this.#match(BARE_VALUE)
    }
    const start = this.#at + 1
    const value = this.#quoted()
    if (value !== undefined) return value
    this.#at = start
    return this.#match(OPEN_VALUE).trim()
  }

  /** Undefined where the quotation has no end, or another one's beginning for its end. */
  #quoted(): string | undefined {
    let value = ''
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at)
      if (character === '"') {
        this.#at++
        const isEnd = /^[\s,;]?$/.test(this.#text.charAt(this.#at))
        return isEnd || !/[,;]/.test(value) ? value : undefined
      }
      if (character === '\\') this.#at++
      value += this.#text.charAt(this.#at)
    }
    return undefined
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }
}
