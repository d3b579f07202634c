import { createHash, hash } from 'node:crypto'
import { formatReference, type Reference, repositoryName } from '../oci/reference.ts'
import { isSelection, type ListItem, optionsOf, tagOf, type TagSelection } from './list/pair.ts'

/** Parts of a list: as many as GitHub runs jobs of one matrix. */
export const MAX_SHARDS = 256

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
  const groups = groupsOf(list)
  const parts = new Map<string, number>()
  return list.filter((item) => {
    const name = groups.nameOf(repositoryName(item.source))
    const own = parts.get(name) ?? partOf(name, of)
    parts.set(name, own)
    return own === part
  })
}

/** A digest of a list, by which parts of one can be told from those of another. */
export function digestOfList(list: readonly ListItem[]): string {
  const sum = createHash('sha256')
  for (const item of list) sum.update(`${lineOf(item)}\n`)
  return `sha256:${sum.digest('hex')}`
}

function lineOf(item: ListItem): string {
  const source = formatReference(item.source)
  const options = optionsOf(item)
  if (isSelection(item)) {
    return JSON.stringify([source, item.tags, item.registry, item.written.destination, options])
  }
  return JSON.stringify([source, formatReference(item.destination), options])
}

/** Source repositories whose lines depend on one another. */
function groupsOf(list: readonly ListItem[]): Groups {
  const groups = new Groups()
  const { tags, repositories, selected } = readNames(list)
  for (const item of list) {
    const source = repositoryName(item.source)
    if (isSelection(item)) {
      const written = writtenBy(item)
      if (written !== undefined && repositories.has(written)) groups.join(source, written)
      continue
    }
    const repository = repositoryName(item.destination)
    const isRead = selected.has(repository) || tags.has(`${repository}:${tagOf(item) ?? ''}`)
    if (isRead) groups.join(source, repository)
  }
  return groups
}

/** What the lines of a list read, by name. A digest means the same at any time. */
function readNames(list: readonly ListItem[]): Readonly<Record<ReadKind, ReadonlySet<string>>> {
  const read = {
    tags: new Set<string>(),
    repositories: new Set<string>(),
    selected: new Set<string>(),
  }
  for (const item of list) {
    const { source } = item
    const repository = repositoryName(source)
    if (isSelection(item)) read.selected.add(repository)
    else if (source.digest === undefined) read.tags.add(tagName(source, repository))
    if (isSelection(item) || source.digest === undefined) read.repositories.add(repository)
  }
  return read
}

/** Tags by their full names, repositories of all these, and those of which any tag may be read. */
type ReadKind = 'tags' | 'repositories' | 'selected'

function tagName({ tag = 'latest' }: Reference, repository: string): string {
  return `${repository}:${tag}`
}

/** The repository that a selection writes to, where it is the same for all tags. */
function writtenBy({ destinationOf }: TagSelection): string | undefined {
  const [one, other] = ['1', '2'].map((tag) => repositoryName(destinationOf(tag)))
  return one === other ? one : undefined
}

/**
 * The part with the highest weight is the one (highest random weight). One digest of a name, mixed
 * anew for each part: a list has a hundred thousand names, and a matrix 256 jobs.
 */
function partOf(name: string, of: number): number {
  const seed = Number.parseInt(hash('sha256', name, 'hex').slice(0, 8), 16)
  let [best, highest] = [1, -1]
  for (let part = 1; part <= of; part++) {
    const weight = mixed(seed ^ mixed(part))
    if (weight > highest) [best, highest] = [part, weight]
  }
  return best
}

/** Spreads 32 bits over 32 bits (the finalizer of MurmurHash3). */
function mixed(value: number): number {
  let bits = value >>> 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** Names that belong together (union-find). */
class Groups {
  readonly #parent = new Map<string, string>()

  join(first: string, other: string): void {
    const [a, b] = [this.nameOf(first), this.nameOf(other)]
    // The name of a group does not depend on the order of the list.
    if (a !== b) this.#parent.set(a < b ? b : a, a < b ? a : b)
  }

  nameOf(name: string): string {
    let root = name
    for (let up = this.#parent.get(root); up !== undefined; up = this.#parent.get(root)) root = up
    if (root !== name) this.#parent.set(name, root)
    return root
  }
}
