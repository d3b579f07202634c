import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { quote } from '../../oci/quote.ts'
import type { ListEntry, ListProblem } from './entry.ts'

/** Enough to share a list of platforms in a long list. */
const MAX_ALIASES = 10_000

/** Texts in all: ten for each destination that a list may have. */
const MAX_TEXTS = 1_000_000
/** The same where aliases repeat them: a short text may have many then. */
const MAX_ALIASED_TEXTS = 100_000

/** Where an alias leads that is no use; the problem has been noted. */
const NOTHING = Symbol('nothing')

/** The key that puts the members of another mapping into one. */
const MERGE = '<<'

/** Nothing but separators. */
const BLANK = /^[\s,]*$/

/** A key of a mapping with what it stands for. */
export interface Member {
  readonly name: string
  readonly value: unknown
  readonly line: number
}

/** An item of a list. */
export interface Item {
  readonly node: unknown
  readonly line: number
}

/** The walk over one document: what it has found so far, and how much it may still look at. */
export class YamlWalk {
  readonly entries: ListEntry[] = []
  readonly problems: ListProblem[] = []
  readonly #document: Document.Parsed
  readonly #counter: LineCounter
  readonly #members = new WeakMap<YAMLMap, readonly Member[]>()
  #targets: ReadonlyMap<Alias, Node> | undefined
  #aliases = 0
  #texts = 0

  constructor(document: Document.Parsed, counter: LineCounter) {
    this.#document = document
    this.#counter = counter
  }

  /** Whether so much has been looked at that the rest is not. */
  get isExhausted(): boolean {
    return this.#aliases > MAX_ALIASES || this.#texts > this.#mostTexts
  }

