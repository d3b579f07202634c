/** A text to compare with: exactly, or with wildcards. Never a regular expression of the user's. */
export type Pattern = (text: string) => boolean

const SPECIAL = /[\\^$.*+?()[\]{}|]/g

/**
 * Reads a glob: `*` is anything but a slash, `**` anything at all, and every other character stands
 * for itself. The whole text has to match.
 */
export function readPattern(glob: string): Pattern {
  if (!glob.includes('*')) return (text) => text === glob
  const source = glob
    .split(/(\*{2,}|\*)/)
    .map((part) => {
      if (part === '*') return '[^/]*'
      return part.startsWith('**') ? '.*' : part.replaceAll(SPECIAL, String.raw`\$&`)
    })
    .join('')
  const form = new RegExp(`^${source}$`, 's')
  return (text) => form.test(text)
}

/** Whether a glob says nothing at all: it consists of wildcards alone. */
export function isBare(glob: string): boolean {
  return /^[*/]+$/.test(glob)
}
