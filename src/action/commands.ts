import * as core from '@actions/core'

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
  info: (line) => core.info(line),
  debug: (line) => core.debug(line),
  warning: (message, properties) => core.warning(message, { ...properties }),
  error: (message, properties) => core.error(message, { ...properties }),
  isDebug: () => core.isDebug(),
  startGroup: (name) => core.startGroup(name),
  endGroup: () => core.endGroup(),
  setSecret: (value) => core.setSecret(value),
  setOutput: (name, value) => core.setOutput(name, value),
  fail: (message) => core.setFailed(message),
}
