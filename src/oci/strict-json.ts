import { FormatError } from './errors.ts'
import { quote } from './quote.ts'

export interface JsonLimits {
  /** Objects and arrays inside one another. */
  readonly maxDepth?: number
  /** Values of any kind, members of objects included. */
  readonly maxValues?: number
  /**
   * Names of members whose value is a map with keys of somebody's own (annotations, labels). Inside
   * them names that differ only in case are two names.
   */
  readonly freeMaps?: readonly string[]
}

/** Manifests and image configs nest about six deep; the rest is room for extensions. */
const MAX_DEPTH = 64

/**
 * Keeps what a small body of many tiny values (`[[],[],…`) can turn into in memory to a few ten
 * megabytes; the largest honest manifests hold some ten thousand values.
 */
const MAX_VALUES = 500_000

/** An object or array that is open while the text is scanned. */
interface Frame {
  readonly open: '{' | '['
  readonly freeMap: boolean
  /** Names seen so far, by the form in which they are compared. */
  readonly names: Map<string, string>
  key: string | undefined
  index: number
  expectsName: boolean
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/**
 * Reads one JSON value as all parsers would read it (I-JSON, RFC 7493). Refused is whatever one
 * program could understand in another way than the next one: invalid UTF-8, a byte order mark,
 * duplicate names, names that differ only in case (Go's decoder takes them for the same), the name
 * `__proto__`, integers that a double cannot hold. Takes linear time and no stack.
 * @throws FormatError of kind `json` that names the place as a path such as `manifests[2].size`
 */
export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits = {}): unknown {
  const text = decode(bytes)
  scan(text, limits)
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch (error) {
    throw new FormatError('json', `not valid JSON: ${whereItFails(text, error)}`, { cause: error })
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Uint8Array): string {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch (error) {
    throw new FormatError('json', 'not valid JSON: it is not UTF-8', { cause: error })
  }
  if (text.startsWith('\uFEFF')) {
    throw new FormatError('json', 'not valid JSON: it starts with a byte order mark')
  }
  return text
}

/** Where it goes wrong; for what is no JSON at all (a proxy's HTML page), how it starts. */
function whereItFails(text: string, error: unknown): string {
  const start = text.slice(0, 1024).trimStart()
  if (start === '') return 'it is empty'
  if (!/^[[{]/.test(start)) return `it starts with ${quote(start.slice(0, 24))}`
  const message = error instanceof Error ? error.message : ''
  if (message.includes('end of JSON')) return 'it ends too early'
  return `it has a mistake${/ at position \d+/.exec(message)?.[0] ?? ''}`
}

/**
 * Finds what `JSON.parse` lets pass. On text that is no JSON it may find anything, since the parser
 * that follows refuses that text.
 */
function scan(text: string, limits: JsonLimits): void {
  const maxDepth = limits.maxDepth ?? MAX_DEPTH
  const maxValues = limits.maxValues ?? MAX_VALUES
  const freeMaps = new Set(limits.freeMaps)
  const frames: Frame[] = []
  let values = 0
  let at = 0
  while (at < text.length) {
    const character = text.charAt(at)
    const frame = frames.at(-1)
    switch (character) {
      case '{':
      case '[':
        if (frames.length >= maxDepth) {
          throw problem(frames, `more than ${maxDepth} objects and arrays inside one another`)
        }
        frames.push(openFrame(character, frame, freeMaps))
        values += 1
        at += 1
        break
      case '}':
      case ']':
        frames.pop()
        at += 1
        break
      case ',':
        if (frame !== undefined) nextMember(frame)
        at += 1
        break
      case '"': {
        const end = endOfString(text, at)
        if (frame?.expectsName === true) addName(frames, frame, text.slice(at, end))
        values += 1
        at = end
        break
      }
      default:
        if (isNumberStart(character)) {
          at = checkNumber(frames, text, at)
          values += 1
        } else {
          at += 1
        }
    }
    if (values > maxValues) throw problem([], `more than ${maxValues} values`)
  }
}

function openFrame(
  open: '{' | '[',
  parent: Frame | undefined,
  freeMaps: ReadonlySet<string>,
): Frame {
  const name = parent?.key
  const freeMap = parent?.freeMap === true || (name !== undefined && freeMaps.has(name))
  const expectsName = open === '{'
  return { open, freeMap, names: new Map(), key: undefined, index: 0, expectsName }
}

function nextMember(frame: Frame): void {
  frame.index += 1
  frame.expectsName = frame.open === '{'
}

/** The position after the closing quote, or the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    if (!isEscaped(text, at)) return at + 1
  }
  return text.length
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text.charAt(first - 1) === '\\') first -= 1
  return (at - first) % 2 === 1
}

function addName(frames: readonly Frame[], frame: Frame, token: string): void {
  const name = decodeName(token)
  frame.expectsName = false
  frame.key = name
  if (name === '__proto__') throw problem(frames, 'the name "__proto__" is not allowed')
  const compared = frame.freeMap ? name : foldCase(name)
  const twin = frame.names.get(compared)
  if (twin === name) throw problem(frames, 'the name occurs twice in one object')
  if (twin !== undefined) {
    throw problem(frames, `the name differs only in case from ${quote(twin)} in the same object`)
  }
  frame.names.set(compared, name)
}

function decodeName(token: string): string {
  if (!token.includes('\\')) return token.slice(1, -1)
  try {
    const name: unknown = JSON.parse(token)
    return String(name)
  } catch (error) {
    throw new FormatError('json', 'not valid JSON: a name has a bad escape', { cause: error })
  }
}

/** Upper case first, so that U+017F falls together with s, and U+212A with k, as it does in Go. */
function foldCase(name: string): string {
  return name.toUpperCase().toLowerCase()
}

function isNumberStart(character: string): boolean {
  return character === '-' || (character >= '0' && character <= '9')
}

function checkNumber(frames: readonly Frame[], text: string, start: number): number {
  NUMBER.lastIndex = start
  const token = NUMBER.exec(text)?.[0] ?? '-'
  const value = Number(token)
  if (!Number.isFinite(value) && token !== '-') throw problem(frames, 'the number is too large')
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw problem(frames, 'the integer is beyond 2^53 - 1')
  }
  return start + token.length
}

function problem(frames: readonly Frame[], message: string): FormatError {
  const path = pathOf(frames)
  return new FormatError('json', path === '' ? message : `${path}: ${message}`)
}

function pathOf(frames: readonly Frame[]): string {
  let path = ''
  for (const { open, key, index } of frames) {
    if (open === '[') path += `[${index}]`
    else if (key !== undefined) path = formatMember(path, key)
  }
  return path
}

/** `parent.name`, or `parent["some name"]` where the name is no plain word. */
export function formatMember(parent: string, name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(name)) return `${parent}[${quote(name)}]`
  return parent === '' ? name : `${parent}.${name}`
}
