import { EOL } from 'node:os'
import type { Digest } from '../oci/digest.ts'
import type { RunReport } from '../sync/report.ts'

/** What actions/attest takes as `subject-checksums`: so many subjects, in a file of so many bytes. */
const MAX_CHECKSUMS = 1_024
const MAX_CHECKSUMS_BYTES = 512 * 1024

/** A destination as in-toto and the runner know it: a name, and the digest that it stands for. */
export interface Subject {
  /** `host/repository:tag`, or `host/repository` where there is no tag. */
  readonly name: string
  readonly digest: Digest
}

/** The destinations that have what they should, each once, in list order. */
export function subjectsOf({ results, dryRun }: RunReport): readonly Subject[] {
  const subjects = new Map<string, Subject>()
  for (const { status, destination, digest } of results) {
    const isThere = status === 'unchanged' || (status === 'copied' && !dryRun)
    if (!isThere || digest === undefined) continue
    subjects.set(`${destination}@${digest}`, { name: destination, digest })
  }
  return [...subjects.values()]
}

/**
 * The text of a file of checksums: a line `HEX  NAME` for each subject, as many as actions/attest
 * takes; it splits at the line ends of the system that it runs on. `leftOut` counts the others.
 */
export function checksumsOf(
  subjects: readonly Subject[],
  eol: string = EOL,
): { readonly text: string; readonly leftOut: number } {
  let text = ''
  for (const [index, { name, digest }] of subjects.entries()) {
    const line = `${digest.slice(digest.indexOf(':') + 1)}  ${name}${eol}`
    if (index === MAX_CHECKSUMS || text.length + line.length > MAX_CHECKSUMS_BYTES) {
      return { text, leftOut: subjects.length - index }
    }
    text += line
  }
  return { text, leftOut: 0 }
}