  get #mostTexts(): number {
    return this.#aliases === 0 ? MAX_TEXTS : MAX_ALIASED_TEXTS
  }

  problem(line: number, message: string): void {
    this.problems.push({ line, message })
  }

  lineOf(node: unknown, fallback: number): number {
    if (!isNode(node) || !node.range) return fallback
    return Math.max(this.#counter.linePos(node.range[0]).line, 1)
  }

  /** The node itself, or the one that an alias stands for. */
  follow(node: unknown, line: number): unknown {
    if (!isAlias(node)) return node
    this.#aliases += 1
    if (this.#aliases === MAX_ALIASES + 1) this.problem(line, `more than ${MAX_ALIASES} aliases`)
    if (this.isExhausted) return NOTHING
    this.#targets ??= targetsOf(this.#document)
    const target = this.#targets.get(node)
    if (target === undefined) this.problem(line, `nothing has the anchor ${quote(node.source)}`)
    return target ?? NOTHING
  }

  /**
   * The members of a mapping, each with its line, and behind them those that `<<` merges into it, for
   * which its own come first. A key that occurs twice is a problem.
   */
  members(map: YAMLMap, line: number): readonly Member[] {
    const known = this.#members.get(map)
    if (known !== undefined) return known
    const own = map.items.map(({ key, value }) => ({
      name: isScalar(key) ? String(key.value) : '',
      value,
      line: this.lineOf(key, line),
    }))
    this.#refuseTwins(own)
    // A mapping that merges itself has nothing more than this.
    this.#members.set(map, own)
    const members = this.#withMerged(own)
    this.#members.set(map, members)
    return members
  }

  #withMerged(own: readonly Member[]): readonly Member[] {
    const merge = own.find(({ name }) => name === MERGE)
    if (merge === undefined) return own
    const members = own.filter(({ name }) => name !== MERGE)
    const names = new Set(members.map(({ name }) => name))
    const { line } = merge
    for (const map of this.#mergedMaps(merge)) {
      for (const member of this.members(map, line)) {
        if (names.has(member.name) || member.name === MERGE) continue
        if (!this.#mayRead(member.value, line)) return members
        names.add(member.name)
        members.push({ ...member, line })
      }
    }
    return members
  }

  /** The mapping behind `<<`, or those of the list there. */
  #mergedMaps({ value, line }: Member): readonly YAMLMap[] {
    const node = this.follow(value, line)
    const nodes = isSeq(node) ? node.items.map((item) => this.follow(item, line)) : [node]
    if (!nodes.every((one) => isMap(one) || one === NOTHING)) {
      this.problem(line, '"<<" merges a mapping, or a list of them')
    }
    return nodes.filter((one) => isMap(one))
  }

  #refuseTwins(members: readonly Member[]): void {
    const names = new Set<string>()
    for (const { name, line } of members) {
      if (names.has(name)) return this.problem(line, `the key ${quote(name)} occurs twice`)
      names.add(name)
    }
  }

  /** Whether the node has more than one line. */
  hasSeveralLines(node: unknown): boolean {
    if (!isNode(node) || !node.range) return false
    const [start, end] = node.range
    return this.#counter.linePos(start).line !== this.#counter.linePos(end).line
  }

  /** The mapping that stands there, if one does. */
  map(node: unknown, line: number): YAMLMap | undefined {
    const target = this.follow(node, line)
    return isMap(target) ? target : undefined
  }

  /** The items of the list that stands there, if one does, with their lines. */
  items(written: unknown, line: number): readonly Item[] | undefined {
    const node = this.follow(written, line)
    return isSeq(node) ? this.#itemsOf(node, written, line) : undefined
  }

  /** Whether `true` stands there. */
  isTrue(written: unknown): boolean {
    return isScalar(written) && written.value === true
  }

  /** A text that is not blank, trimmed; undefined, and the problem noted, for everything else. */
  text(written: unknown, line: number, name: string): string | undefined {
    const node = this.follow(written, line)
    if (!this.#mayRead(node, line)) return undefined
    const value: unknown = isScalar(node) ? node.value : node
    if (typeof value === 'string' && !BLANK.test(value)) return value.trim()
    if (value === null || value === undefined || typeof value === 'string') {
      this.problem(line, emptyText(name))
    } else if (isScalar(node)) {
      const shown = quote(node.source ?? typeof value)
      this.problem(line, `${name}: YAML does not read ${shown} as text; put it between quotes`)
    } else {
      this.problem(line, `${name}: expected a string`)
    }
    return undefined
  }

  /** As `text`, for tags, which may look like numbers: `3.20` is what it is written as. */
  verbatim(written: unknown, line: number, name: string): string | undefined {
    const node = this.follow(written, line)
    const isNumber = isScalar(node) && typeof node.value === 'number'
    if (!isNumber || node.source === undefined) return this.text(node, line, name)
    return this.#mayRead(node, line) ? node.source : undefined
  }

  /** The texts of a value that is one text or a list of them. */
  texts(written: unknown, line: number, name: string, verbatim = false): string[] {
    const node = this.follow(written, line)
    const items = isSeq(node)
      ? this.#itemsOf(node, written, line)
      : [{ node, line: isAlias(written) ? line : this.lineOf(node, line) }]
    if (items.length === 0) this.problem(this.lineOf(written, line), emptyText(name))
    const texts: string[] = []
    for (const item of items) {
      const text = verbatim
        ? this.verbatim(item.node, item.line, name)
        : this.text(item.node, item.line, name)
      if (text !== undefined) texts.push(text)
      if (this.isExhausted) break
    }
    return texts
  }

  /** What an alias stands for is at the line of the alias. */
  #itemsOf(list: YAMLSeq, written: unknown, line: number): readonly Item[] {
    return list.items.map((node) => ({
      node,
      line: isAlias(written) ? line : this.lineOf(node, line),
    }))
  }

  #mayRead(node: unknown, line: number): boolean {
    if (node === NOTHING || this.isExhausted) return false
    this.#texts += 1
    if (this.#texts > this.#mostTexts) this.problem(line, `more than ${this.#mostTexts} strings`)
    return true
  }
}

/** What each alias stands for: the last node before it, or around it, that has its anchor. */
function targetsOf(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node)
        return
      }
      const target = anchors.get(node.source)
      if (target !== undefined) targets.set(node, target)
    },
  })
  return targets
}

function emptyText(name: string): string {
  return name === 'the item'
    ? 'the item is empty'
    : `${name} is empty; give it a value or leave it out`
}
