import { foreignText } from '../registry/foreign-text.ts'
import { RegistryError } from '../registry/errors.ts'
import type { ResultError, RunReport, SyncResult } from '../sync/report.ts'
import type { AnnotationProperties, Commands } from './commands.ts'
import type { RunContext } from './context.ts'
import type { InputProblem } from './input-reader.ts'
import { hintFor } from './hints.ts'
import { count } from './format-bytes.ts'
import { isHeldBack, setText } from './set-text.ts'

/**
 * GitHub shows ten error annotations of a step and drops the rest without a word; the tenth is the
 * message with which the step fails.
 */
const MAX_FAILURES = 9

/** GitHub cuts the message of an annotation there. */
const MAX_MESSAGE = 4096

/** A destination is at most a few hundred characters; a title is one line of the page. */
const MAX_TITLE = 300

/** Deeper than any honest chain; an error may be its own cause. */
const MAX_CAUSES = 5

/** Puts an error of one image into words: what happened, and what may help. Holds no secret. */
export function describeError(error: unknown, context: RunContext): ResultError {
  if (!(error instanceof RegistryError)) {
    return { code: 'INTERNAL', message: foreignText(withCauses(error), MAX_MESSAGE) }
  }
  const hint = hintFor(error, context)
  return {
    code: error.code,
    message: foreignText(error.message, MAX_MESSAGE),
    ...(hint === undefined ? {} : { hint }),
  }
}

/** The message of an error and of what caused it, as far as they do not repeat each other. */
function withCauses(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  const message = error.message === '' ? error.name : error.message
  if (cause === undefined || depth === MAX_CAUSES) return message
  const reason = withCauses(cause, depth + 1)
  return message.includes(reason) ? message : `${message}: ${reason}`
}

/** One error annotation for each failed image, as many as GitHub shows beside `failureMessage`. */
export function annotateFailures(commands: Pick<Commands, 'error'>, report: RunReport): void {
  for (const result of failuresOf(report).slice(0, MAX_FAILURES)) {
    commands.error(annotationText(result), {
      title: foreignText(`Image not synced: ${result.destination}`, MAX_TITLE),
      ...result.place,
    })
  }
}

/**
 * One error annotation for each problem in a file, at its line, as many as GitHub shows beside the
 * message with which the step fails. A single problem is that message, whose place is returned.
 */
export function annotateProblems(
  commands: Pick<Commands, 'error'>,
  problems: readonly InputProblem[],
): AnnotationProperties {
  const inFiles = problems.flatMap(({ file, line = 1, message }) =>
    file === undefined ? [] : { message, place: { file, line } },
  )
  const [first] = inFiles
  if (first !== undefined && problems.length === 1) return first.place
  for (const { message, place } of inFiles.slice(0, MAX_FAILURES)) {
    commands.error(foreignText(message, MAX_MESSAGE), { title: 'Image list', ...place })
  }
  return {}
}

/** The message with which the step fails, or nothing when no image failed. */
export function failureMessage(report: RunReport): string | undefined {
  const { failed, images } = report.totals
  const ofSet = [setText(report)].flatMap((text) => text ?? [])
  if (failed === 0) {
    return isHeldBack(report) ? ['The set did not go through.', ...ofSet].join(' ') : undefined
  }
  const more = failed - MAX_FAILURES
  const others = more === 1 ? '1 more is' : `${more} more are`
  const rest = more > 0 ? `; the annotations show ${MAX_FAILURES}, and ${others} in the log` : ''
  return [`${failed} of ${count(images, 'image')} failed${rest}.`, ...ofSet].join(' ')
}

function failuresOf(report: RunReport): readonly SyncResult[] {
  return report.results.filter((result) => result.status === 'failed')
}

/** The message is cut before the hint is, which is short and ours. */
function annotationText({ source, error }: SyncResult): string {
  if (error === undefined) return foreignText(`${source}: failed`, MAX_MESSAGE)
  const hint = error.hint === undefined ? '' : ` Hint: ${foreignText(error.hint)}`
  return foreignText(error.message, MAX_MESSAGE - hint.length) + hint
}
