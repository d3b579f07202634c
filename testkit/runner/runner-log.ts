import { SecretMasker } from './secret-masker.ts'
import { parseWorkflowCommand, type WorkflowCommand } from './workflow-command.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  /** Masked, line breaks unescaped. */
  readonly message: string
  /** `title`, `file`, `line`, … */
  readonly properties: Readonly<Record<string, string>>
}

export interface LogGroup {
  readonly name: string
  readonly lines: string[]
}

/** What the runner makes of a step's output: the log that people see, annotations, groups, masks. */
export class RunnerLog {
  /** As people see it. */
  readonly lines: string[] = []
  /** The same before masking: what would be seen if the runner masked nothing. */
  readonly unmasked: string[] = []
  readonly annotations: Annotation[] = []
  readonly groups: LogGroup[] = []
  /** Values of `::add-mask::`, in order. */
  readonly masks: string[] = []
  /** Commands that a modern action has no business with: `set-output`, `save-state`, `set-env`, … */
  readonly legacyCommands: WorkflowCommand[] = []
  readonly #masker = new SecretMasker()
  readonly #showDebug: boolean
  #group: LogGroup | undefined
  #resume: string | undefined

  /** `secrets` are known to the runner before the step starts. */
  constructor(options: { secrets: readonly string[]; showDebug: boolean }) {
    for (const secret of options.secrets) this.#masker.add(secret)
    this.#showDebug = options.showDebug
  }

  /** One line without its end. */
  add(line: string) {
    const command = parseWorkflowCommand(line, this.#resume)
    if (this.#resume !== undefined) {
      if (command?.name === this.#resume) this.#resume = undefined
      this.#show(line)
    } else if (command === undefined) {
      this.#show(line)
    } else {
      this.#obey(command)
    }
  }

  #obey(command: WorkflowCommand) {
    const { name, data } = command
    if (name === 'add-mask') {
      this.masks.push(data)
      this.#masker.add(data)
    } else if (name === 'stop-commands') {
      this.#resume = data.toLowerCase()
    } else if (name === 'group') {
      this.#show(`##[group]${data}`)
      this.#group = { name: this.#masker.mask(data), lines: [] }
      this.groups.push(this.#group)
    } else if (name === 'endgroup') {
      this.#group = undefined
      this.#show('##[endgroup]')
    } else if (name === 'debug') {
      if (this.#showDebug) this.#showLines('debug', data)
    } else if (name === 'error' || name === 'warning' || name === 'notice') {
      this.#annotate(name, command)
    } else {
      this.legacyCommands.push(command)
    }
  }

  #annotate(level: Annotation['level'], { data, properties }: WorkflowCommand) {
    this.annotations.push({ level, message: this.#masker.mask(data), properties })
    this.#showLines(level, data)
  }

  #showLines(level: string, data: string) {
    for (const line of data.split('\n')) this.#show(`##[${level}]${line}`)
  }

  #show(line: string) {
    const masked = this.#masker.mask(line)
    this.unmasked.push(line)
    this.lines.push(masked)
    if (!line.startsWith('##[group]')) this.#group?.lines.push(masked)
  }
}
