/** A text to compare with: exactly, or with wildcards. Never a regular expression of the user's. */
export type Pattern = (text: string) => boolean

/** Any characters but slashes, and any at all. */
const WITHIN = '*'
const ANY = '**'

/**
 * Reads a glob: `*` is anything but a slash, `**` anything at all, and every other character stands
 * for itself. The whole text has to match.
 */
export function readPattern(glob: string): Pattern {
  if (!glob.includes('*')) return (text) => text === glob
  const tokens = glob
    .split(/(\*+)/)
    .flatMap((part) => (part.startsWith(ANY) ? [ANY] : part === WITHIN ? [WITHIN] : part.split('')))
  return (text) => matches(tokens, text)
}

/**
 * Goes through a text once, with all places of the pattern that it may be at: whose text it is
 * decides how often a search that tries one after the other would go back.
 */
function matches(tokens: readonly string[], text: string): boolean {
  let places = withSkipped(tokens, [0])
  for (const character of text.split('')) {
    const next: number[] = []
    for (const place of places) {
      const token = tokens[place]
      if (token === ANY || (token === WITHIN && character !== '/')) next.push(place)
      else if (token === character) next.push(place + 1)
    }
    places = withSkipped(tokens, next)
    if (places.size === 0) return false
  }
  return places.has(tokens.length)
}

/** The places, and those behind wildcards, which may stand for nothing. */
function withSkipped(tokens: readonly string[], places: readonly number[]): ReadonlySet<number> {
  const all = new Set<number>()
  for (let place of places) {
    all.add(place)
    while (tokens[place] === WITHIN || tokens[place] === ANY) all.add(++place)
  }
  return all
}

/** Whether a glob leaves all of a name open: whose it is, and where. */
export function isForAnybody(glob: string): boolean {
  return !/[A-Za-z0-9]/.test(glob.replace(/^https?:\/\//, '')) && glob.includes('*')
}
