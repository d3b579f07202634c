import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLMap,
} from 'yaml'
import { quote } from '../oci/quote.ts'
import {
  type ListContent,
  type ListEntry,
  type ListProblem,
  readEntry,
  splitWords,
} from './image-list-entry.ts'

const KEYS: readonly string[] = ['source', 'destination', 'platforms']

/** Enough to share a list of platforms or destinations; a bomb of aliases needs more. */
const MAX_ALIASES = 100

/** Texts in all, aliases followed: a hundred thousand are more than any honest list has. */
const MAX_TEXTS = 100_000

/** Where an alias leads that is no use; the problem has been noted. */
const NOTHING = Symbol('nothing')

/** Nothing but separators. */
const BLANK = /^[\s,]*$/

/** Unknown keys that one message names. */
const NAMED_KEYS = 5

/** Reads a YAML (or JSON) list of strings and of objects; see `parseImageList` for the grammar. */
export function readYamlList(text: string): ListContent {
  const counter = new LineCounter()
  try {
    // Pretty errors and the check for unique keys both take quadratic time on hostile text.
    const document = parseDocument(text, {
      lineCounter: counter,
      prettyErrors: false,
      uniqueKeys: false,
      stringKeys: true,
    })
    const problems = syntaxProblems(document, counter)
    if (problems.length > 0) return { entries: [], problems }
    return new YamlList(document, counter).read()
  } catch (error) {
    // The parser is recursive, and nothing but its stack overflowing makes it throw.
    if (!(error instanceof RangeError)) throw error
    return { entries: [], problems: [{ line: 1, message: TOO_DEEP }] }
  }
}

const TOO_DEEP = 'not readable as YAML: it is nested too deeply'

/** The first error of every line; those that follow in a line come from the first, as a rule. */
function syntaxProblems(document: Document.Parsed, counter: LineCounter): ListProblem[] {
  const byLine = new Map<number, ListProblem>()
  for (const { pos, code, message } of document.errors) {
    const line = lineAt(counter, pos[0])
    if (byLine.has(line)) continue
    const deep = code === 'RESOURCE_EXHAUSTION'
    byLine.set(line, { line, message: deep ? TOO_DEEP : `not readable as YAML: ${message}` })
  }
  return [...byLine.values()]
}

function lineAt(counter: LineCounter, offset: number): number {
  return Math.max(counter.linePos(offset).line, 1)
}

/** The walk over one document: what it has found so far, and how much it may still look at. */
class YamlList {
  readonly #document: Document.Parsed
  readonly #counter: LineCounter
  readonly #entries: ListEntry[] = []
  readonly #problems: ListProblem[] = []
  #aliases = 0
  #texts = 0

  constructor(document: Document.Parsed, counter: LineCounter) {
    this.#document = document
    this.#counter = counter
  }

  read(): ListContent {
    const { contents } = this.#document
    if (isSeq(contents)) {
      for (const item of contents.items) {
        if (this.#exhausted()) break
        this.#readItem(item)
      }
    } else if (isMap(contents)) {
      this.#readItem(contents)
    } else if (!isScalar(contents) || contents.value !== null) {
      this.#problem(this.#lineOf(contents, 1), 'expected a YAML list of images')
    }
    return { entries: this.#entries, problems: this.#problems }
  }

  #exhausted(): boolean {
    return this.#aliases > MAX_ALIASES || this.#texts > MAX_TEXTS
  }

  #problem(line: number, message: string): void {
    this.#problems.push({ line, message })
  }

