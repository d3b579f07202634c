export interface WorkflowCommand {
  /** Lower case. */
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

/** The commands that the runner registers; a line with any other name is plain text to it. */
const KNOWN = new Set([
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'internal-set-repo-path',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
])

const DATA_ESCAPES = { '%0D': '\r', '%0A': '\n', '%25': '%' }
const PROPERTY_ESCAPES = { ...DATA_ESCAPES, '%3A': ':', '%2C': ',' }
const LEGACY_ESCAPES = { '%0D': '\r', '%0A': '\n', '%3B': ';', '%5D': ']', '%25': '%' }

/**
 * The command in a line, if the runner would see one: `::name key=value,…::data` behind nothing but
 * blanks, or the old `##[name key=value;…]data` anywhere in the line. `resume` is the token that
 * ends `stop-commands`.
 */
export function parseWorkflowCommand(line: string, resume?: string): WorkflowCommand | undefined {
  const known = (name: string) => KNOWN.has(name) || name === resume
  return parseCurrent(line, known) ?? parseLegacy(line, known)
}

function parseCurrent(line: string, known: (name: string) => boolean): WorkflowCommand | undefined {
  const text = line.trimStart()
  if (!text.startsWith('::')) return undefined
  const end = text.indexOf('::', 2)
  if (end < 0) return undefined
  const { name, rest } = headOf(text.slice(2, end))
  if (!known(name)) return undefined
  return {
    name,
    properties: propertiesOf(rest, ',', PROPERTY_ESCAPES),
    data: unescaped(text.slice(end + 2), DATA_ESCAPES),
  }
}

function parseLegacy(line: string, known: (name: string) => boolean): WorkflowCommand | undefined {
  const start = line.indexOf('##[')
  if (start < 0) return undefined
  const end = line.indexOf(']', start)
  if (end < 0) return undefined
  const { name, rest } = headOf(line.slice(start + 3, end))
  if (!known(name)) return undefined
  return {
    name,
    properties: propertiesOf(rest, ';', LEGACY_ESCAPES),
    data: unescaped(line.slice(end + 1), LEGACY_ESCAPES),
  }
}

function headOf(info: string): { name: string; rest: string } {
  const space = info.indexOf(' ')
  if (space < 0) return { name: info.toLowerCase(), rest: '' }
  return { name: info.slice(0, space).toLowerCase(), rest: info.slice(space + 1).trim() }
}

function propertiesOf(text: string, separator: string, escapes: Record<string, string>) {
  const pairs = text.split(separator).flatMap((pair) => {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, Math.max(equals, 0)).trim()
    return name === '' ? [] : [[name, unescaped(pair.slice(equals + 1), escapes)] as const]
  })
  return Object.fromEntries(pairs)
}

function unescaped(text: string, escapes: Record<string, string>): string {
  return text.replace(/%[0-9A-F]{2}/g, (code) => escapes[code] ?? code)
}
