import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync } from 'node:fs'
import { EOL } from 'node:os'

// What the runner understands (GitHub Docs, "Workflow commands for GitHub Actions"). The toolkit knows
// more of it, and every run would load the HTTP client that it needs for that.

/** `::name key=value,…::message`; what has no value is left out. */
export function formatCommand(
  name: string,
  message: string,
  properties: Readonly<Record<string, string | undefined>> = {},
): string {
  const list = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${key}=${escapeProperty(value)}`],
  )
  return `::${name}${list.length === 0 ? '' : ` ${list.join(',')}`}::${escapeData(message)}`
}

/**
 * Appends an output to the file that the runner reads outputs from, between two lines that no value
 * can know beforehand. Throws where the file is not there.
 */
export function appendOutput(file: string, name: string, value: string): void {
  // What would be made anew here, nobody would read.
  if (!existsSync(file)) throw new Error(`there is no file for outputs at ${file}`)
  const delimiter = `ghadelimiter_${randomUUID()}`
  appendFileSync(file, [`${name}<<${delimiter}`, value, delimiter, ''].join(EOL))
}

/** Name of the environment variable in which the runner hands over an input. */
export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
