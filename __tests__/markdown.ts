/** A fenced block of a page. */
export interface Fence {
  /** 1-based line of the opening fence. */
  readonly line: number
  readonly language: string
  /** What follows the language, such as the name of the file that the block shows. */
  readonly info: string
  readonly text: string
}

/** A table; cells are Markdown. */
export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export interface Link {
  readonly line: number
  readonly target: string
}

export function fencesOf(markdown: string): readonly Fence[] {
  const fences: Fence[] = []
  let open: (Omit<Fence, 'text'> & { readonly lines: string[] }) | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\S*) ?(.*)$/.exec(line)
    if (fence === null) {
      open?.lines.push(line)
    } else if (open === undefined) {
      open = { line: index + 1, language: fence[1] ?? '', info: fence[2] ?? '', lines: [] }
    } else {
      const { lines, ...rest } = open
      fences.push({ ...rest, text: lines.map((text) => `${text}\n`).join('') })
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`the block of line ${open.line} is not closed`)
  return fences
}

export function tablesOf(markdown: string): readonly Table[] {
  const tables: { header: readonly string[]; rows: (readonly string[])[] }[] = []
  let inside = false
  for (const line of prose(markdown)) {
    if (!line.startsWith('|')) {
      inside = false
    } else if (!inside) {
      tables.push({ header: cellsOf(line), rows: [] })
      inside = true
    } else if (!/^[|\s:-]+$/.test(line)) {
      tables.at(-1)?.rows.push(cellsOf(line))
    }
  }
  return tables
}

/** What stands between backticks. */
export function codeSpans(markdown: string): readonly string[] {
  return [...markdown.matchAll(/`([^`]+)`/g)].flatMap((match) => match[1] ?? [])
}

/** The text without fenced blocks, which keep their lines as empty ones. */
export function prose(markdown: string): readonly string[] {
  let inside = false
  return markdown.split('\n').map((line) => {
    const fence = line.startsWith('```')
    if (fence) inside = !inside
    return fence || inside ? '' : line
  })
}

export function linksOf(markdown: string): readonly Link[] {
  return prose(markdown).flatMap((line, index) =>
    [...line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) =>
      target === undefined ? [] : [{ line: index + 1, target }],
    ),
  )
}

/** The anchors that GitHub gives to the headings. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = prose(markdown).flatMap((line) => /^#+ (.*)$/.exec(line)?.[1] ?? [])
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  )
}

function cellsOf(row: string): readonly string[] {
  return row
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
}
