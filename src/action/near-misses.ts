/** An input that was given under a name that is nearly that of another one. */
export interface NearMiss<Name extends string> {
  readonly given: string
  readonly meant: Name
}

/**
 * The given names that are none of the known ones, but are one of them once separators and plurals
 * are taken away: `dry_run`, `dryrun`, `platform`, `retry`. The runner only warns of them, and the
 * run would do what was not meant.
 */
export function nearMisses<Name extends string>(
  given: readonly string[],
  known: readonly Name[],
): readonly NearMiss<Name>[] {
  const spellings = new Map(known.flatMap((name) => spellingsOf(name).map((text) => [text, name])))
  const names: ReadonlySet<string> = new Set(known)
  return given.flatMap((name) => {
    if (names.has(name)) return []
    const meant = spellings.get(withoutSeparators(name))
    return meant === undefined ? [] : [{ given: name, meant }]
  })
}

function withoutSeparators(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** Without separators, and each word in the singular and in the plural. */
function spellingsOf(name: string): readonly string[] {
  let spellings = ['']
  for (const word of name.split('-')) {
    spellings = spellings.flatMap((start) => numbersOf(word).map((form) => start + form))
  }
  return spellings
}

/** `retries`, `retry`: a word in both numbers, and with them some that nobody writes. */
function numbersOf(word: string): readonly string[] {
  if (word.endsWith('ies')) return [word, `${word.slice(0, -3)}y`]
  if (word.endsWith('s')) return [word, word.slice(0, -1)]
  return [word, `${word}s`, ...(word.endsWith('y') ? [`${word.slice(0, -1)}ies`] : [])]
}
