import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../registry/logger.ts'
import type { RunReport } from '../sync/report.ts'
import { checksumsOf, subjectsOf } from './artifact-subjects.ts'
import { type OutputFiles, reportText } from './outputs.ts'

/**
 * Writes the files that outputs name into `directory` (RUNNER_TEMP, which the runner empties after
 * the job). One that cannot be written is a warning, and no reason to fail.
 */
export function writeOutputFiles(
  report: RunReport,
  directory: string,
  logger: Pick<Logger, 'warning'>,
): OutputFiles {
  const written = (name: string, extension: string, text: string): string => {
    try {
      return writeOutputFile(name, extension, text, directory)
    } catch (error) {
      logger.warning(`the ${name} could not be written: ${String(error)}`)
      return ''
    }
  }
  const checksums = checksumsOf(subjectsOf(report))
  if (checksums.leftOut > 0) {
    logger.warning(
      `the file of the output checksums is without ${checksums.leftOut} destinations: ` +
        'actions/attest takes no more',
    )
  }
  return {
    report: written('report', 'json', reportText(report)),
    checksums: written('checksums', 'txt', checksums.text),
  }
}

/**
 * Writes a file with a name of its own, `image-sync-NAME-….EXTENSION`, readable by the runner's user
 * only. Nothing that is there already, a link least of all, is written to. Returns its path; throws
 * what the file system throws.
 */
export function writeOutputFile(
  name: string,
  extension: string,
  text: string,
  directory: string,
  id: string = randomUUID(),
): string {
  const path = join(directory, `image-sync-${name}-${id}.${extension}`)
  writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
  return path
}
