/** Which tags of a repository are wanted. */
export interface TagRule {
  /** Names and patterns (`*` and `?`), one of which a tag has to fit; all of them where it is empty. */
  readonly match: readonly string[]
  /** Those that it must not fit. */
  readonly exclude: readonly string[]
  /** A range in npm's notation. */
  readonly semver?: string
  /** Of those that are left, so many, counted from the newest. */
  readonly newest?: number
  /** Fewer than that are a failure. */
  readonly min: number
}

/** Whether the text stands for several tags. */
export function isPattern(text: string): boolean {
  return /[*?]/.test(text)
}

/** The tags that a rule names without a look at the registry; undefined where it has to be asked. */
export function plainTags({
  match,
  exclude,
  semver,
  newest,
  min,
}: TagRule): readonly string[] | undefined {
  const mustLook = semver !== undefined || newest !== undefined || min !== 1
  if (mustLook || match.length === 0 || match.some(isPattern)) return undefined
  return [...new Set(match)].filter((tag) => !exclude.some((pattern) => fitsPattern(tag, pattern)))
}

/** Whether a tag fits a pattern: `*` is any number of characters, `?` is one. Takes linear time a star. */
export function fitsPattern(tag: string, pattern: string): boolean {
  let at = 0
  let star = -1
  let resume = 0
  for (let index = 0; index < tag.length;) {
    if (pattern[at] === '*') {
      star = at++
      resume = index
    } else if (pattern[at] === '?' || pattern[at] === tag[index]) {
      at++
      index++
    } else if (star >= 0) {
      // What follows the last star begins one character later.
      at = star + 1
      index = ++resume
    } else {
      return false
    }
  }
  return /^\**$/.test(pattern.slice(at))
}

/** `v3.*, !*-rc*, semver >=3.1 <4, newest 5, min 3`; `all` where nothing is said. */
export function ruleText({ match, exclude, semver, newest, min }: TagRule): string {
  const parts = [
    ...match,
    ...exclude.map((pattern) => `!${pattern}`),
    ...(semver === undefined ? [] : [`semver ${semver}`]),
    ...(newest === undefined ? [] : [`newest ${newest}`]),
    ...(min === 1 ? [] : [`min ${min}`]),
  ]
  return parts.join(', ') || 'all'
}
