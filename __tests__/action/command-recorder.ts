import type { Commands } from '../../src/action/commands.ts'

/** Writes down every command it is given, as `name: text`, in order. */
export interface CommandRecorder extends Commands {
  readonly lines: readonly string[]
  /** The texts of one command. */
  of(name: string): readonly string[]
}

export function recordCommands({ debug = false }: { debug?: boolean } = {}): CommandRecorder {
  const lines: string[] = []
  const record = (name: string, text: string) => {
    lines.push(`${name}: ${text}`)
  }
  return {
    lines,
    of: (name) =>
      lines
        .filter((line) => line.startsWith(`${name}: `))
        .map((line) => line.slice(name.length + 2)),
    info: (line) => record('info', line),
    debug: (line) => record('debug', line),
    warning: (message) => record('warning', message),
    error: (message, properties) =>
      record(
        'error',
        properties?.title === undefined ? message : `[${properties.title}] ${message}`,
      ),
    isDebug: () => debug,
    startGroup: (name) => record('group', name),
    endGroup: () => record('end', ''),
    together: (print) => print(),
    setSecret: (value) => record('secret', value),
    setOutput: (name, value) => record('output', `${name}=${value}`),
    fail: (message) => record('fail', message),
  }
}
