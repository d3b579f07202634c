import { randomUUID } from 'node:crypto'
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../registry/logger.ts'
import type { RunReport } from '../sync/report.ts'
import { checksumsOf, subjectsOf } from './artifact-subjects.ts'
import { count } from './format-bytes.ts'
import type { OutputFiles } from './outputs.ts'
import { reportText } from './report-text.ts'

/** A hundred times what the longest list makes of images as they are; a disk is for other things too. */
const MAX_FILE_BYTES = 256 * 1024 * 1024
const BUFFER_LENGTH = 64 * 1024

/**
 * Writes the files that outputs name into `directory` (RUNNER_TEMP, which the runner empties after
 * the job). One that cannot be written is a warning, and no reason to fail.
 */
export function writeOutputFiles(
  report: RunReport,
  directory: string,
  logger: Pick<Logger, 'info' | 'warning'>,
): OutputFiles {
  const written = (name: string, extension: string, text: Iterable<string>): string => {
    try {
      return writeOutputFile(name, extension, text, directory)
    } catch (error) {
      logger.warning(`the ${name} could not be written: ${String(error)}`)
      return ''
    }
  }
  const checksums = checksumsOf(subjectsOf(report))
  if (checksums.leftOut > 0) {
    // No warning: only who hands the file on needs to know.
    logger.info(
      `the file of the output checksums is without ${count(checksums.leftOut, 'destination')}: ` +
        'actions/attest takes no more',
    )
  }
  return {
    report: written('report', 'json', reportText(report)),
    checksums: written('checksums', 'txt', [checksums.text]),
  }
}

/**
 * Writes a file with a name of its own, `image-sync-NAME-….EXTENSION`, readable by the runner's user
 * only. Nothing that is there already, a link least of all, is written to. Returns its path; throws
 * what the file system throws, and an Error for one that is too large, and leaves no part of it.
 */
export function writeOutputFile(
  name: string,
  extension: string,
  text: Iterable<string>,
  directory: string,
  id: string = randomUUID(),
): string {
  const path = join(directory, `image-sync-${name}-${id}.${extension}`)
  const file = openSync(path, 'wx', 0o600)
  try {
    writeTo(file, text)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
  return path
}

function writeTo(file: number, text: Iterable<string>): void {
  try {
    for (const buffer of inBuffers(text)) writeFileSync(file, buffer)
  } finally {
    closeSync(file)
  }
}

/** Pieces of text as bytes, many of them at a time. */
function* inBuffers(pieces: Iterable<string>): Generator<Buffer> {
  let bytes = 0
  let text = ''
  for (const piece of pieces) {
    text += piece
    if (text.length < BUFFER_LENGTH) continue
    const buffer = Buffer.from(text)
    text = ''
    bytes += buffer.length
    if (bytes > MAX_FILE_BYTES) throw new Error(`it has more than ${MAX_FILE_BYTES} bytes`)
    yield buffer
  }
  yield Buffer.from(text)
}
