import { quote } from '../oci/quote.ts'
import { inputDefaults } from './input-defaults.ts'
import { type InputName, inputNames } from './input-names.ts'

/** One thing that is wrong with one input. */
export interface InputProblem {
  readonly input: string
  /** The input, and where in it, for people: `images, line 3`. */
  readonly place: string
  readonly message: string
  /** Where it stands in a file, relative to the workspace. */
  readonly file?: string
  readonly line?: number
}

/** Problems that the message spells out: people mend the first few and run again. */
const SHOWN_PROBLEMS = 20

/** Inputs that cannot be used; `problems` has all that is wrong with them. */
export class InputError extends Error {
  readonly problems: readonly InputProblem[]
  /** What the log is to say of how the inputs were read. */
  readonly notes: readonly string[]

  constructor(problems: readonly InputProblem[], notes: readonly string[] = []) {
    super(describe(problems))
    this.name = 'InputError'
    this.problems = problems
    this.notes = notes
  }
}

/**
 * Reads single values and notes what is wrong with them, so that a user sees every problem at once.
 * A method that notes a problem returns a stand-in, which is thrown away with everything else.
 */
export class InputReader {
  readonly #getInput: (name: string) => string
  readonly #problems: InputProblem[] = []

  constructor(getInput: (name: string) => string) {
    this.#getInput = getInput
  }

  /** The value without blanks around it; the default when it is blank. */
  text(name: InputName): string {
    return this.#getInput(name).trim() || inputDefaults[name]
  }

  /** Whether there is more than blanks. */
  given(name: InputName): boolean {
    return this.#getInput(name).trim() !== ''
  }

  /**
   * The value as it was given, for texts whose lines are counted; without the byte order mark that a
   * file may have brought along.
   */
  rawText(name: InputName): string {
    return this.#getInput(name).replace(/^\uFEFF/, '')
  }

  boolean(name: InputName): boolean {
    const value = this.text(name).toLowerCase()
    if (value !== 'true' && value !== 'false') this.refuse(name, 'true or false')
    return value === 'true'
  }

  /** A whole number in decimal digits, without sign or unit. */
  integer(name: InputName, { min, max }: { readonly min: number; readonly max: number }): number {
    const value = this.text(name)
    const number = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN
    if (number >= min && number <= max) return number
    this.refuse(name, `a whole number from ${min} to ${max}`)
    return min
  }

  choice<const Choice extends string>(
    name: InputName,
    choices: readonly [Choice, ...Choice[]],
  ): Choice {
    const value = this.text(name)
    const found = choices.find((choice) => choice === value)
    if (found === undefined) this.refuse(name, alternatives(choices))
    return found ?? choices[0]
  }

  /** Takes the message of what `read` throws for the problem. */
  parsed<Value>(name: InputName, standIn: Value, read: (text: string) => Value): Value {
    try {
      return read(this.text(name))
    } catch (error) {
      this.problem(name, error instanceof Error ? error.message : 'cannot be read')
      return standIn
    }
  }

  problem(input: InputName, message: string, place: string = input): void {
    this.note({ input, place, message })
  }

  /** Takes in a problem that has a place of its own. */
  note(problem: InputProblem): void {
    this.#problems.push(problem)
  }

  /** @throws InputError if any problem was noted, with all of them in the order of the inputs */
  throwProblems(notes: readonly string[] = []): void {
    if (this.#problems.length === 0) return
    throw new InputError(
      this.#problems.toSorted((a, b) => position(a) - position(b)),
      notes,
    )
  }

  /** Says what was given, and what is accepted. */
  refuse(name: InputName, accepted: string): void {
    this.problem(name, `${quote(this.text(name))} is not accepted; expected ${accepted}`)
  }
}

function describe(problems: readonly InputProblem[]): string {
  const lines = problems
    .slice(0, SHOWN_PROBLEMS)
    .map(({ place, message }) => `${place}: ${message}`)
  if (problems.length === 1) return `Input ${lines.join('')}`
  const rest = problems.length - lines.length
  return [
    `${problems.length} problems with the inputs:`,
    ...lines.map((line) => `- ${line}`),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ].join('\n')
}

function position({ input }: InputProblem): number {
  return inputNames.findIndex((name) => name === input)
}

/** `warn or fail`; `overwrite, skip or fail` */
function alternatives(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`
}
