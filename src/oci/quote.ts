/** Characters of foreign text that an error message repeats: enough for any real reference. */
const QUOTE_LIMIT = 160

/**
 * Text between double quotes for use in an error message: control characters and everything else
 * that is invisible (line breaks, bidirectional overrides, lone surrogates) is written as an
 * escape, and the text is cut to 160 characters.
 */
export function quote(text: string): string {
  const shown = text.length > QUOTE_LIMIT ? `${text.slice(0, QUOTE_LIMIT)}…` : text
  return `"${escaped(shown)}"`
}

/** Text as `quote` writes it between the quotes, uncut. */
export function escaped(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}"\\]/gu, escapeCharacter)
}

function escapeCharacter(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
