import type { ListContent, ListEntry, ListProblem } from './entry.ts'
import { readLine } from './line.ts'
import { readYaml } from './yaml.ts'

/** Reads a list in whichever notation it is; see `parseImageList`. */
export function readText(text: string): ListContent {
  const bare = text.replace(/^\uFEFF/, '')
  const lines = bare.split(/\r\n|[\r\n]/)
  const first = lines
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('#'))
  if (first !== undefined && isYaml(first)) return readYaml(bare)
  return isDockerfile(bare) ? { entries: [], problems: [DOCKERFILE] } : readLines(lines)
}

const DOCKERFILE: ListProblem = {
  line: 1,
  message:
    'this is a Dockerfile, which is not read; write a list: one image a line, SOURCE => DESTINATION',
}

function isDockerfile(text: string): boolean {
  return /^FROM\s/im.test(text) && /^(?:RUN|COPY|ADD|CMD|ENTRYPOINT|ENV|ARG|WORKDIR)\s/im.test(text)
}

/** Ten for each destination that a list may have. */
const MAX_LINES = 1_000_000
/** Room for every destination that a source may have. */
const MAX_LINE_LENGTH = 4 * 1024 * 1024

function readLines(lines: readonly string[]): ListContent {
  const entries: ListEntry[] = []
  const problems: ListProblem[] = []
  for (const [index, line] of lines.entries()) {
    const excess = excessOf(line, index)
    if (excess !== undefined) {
      problems.push({ line: index + 1, message: excess })
      break
    }
    const content = withoutComment(line)
    if (/^[\s,]*$/.test(content)) continue
    const entry = readLine(content, index + 1)
    if ('message' in entry) problems.push(entry)
    else entries.push(entry)
  }
  const withPlatforms = entries.filter(({ platforms }) => platforms !== undefined).length
  if (withPlatforms === 0) return { entries, problems }
  const own = withPlatforms === 1 ? 'has platforms of its own' : 'have platforms of their own'
  const note = `${withPlatforms} of ${entries.length} lines ${own} (--platform)`
  return { entries, problems, note }
}

function excessOf({ length }: string, index: number): string | undefined {
  if (index >= MAX_LINES) return `the list has more than ${MAX_LINES} lines`
  return length > MAX_LINE_LENGTH
    ? `the line is longer than ${MAX_LINE_LENGTH} characters`
    : undefined
}

function withoutComment(line: string): string {
  const comment = line.search(/(?:^|\s)#/)
  return comment === -1 ? line : line.slice(0, comment)
}

/**
 * Whether a text whose first line that counts is this is YAML. An IPv6 host opens with a bracket
 * too, but no YAML goes on after the closing one like this.
 */
function isYaml(line: string): boolean {
  if (/^--[a-z]/i.test(line)) return false
  if (line.startsWith('%')) return true
  if (/^[-[{]/.test(line)) return !/^\[[0-9A-Fa-f:.]*\](?::[0-9]*)?\//.test(line)
  const key = withoutComment(line).search(/:(?:\s|$)/)
  return key > 0 && !line.slice(0, key).includes('=>') && !/:\s+=>/.test(line)
}
