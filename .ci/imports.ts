import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'

/** A TypeScript file and what it imports, types included. */
export interface Module {
  /** Path relative to the repository, with forward slashes. */
  readonly file: string
  readonly lines: number
  /** Paths relative to the repository for siblings, else the specifier as it is written. */
  readonly imports: readonly string[]
}

/** Every TypeScript file below a directory of the repository, sorted; none if it does not exist. */
export function readModules(root: string, directory: string): readonly Module[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => posix.join(directory, name.split(sep).join('/')))
    .sort()
    .map((file) => parseModule(file, readFileSync(join(root, file), 'utf8')))
}

export function parseModule(file: string, source: string): Module {
  return {
    file,
    lines: source.split('\n').length - (source.endsWith('\n') ? 1 : 0),
    imports: importSpecifiers(source).map((specifier) =>
      specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier,
    ),
  }
}

const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm

/** `import … from`, `export … from` and a bare `import`, at the start of a line as the formatter puts them. */
const STATEMENT = /^(?:import|export)\b(?:[\w\s{},*$]*\bfrom)?\s*['"]([^'"]+)['"]/gm

/** `import('…')`, of a value or of a type, and what CommonJS offers for the same. */
const CALL = /\b(?:import|require|getBuiltinModule)\s*\(\s*['"]([^'"]+)['"]/g

/** Read without a compiler: the sources are formatted by one tool, and the forms above are all there are. */
function importSpecifiers(source: string): readonly string[] {
  const code = source.replaceAll(COMMENTS, '')
  return [STATEMENT, CALL].flatMap((form) =>
    [...code.matchAll(form)].flatMap((match) => match[1] ?? []),
  )
}

/** `node:fs/promises` and `fs/promises` are both `fs`; undefined for anything that is not Node's. */
export function nodeModule(specifier: string): string | undefined {
  const name = specifier.replace(/^node:/, '').split('/')[0] ?? ''
  return specifier.startsWith('node:') || BARE_NODE_MODULES.has(name) ? name : undefined
}

/** The ones that reach out of the process and can be named without `node:`. */
const BARE_NODE_MODULES: ReadonlySet<string> = new Set([
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'fs',
  'http',
  'http2',
  'https',
  'net',
  'os',
  'process',
  'tls',
  'worker_threads',
])
