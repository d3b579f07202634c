import { quote } from '../oci/quote.ts'
import { InputError, type InputProblem } from '../action/input-reader.ts'
import { nearMisses } from '../action/near-misses.ts'

/** What the step was asked for, checked. */
export interface MergeInputs {
  /** Paths and globs, relative to the workspace. */
  readonly reports: readonly string[]
  readonly summary: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** In the order of its action.yml. */
export const inputNames = ['reports', 'summary'] as const
const PREFIX = 'INPUT_'

/** @throws InputError with everything that is wrong with them */
export function readMergeInputs(environment: Environment): MergeInputs {
  const text = (name: (typeof inputNames)[number]): string =>
    environment[`${PREFIX}${name.toUpperCase()}`]?.trim() ?? ''
  const reports = text('reports')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const summary = text('summary').toLowerCase() || 'true'
  const problems: InputProblem[] = nearMisses(givenNames(environment), inputNames).map(
    ({ given, meant }) => problem(given, `there is no such input; it is called ${meant}`),
  )
  if (reports.length === 0) {
    problems.push(problem('reports', 'no report is named; give paths or globs, one a line'))
  }
  if (summary !== 'true' && summary !== 'false') {
    const message = `${quote(text('summary'))} is not accepted; expected true or false`
    problems.push(problem('summary', message))
  }
  if (problems.length > 0) throw new InputError(problems)
  return { reports, summary: summary === 'true' }
}

function givenNames(environment: Environment): readonly string[] {
  return Object.keys(environment).flatMap((name) =>
    name.toUpperCase().startsWith(PREFIX) ? name.slice(PREFIX.length).toLowerCase() : [],
  )
}

function problem(input: string, message: string): InputProblem {
  return { input, place: input, message }
}