  #readItem(item: unknown): void {
    const line = this.#lineOf(item, 1)
    const node = this.#follow(item, line)
    if (isMap(node)) {
      this.#readObject(node, line)
    } else if (isSeq(node)) {
      this.#problem(line, 'a list inside the list; an image is a string or an object')
    } else {
      const text = this.#text(node, line, 'the item')
      if (text === undefined) return
      const entry = readEntry(text, line)
      if ('message' in entry) this.#problems.push(entry)
      else this.#entries.push(entry)
    }
  }

  #readObject(map: YAMLMap, line: number): void {
    const values = this.#members(map, line)
    const source = values.has('source')
      ? this.#text(this.#follow(values.get('source'), line), line, 'source')
      : undefined
    const destinations = this.#list(values, 'destination', line)
    const platforms = this.#list(values, 'platforms', line)
    if (source === undefined) return
    this.#entries.push({
      line,
      source,
      ...(destinations && { destinations: destinations.flatMap(splitWords) }),
      ...(platforms && platforms.length > 0 && { platforms: platforms.join(',') }),
    })
  }

  #members(map: YAMLMap, line: number): Map<string, unknown> {
    const values = new Map<string, unknown>()
    const unknown: string[] = []
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (!KEYS.includes(name)) unknown.push(name)
      else if (values.has(name)) this.#problem(line, `the key ${quote(name)} occurs twice`)
      values.set(name, value)
    }
    if (unknown.length > 0) this.#problem(line, unknownKeys(unknown, map.items.length))
    else if (!values.has('source')) this.#problem(line, 'the object has no source')
    return values
  }

  /** The strings under a key that takes one string or a list of them; undefined without the key. */
  #list(values: ReadonlyMap<string, unknown>, name: string, line: number): string[] | undefined {
    if (!values.has(name)) return undefined
    const written = values.get(name)
    const node = this.#follow(written, line)
    const items: readonly unknown[] = isSeq(node) ? node.items : [node]
    if (items.length === 0) this.#problem(this.#lineOf(node, line), emptyText(name))
    const texts: string[] = []
    for (const item of items) {
      const at = isAlias(written) ? line : this.#lineOf(item, line)
      const text = this.#text(this.#follow(item, at), at, name)
      if (text !== undefined) texts.push(text)
      if (this.#exhausted()) break
    }
    return texts
  }

  /** The node itself, or the one that an alias stands for. */
  #follow(node: unknown, line: number): unknown {
    if (!isAlias(node)) return node
    this.#aliases += 1
    if (this.#aliases === MAX_ALIASES + 1) this.#problem(line, `more than ${MAX_ALIASES} aliases`)
    if (this.#exhausted()) return NOTHING
    const target = node.resolve(this.#document)
    if (target === undefined) this.#problem(line, `nothing has the anchor ${quote(node.source)}`)
    return target ?? NOTHING
  }

  #text(node: unknown, line: number, name: string): string | undefined {
    if (node === NOTHING || this.#exhausted()) return undefined
    this.#texts += 1
    if (this.#texts > MAX_TEXTS) this.#problem(line, `more than ${MAX_TEXTS} strings`)
    const value: unknown = isScalar(node) ? node.value : node
    if (typeof value === 'string' && !BLANK.test(value)) return value.trim()
    if (value === null || value === undefined || typeof value === 'string') {
      this.#problem(line, emptyText(name))
    } else if (isScalar(node)) {
      const shown = quote(node.source ?? typeof value)
      this.#problem(line, `${name}: YAML does not read ${shown} as text; put it between quotes`)
    } else {
      this.#problem(line, `${name}: expected a string`)
    }
    return undefined
  }

  #lineOf(node: unknown, fallback: number): number {
    return isNode(node) && node.range ? lineAt(this.#counter, node.range[0]) : fallback
  }
}

function emptyText(name: string): string {
  return name === 'the item'
    ? 'the item is empty'
    : `${name} is empty; give it a value or leave it out`
}

function unknownKeys(unknown: readonly string[], size: number): string {
  const named = unknown.slice(0, NAMED_KEYS).map((name) => quote(name))
  const rest = unknown.length > NAMED_KEYS ? ` and ${unknown.length - NAMED_KEYS} more` : ''
  const hint = size === 1 ? ' (a reference has no blank after its colon)' : ''
  const keys = unknown.length === 1 ? 'key' : 'keys'
  return `unknown ${keys} ${named.join(', ')}${rest}; source, destination and platforms are accepted${hint}`
}
