import { appendFileSync, readFileSync } from 'node:fs'
import * as v from 'valibot'
import { algorithmOf } from '../oci/digest.ts'
import type { Logger } from '../registry/logger.ts'
import type { RunReport } from '../sync/report.ts'
import { type Subject, subjectsOf } from './artifact-subjects.ts'
import { count } from './format-bytes.ts'

/**
 * The runner fails a step whose declarations make more than that in its job, and one that gives a
 * name a second digest (actions/runner, CreateArtifactsFileCommand.cs). Of ours, so many are far
 * below the 1 MiB that it takes from a step.
 */
const MAX_ARTIFACTS = 500

const List = v.object({
  version: v.literal(1),
  subjects: v.array(v.object({ name: v.string(), digest: v.string() })),
})

/**
 * Declares the destinations that have what they should to the runner, in `$GITHUB_ARTIFACTS`, where
 * a later step such as actions/attest finds them. What the runner would refuse is left out, with one
 * warning. Never throws: a run that has copied is not to fail for this.
 */
export function declareArtifacts(
  report: RunReport,
  environment: Readonly<Record<string, string | undefined>>,
  logger: Pick<Logger, 'warning'>,
): void {
  const subjects = subjectsOf(report)
  const file = environment['GITHUB_ARTIFACTS'] ?? ''
  if (subjects.length === 0) return
  if (file === '') {
    logger.warning('nothing was declared: this runner takes no declarations of artifacts')
    return
  }
  try {
    const { fitting, leftOut } = select(subjects, declaredBefore(environment))
    const lines = fitting.map(({ name, digest }) => `oci://${name}@${digest}\n`)
    appendFileSync(file, lines.join(''))
    if (leftOut.length > 0) logger.warning(notDeclared(leftOut))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    logger.warning(`nothing was declared: ${reason}`)
  }
}

interface LeftOut extends Subject {
  readonly reason: string
}

/** What was declared in the job so far, by name; the file is empty where the feature is off. */
function declaredBefore(
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  const file = environment['GITHUB_ARTIFACTS_LIST'] ?? ''
  const text = file === '' ? '' : readFileSync(file, 'utf8')
  if (text.trim() === '') return new Map()
  const list = v.safeParse(v.pipe(v.string(), v.parseJson(), List), text)
  if (list.success) return new Map(list.output.subjects.map(({ name, digest }) => [name, digest]))
  throw new Error('the list of what was declared before is of a form that is not known')
}

function select(
  subjects: readonly Subject[],
  before: ReadonlyMap<string, string>,
): { readonly fitting: readonly Subject[]; readonly leftOut: readonly LeftOut[] } {
  const declared = new Map(before)
  const fitting: Subject[] = []
  const leftOut: LeftOut[] = []
  for (const subject of subjects) {
    const reason = whyNot(subject, declared)
    if (reason !== undefined) {
      leftOut.push({ ...subject, reason })
    } else if (!declared.has(subject.name)) {
      declared.set(subject.name, subject.digest)
      fitting.push(subject)
    }
  }
  return { fitting, leftOut }
}

/** Why the runner, or actions/attest which reads its list, would fail for it. */
function whyNot(
  { name, digest }: Subject,
  declared: ReadonlyMap<string, string>,
): string | undefined {
  if (algorithmOf(digest) !== 'sha256') return 'only sha256 digests can be declared'
  const known = declared.get(name)
  if (known === digest) return undefined
  if (known !== undefined) return `the job has declared it with ${known} already`
  return declared.size < MAX_ARTIFACTS
    ? undefined
    : `a job may declare at most ${MAX_ARTIFACTS} artifacts`
}

function notDeclared(leftOut: readonly LeftOut[]): string {
  const [first] = leftOut
  const more = leftOut.length > 1 ? `, and ${leftOut.length - 1} more` : ''
  const what = `${first?.name} (${first?.reason})${more}`
  return `${count(leftOut.length, 'destination')} left out of the declared artifacts: ${what}`
}
