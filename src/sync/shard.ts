import { createHash } from 'node:crypto'
import { formatReference, type Reference, repositoryName } from '../oci/reference.ts'
import { type ImagePair, isSelection, type ListItem, optionsOf, tagOf } from './list/pair.ts'

/** The K-th of N parts of a list. */
export interface Shard {
  /** From 1. */
  readonly part: number
  readonly of: number
}

/**
 * The lines of a list that a shard does. Lines of one source repository stay together, since they
 * share layers, and so do lines that depend on one another: where the destination of one is the
 * source of another. Which part a repository belongs to is decided by rendezvous hashing, so that a
 * longer list moves few lines.
 */
export function shardOf(list: readonly ListItem[], { part, of }: Shard): readonly ListItem[] {
  const groups = new Groups()
  const readers = sourcesByName(list)
  for (const item of list) {
    if (isSelection(item)) continue
    for (const name of namesOf(item)) groups.join(sourceOf(item), ...(readers.get(name) ?? []))
  }
  return list.filter((item) => partOf(groups.nameOf(sourceOf(item)), of) === part)
}

/** A digest of a list, by which parts of one can be told from those of another. */
export function digestOfList(list: readonly ListItem[]): string {
  const hash = createHash('sha256')
  for (const item of list) hash.update(`${lineOf(item)}\n`)
  return `sha256:${hash.digest('hex')}`
}

function lineOf(item: ListItem): string {
  const source = formatReference(item.source)
  const options = optionsOf(item)
  if (isSelection(item)) {
    return JSON.stringify([source, item.tags, item.registry, item.written.destination, options])
  }
  return JSON.stringify([source, formatReference(item.destination), options])
}

function sourceOf({
  source,
}: {
  readonly source: Pick<Reference, 'registry' | 'repository'>
}): string {
  return repositoryName(source)
}

/** Source repositories by what is read in them: a tag or, by a selection, any of the repository. */
function sourcesByName(list: readonly ListItem[]): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>()
  for (const item of list) {
    const repository = sourceOf(item)
    const name = isSelection(item) ? repository : `${repository}:${item.source.tag ?? 'latest'}`
    readers.set(name, [...(readers.get(name) ?? []), repository])
  }
  return readers
}

/** By what a line's destination may be read by another line. */
function namesOf(pair: ImagePair): readonly string[] {
  const tag = tagOf(pair)
  const repository = repositoryName(pair.destination)
  return tag === undefined ? [repository] : [repository, `${repository}:${tag}`]
}

/** The part with the highest hash is the one (highest random weight). */
function partOf(name: string, of: number): number {
  let [best, highest] = [1, '']
  for (let part = 1; part <= of; part++) {
    const weight = createHash('sha256').update(`${part} ${name}`).digest('hex')
    if (weight > highest) [best, highest] = [part, weight]
  }
  return best
}

/** Names that belong together (union-find). */
class Groups {
  readonly #parent = new Map<string, string>()

  join(first: string, ...others: readonly string[]): void {
    for (const other of others) {
      const [a, b] = [this.nameOf(first), this.nameOf(other)]
      // The name of a group does not depend on the order of the list.
      if (a !== b) this.#parent.set(a < b ? b : a, a < b ? a : b)
    }
  }

  nameOf(name: string): string {
    let root = name
    for (let up = this.#parent.get(root); up !== undefined; up = this.#parent.get(root)) root = up
    if (root !== name) this.#parent.set(name, root)
    return root
  }
}
