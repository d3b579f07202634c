import { EOL } from 'node:os'
import { issueCommand, issueFileCommand, prepareKeyValueMessage } from './toolkit.ts'

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
  /**
   * Writes what `print` prints at once, because the runner wakes up for each write; and no later than that,
   * because of a process that is killed the log is all there is.
   */
  together(print: () => void): void
  /** Makes the runner print `***` instead of the value, from now on and for the rest of the job. */
  setSecret(value: string): void
  setOutput(name: string, value: string): void
  /** Fails the step with this message, once everything else is done; does not stop the process. */
  fail(message: string, properties?: AnnotationProperties): void
}

export interface AnnotationProperties {
  readonly title?: string
  /** Relative to the workspace. */
  readonly file?: string
  /** Counted from 1. */
  readonly line?: number
}

/** The commands as the runner understands them (GitHub Docs, "Workflow commands"). */
export const runnerCommands: Commands = {
  info: (line) => void process.stdout.write(`${line}${EOL}`),
  debug: (line) => issueCommand('debug', {}, line),
  warning: (message, properties) => issueCommand('warning', { ...properties }, message),
  error: (message, properties) => issueCommand('error', { ...properties }, message),
  isDebug: () => process.env['RUNNER_DEBUG'] === '1',
  startGroup: (name) => issueCommand('group', {}, name),
  endGroup: () => issueCommand('endgroup', {}, ''),
  together: (print) => {
    process.stdout.cork()
    try {
      print()
    } finally {
      process.stdout.uncork()
    }
  },
  setSecret: (value) => issueCommand('add-mask', {}, value),
  setOutput: (name, value) => {
    // Outside of a runner nobody takes outputs.
    if (!process.env['GITHUB_OUTPUT']) return
    issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value))
  },
  fail: (message, properties) => {
    process.exitCode = 1
    issueCommand('error', { ...properties }, message)
  },
}
