import { knownSecrets } from './known-secrets.ts'

/** Enough for any honest error message, short enough that a thousand of them stay readable. */
const DEFAULT_LIMIT = 512

/**
 * What is looked at of a text that is longer than it may be: room for blanks, escape sequences and
 * queries that are left out of it.
 */
const LOOKED_AT = 8

/**
 * Makes text from a registry harmless for a log line, an annotation or an output: no secret that was
 * used in a request, one line, no control characters, nothing that the runner takes for a workflow
 * command, no URL queries (they carry signatures and upload states), no user info in URLs, and at
 * most `limit` UTF-16 code units, of which the last is `…` when something was cut. Secrets come
 * first, because what is left out or replaced after that may stand in the middle of one.
 */
export function foreignText(text: string, limit: number = DEFAULT_LIMIT): string {
  const known = knownSecrets.redact(cut(text, LOOKED_AT * Math.max(limit, 1)))
  const line = clean(dropUrlSecrets(known).replace(/\s+/g, ' ').trim())
  return cut(line.replace(/ {2,}/g, ' ').trim(), limit)
}

/**
 * The part of `foreignText` that holds for every printed line, our own ones too: a single line
 * without secrets, control characters, escape sequences, invisible or bidirectional formatting
 * characters, and without the openers of workflow commands. Blanks and the length stay as they are.
 */
export function harmlessLine(text: string): string {
  return clean(knownSecrets.redact(text))
}

function clean(text: string): string {
  return breakCommands(
    text
      .toWellFormed()
      .replace(ESCAPE_SEQUENCE, ' ')
      .replace(CONTROL_OR_BREAK, ' ')
      .replace(INVISIBLE, '\uFFFD'),
  )
}

/**
 * ECMA-48 escape sequences: CSI (colours, cursor), OSC (titles, links), and the two-byte ones. What
 * begins one ends the search for the end of another, so that the text is gone through once.
 */
const ESCAPE_SEQUENCE =
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B\]|\u009D)[^\u0007\u001B\u009C\u009D]*(?:\u0007|\u001B\\|\u009C)|\u001B[@-Z\\-_]/g

const CONTROL_OR_BREAK = /[\p{Cc}\p{Zl}\p{Zp}]/gu

/**
 * Bidirectional overrides and characters without a glyph. The runner is a .NET program, whose
 * comparisons may skip invisible characters, so none of them can hide an opener from the next step.
 */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/**
 * The runner takes a line for a command when it starts with `::`, blanks before it ignored, or when
 * it holds `##[` anywhere (the older syntax, still parsed).
 */
function breakCommands(line: string): string {
  return line.replaceAll('##[', '## [').replace(/^([\s\uFFFD]*):(?=:)/u, '$1: ')
}

/** A URL in running text, from the scheme's colon on; it ends where prose or markup goes on. */
const ABSOLUTE_URL = /:\/\/[^\s"<>`]+/g

/** The query of a relative URL; the `=` tells it from a question mark in a sentence. */
const RELATIVE_QUERY = /\?[^\s"<>`?=]*=[^\s"<>`]*/g

function dropUrlSecrets(text: string): string {
  return text
    .replace(ABSOLUTE_URL, (url) => url.replace(/[?#].*$/s, '').replace(/^:\/\/[^/]*@/, '://'))
    .replace(RELATIVE_QUERY, '')
}

function cut(line: string, limit: number): string {
  if (line.length <= limit) return line
  // A surrogate pair must not be cut in two.
  const kept = line.slice(0, Math.max(limit - 1, 0)).replace(/[\uD800-\uDBFF]$/, '')
  return `${kept}…`
}
