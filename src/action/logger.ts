import { harmlessLine } from '../registry/foreign-text.ts'
import type { Logger } from '../registry/logger.ts'
import type { Commands } from './commands.ts'

/** GitHub keeps ten annotations of a kind from one step and drops the others without a word. */
const MAX_ANNOTATIONS = 10

type Level = 'debug' | 'info' | 'warning'

/**
 * Prints to the job's log. Whatever is printed is one harmless line without secrets: the runner
 * reads the log and obeys lines that look like commands, and plain printing escapes nothing.
 */
export class ActionLogger implements Logger {
  readonly #commands: Commands
  /** Warnings that came when only the last annotation was left. */
  readonly #held: string[] = []
  readonly #warnings: string[] = []

  constructor(commands: Commands) {
    this.#commands = commands
  }

  /** The runner's debug switch. */
  get isDebugging(): boolean {
    return this.#commands.isDebug()
  }

  debug(message: string): void {
    if (this.isDebugging) this.#commands.debug(harmlessLine(message))
  }

  info(message: string): void {
    this.#commands.info(harmlessLine(message))
  }

  /** An annotation as long as GitHub shows them, after that a line of the log. See `finish`. */
  warning(message: string): void {
    const line = harmlessLine(message)
    this.#warnings.push(line)
    if (this.#warnings.length < MAX_ANNOTATIONS) {
      this.#commands.warning(line)
    } else {
      this.#held.push(line)
      this.info(`Warning: ${line}`)
    }
  }

  /** All that was warned of so far. */
  get warnings(): readonly string[] {
    return [...this.#warnings]
  }

  /** A log for one image, whose lines stay together although images are copied side by side. */
  bufferedLog(): BufferedLog {
    return new BufferedLog(this, this.#commands)
  }

  /** Spends the last annotation on the warnings that were held back. To be called at the end. */
  finish(): void {
    const [only, ...others] = this.#held
    if (only === undefined) return
    this.#commands.warning(
      others.length === 0 ? only : `… and ${this.#held.length} more warnings: see the log.`,
    )
    this.#held.length = 0
  }
}

/** Collects the lines of one image until it is done. */
export class BufferedLog implements Logger {
  readonly #logger: Logger
  readonly #commands: Pick<Commands, 'startGroup' | 'endGroup' | 'together'>
  #lines: { readonly level: Level; readonly message: string }[] = []

  constructor(logger: Logger, commands: Pick<Commands, 'startGroup' | 'endGroup' | 'together'>) {
    this.#logger = logger
    this.#commands = commands
  }

  get isDebugging(): boolean {
    return this.#logger.isDebugging !== false
  }

  debug(message: string): void {
    if (this.isDebugging) this.#lines.push({ level: 'debug', message })
  }

  info(message: string): void {
    this.#lines.push({ level: 'info', message })
  }

  warning(message: string): void {
    this.#lines.push({ level: 'warning', message })
  }

  /** Prints everything collected so far as one closed group with this title, and forgets it. */
  print(title: string): void {
    const lines = this.#lines
    this.#lines = []
    this.#commands.together(() => {
      this.#commands.startGroup(harmlessLine(title))
      for (const { level, message } of lines) this.#logger[level](message)
      this.#commands.endGroup()
    })
  }
}
