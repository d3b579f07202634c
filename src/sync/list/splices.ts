/** A key of an image, or an item, behind which a value begins that goes on in the next lines. */
const TEXT_HEADER =
  /^(\s*(?:-\s+)*)["']?(?:source|destination|platforms|tags|referrers|on-lost-referrers|attestations)["']?:(?:\s+(?![\s[{]).*)?$/
const JSON_HEADER = /^\s*(?:-\s+)*(?:["']?[\w-]+["']?:\s+)?[[{]/

/** A line that says by itself what it is: an item, a key, a comment, the end of something. */
const STRUCTURE = /^\s*(?:-(?:\s|$)|#|[\]}]|---|\.\.\.|["']?[\w-]+["']?:(?:\s|$))/

/**
 * Indents what an expression of a workflow has put into a YAML text. GitHub writes values of several
 * lines (docker/metadata-action's `tags`, everything that `toJSON` prints) as they are, and of them
 * the first line alone stands where YAML wants it. Lines keep their numbers; for texts that YAML
 * does not take otherwise.
 */
export function mendSplices(text: string): string {
  const mended: string[] = []
  let json: JsonBrackets | undefined
  let below: { readonly column: number; indent: number } | undefined
  for (const line of text.split('\n')) {
    const [, lead] = TEXT_HEADER.exec(line) ?? []
    if (json !== undefined) {
      mended.push(' '.repeat(json.indent) + line)
    } else if (below !== undefined && line.trim() !== '' && !STRUCTURE.test(line)) {
      const indent = indentOf(line)
      mended.push(' '.repeat(Math.max(below.indent - indent, 0)) + line)
      if (indent > below.column) below.indent = Math.max(below.indent, indent)
    } else {
      mended.push(line)
      if (line.trim() !== '') below = undefined
      if (lead !== undefined) below = { column: lead.length, indent: lead.length + 2 }
      else if (JSON_HEADER.test(line)) json = new JsonBrackets(indentOf(line) + 4)
    }
    json?.read(line)
    if (json?.isClosed === true) json = undefined
  }
  return mended.join('\n')
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

/** Counts the brackets of a JSON text, those in its strings left out. */
class JsonBrackets {
  /** What its further lines are indented by. */
  readonly indent: number
  #depth = 0
  #isString = false

  constructor(indent: number) {
    this.indent = indent
  }

  get isClosed(): boolean {
    return this.#depth === 0
  }

  read(line: string): void {
    for (const [token] of line.matchAll(/\\.|["[\]{}]/g)) {
      if (token === '"') this.#isString = !this.#isString
      else if (this.#isString || token.startsWith('\\')) continue
      else this.#depth += /[[{]/.test(token) ? 1 : -1
    }
  }
}
