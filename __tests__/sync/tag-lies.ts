/** What a result says of a tag, as an output or before it is one. */
interface ToldResult {
  readonly destination: string
  readonly status: string
  readonly tag?: { readonly state: string; readonly digest?: string }
  readonly error?: { readonly message: string }
}

/** What is true of a tag. */
interface TagFacts {
  readonly before: string | undefined
  readonly after: string
  /** At the end. */
  readonly shows: string | undefined
}

/** What is not true of the result of a set's tag, in words. `rollback` is the list that undoes the run. */
export function tagLies(
  { destination, status, tag, error }: ToldResult,
  { before, after, shows }: TagFacts,
  rollback: string,
): string[] {
  if (tag === undefined) return [`${destination}: no word of its tag`]
  const lies: string[] = []
  const lie = (words: string) => lies.push(`${destination}: ${words}, shows ${String(shows)}`)
  if (shows !== before && shows !== after) lie('neither the old nor the new')
  if (tag.state === 'left') {
    // What was never answered may come later: it is in the list all the same.
    if (error === undefined) lie('left, and no word about it')
    const isInList = rollback.includes(`destination: ${destination}\n`)
    if (before !== undefined && !isInList) lie('left, and no way back')
  } else {
    if (tag.digest !== shows) lie(`says ${String(tag.digest)}`)
    if ((tag.state === 'moved' ? after : before) !== shows) lie(tag.state)
  }
  if ((status === 'copied') !== (tag.state === 'moved')) lie(`${status} and ${tag.state}`)
  return lies
}
