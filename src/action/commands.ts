import { EOL } from 'node:os'
import { appendOutput, formatCommand } from './workflow-commands.ts'

/** The runner's workflow commands that this action uses; passed in, so that tests can record them. */
export interface Commands {
  /** Prints one line. The runner reads it too, so it must be harmless: see `ActionLogger`. */
  info(line: string): void
  debug(line: string): void
  warning(message: string, properties?: AnnotationProperties): void
  error(message: string, properties?: AnnotationProperties): void
  /** Whether the runner's debug switch is on. */
  isDebug(): boolean
  startGroup(name: string): void
  endGroup(): void
  /** Makes the runner print `***` instead of the value, from now on and for the rest of the job. */
  setSecret(value: string): void
  setOutput(name: string, value: string): void
  /** Fails the step with this message, once everything else is done; does not stop the process. */
  fail(message: string): void
}

export interface AnnotationProperties {
  readonly title?: string
}

/** The commands as the runner understands them. */
export const runnerCommands: Commands = {
  info: print,
  debug: (line) => print(formatCommand('debug', line)),
  warning: (message, properties) => print(formatCommand('warning', message, { ...properties })),
  error: (message, properties) => print(formatCommand('error', message, { ...properties })),
  isDebug: () => process.env['RUNNER_DEBUG'] === '1',
  startGroup: (name) => print(formatCommand('group', name)),
  endGroup: () => print(formatCommand('endgroup', '')),
  setSecret: (value) => print(formatCommand('add-mask', value)),
  setOutput: (name, value) => {
    const file = process.env['GITHUB_OUTPUT'] ?? ''
    // Outside of a runner nobody takes outputs.
    if (file !== '') appendOutput(file, name, value)
  },
  fail: (message) => {
    process.exitCode = 1
    print(formatCommand('error', message))
  },
}

function print(line: string): void {
  process.stdout.write(`${line}${EOL}`)
}
