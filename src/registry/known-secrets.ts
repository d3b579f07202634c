import { escaped } from '../oci/quote.ts'

/** What the runner writes where a secret stood. */
const REDACTED = '***'
/** Stands where a text was cut (foreign-text.ts, oci/quote.ts). */
const CUT = '…'

/**
 * Shorter texts are punctuation more often than secrets (the `{` of a JSON key), and taking them out
 * everywhere would make all others unreadable. In UTF-16 code units, as all lengths here.
 */
const SHORTEST = 4
/** Shorter ones of hexadecimal digits alone stand in some digest or other by chance. */
const SHORTEST_HEX = 8
/** No service is known to give shorter tokens. Words without digits are longer. */
const SHORTEST_TOKEN = 8
const SHORTEST_TOKEN_OF_LETTERS = 16

/**
 * Tokens that are remembered, the newest of them: others have expired, or a run needs one for each of
 * its repositories.
 */
const MAX_TOKENS = 1000

/** What only digests hold, whatever stands before or behind it. */
const DIGEST_NAME = /sha(?:256|512)/
const DIGEST_NAMES = ['sha256', 'sha512']
const HEX = /^[0-9a-f]+$/i

/**
 * The secrets that are used in requests, and the way to take them out of what is shown: whoever gets
 * to see one can repeat it.
 */
export class KnownSecrets {
  /** Each under its start, the longest first, since one may begin with another. */
  readonly #byStart = new Map<string, readonly string[]>()
  /** What any of them begins with, to pass over the rest of a text quickly. */
  readonly #firstUnits = new Set<number>()
  readonly #tokens = new Set<string>()
  /** One after the other, each in a line of its own. */
  #shown = ''
  #longestShown = 0

  constructor() {
    this.neverHide(DIGEST_NAMES)
  }

  /**
   * Takes in what is shown whatever happens, such as the references of an image list: what is a part
   * of it cannot be hidden, or it would be torn apart. To be called before secrets are added.
   */
  neverHide(texts: Iterable<string>): void {
    for (const text of texts) {
      this.#shown += `\n${text}`
      this.#longestShown = Math.max(this.#longestShown, text.length)
    }
  }

  /** Takes in a secret of the user's. Returns the forms in which it is hidden from now on. */
  add(value: string): readonly string[] {
    return this.#addForms(formsOf(value).filter((form) => !isShortHex(form)))
  }

  /**
   * Takes in a token that a service has given, which may be anything: what is no secret by its looks
   * is not hidden, or a hostile service could have digests and names taken out of what others say.
   */
  addToken(value: string): readonly string[] {
    if (!isTokenLike(value)) return []
    // One that the user has given as well is not forgotten.
    const isNew = !this.#isKnown(value)
    const hidden = this.#addForms([value])
    if (isNew) for (const token of hidden) this.#tokens.add(token)
    const [oldest] = this.#tokens
    if (oldest !== undefined && this.#tokens.size > MAX_TOKENS) this.#forgetToken(oldest)
    return hidden
  }

  /**
   * A text without any of them, nor the start of one where it was cut. Takes time in proportion to
   * its length, however many there are, unless many of them begin alike.
   */
  readonly redact = (text: string): string => {
    if (this.#byStart.size === 0) return text
    let redacted = ''
    let kept = 0
    let cut = text.indexOf(CUT)
    for (let at = 0; at <= text.length - SHORTEST; at++) {
      if (!this.#firstUnits.has(text.charCodeAt(at))) continue
      if (cut !== -1 && cut < at) cut = text.indexOf(CUT, at)
      const end = this.#endOfSecret(text, at, cut)
      if (end === undefined) continue
      redacted += text.slice(kept, at) + REDACTED
      kept = end
      at = end - 1
    }
    return redacted + text.slice(kept)
  }

  #addForms(forms: readonly string[]): readonly string[] {
    const hidden = forms.filter((form) => form.length >= SHORTEST && !this.#isShown(form))
    for (const spelling of hidden.flatMap(spellingsOf)) {
      if (!this.#isShown(spelling)) this.#addSpelling(spelling)
    }
    return hidden
  }

  #isKnown(form: string): boolean {
    return this.#byStart.get(form.slice(0, SHORTEST))?.includes(form) === true
  }

  #isShown(form: string): boolean {
    return form.length <= this.#longestShown && this.#shown.includes(form)
  }

  #addSpelling(spelling: string): void {
    const start = spelling.slice(0, SHORTEST)
    const others = this.#byStart.get(start) ?? []
    if (others.includes(spelling)) return
    const shorter = others.findIndex(({ length }) => length < spelling.length)
    this.#byStart.set(
      start,
      others.toSpliced(shorter === -1 ? others.length : shorter, 0, spelling),
    )
    this.#firstUnits.add(spelling.charCodeAt(0))
  }

  #forgetToken(token: string): void {
    this.#tokens.delete(token)
    for (const spelling of spellingsOf(token)) {
      const start = spelling.slice(0, SHORTEST)
      const others = this.#byStart.get(start) ?? []
      this.#byStart.set(
        start,
        others.filter((other) => other !== spelling),
      )
    }
  }

  /** Where a secret ends that begins there, or what is left of it until the cut. */
  #endOfSecret(text: string, at: number, cut: number): number | undefined {
    for (const secret of this.#byStart.get(text.slice(at, at + SHORTEST)) ?? []) {
      if (text.startsWith(secret, at)) return at + secret.length
      const left = cut - at
      if (left >= SHORTEST && left < secret.length && secret.startsWith(text.slice(at, cut))) {
        return cut
      }
    }
    return undefined
  }
}

/** Those of this process, which has one log and one set of outputs: a secret is one in all of them. */
export const knownSecrets = new KnownSecrets()

function isShortHex(form: string): boolean {
  return form.length < SHORTEST_HEX && HEX.test(form)
}

/** Whether a text can be told from words, names, versions and digests. */
function isTokenLike(form: string): boolean {
  if (HEX.test(form) || DIGEST_NAME.test(form) || /["\s]/.test(form)) return false
  if (/[0-9]/.test(form)) return form.length >= SHORTEST_TOKEN
  return form.length >= SHORTEST_TOKEN_OF_LETTERS && /[a-z]/.test(form) && /[A-Z]/.test(form)
}

/**
 * A text as it is, as URLs, JSON and pages have it, as error messages quote it, and in the lower case
 * that they propose for a name, unless that may be a word.
 */
function spellingsOf(text: string): readonly string[] {
  const wellFormed = text.toWellFormed()
  const inPages = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return [
    text,
    encodeURIComponent(wellFormed),
    encodeURI(wellFormed),
    JSON.stringify(text).slice(1, -1),
    inPages,
    inPages.replaceAll('"', '&quot;'),
    escaped(text),
    ...[text.toLowerCase()].filter(isTokenLike),
  ]
}

/**
 * The forms of one secret. A runner splits a value of several lines and hides every line of it,
 * however short; where that would hide a brace everywhere, these are only the longer lines and the
 * one-line spellings of the whole.
 */
function formsOf(value: string): readonly string[] {
  const secret = value.trim()
  if (secret === '') return []
  const lines = secret
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length === 1) return [secret]
  const longLines = lines.filter((line) => line.length >= SHORTEST)
  const whole =
    longLines.length === lines.length
      ? [secret]
      : [JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')]
  return [...whole, ...longLines]
}
