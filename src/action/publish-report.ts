import { tmpdir } from 'node:os'
import type { RunReport } from '../sync/report.ts'
import type { Commands } from './commands.ts'
import type { ActionLogger } from './logger.ts'
import { writeOutputFiles } from './output-files.ts'
import { setOutputs } from './outputs.ts'
import { renderSummary, writeSummary } from './summary.ts'

interface Places {
  readonly commands: Pick<Commands, 'setOutput'>
  readonly logger: ActionLogger
  readonly environment: Readonly<Record<string, string | undefined>>
  /** None where no summary is wanted. */
  readonly summaryFile: string | undefined
}

/** Puts what a run came to, and what was warned of on the way, where later steps and people look. */
export function publishReport(result: RunReport, places: Places): void {
  const { commands, logger, environment, summaryFile } = places
  const report = { ...result, warnings: logger.warnings }
  const files = writeOutputFiles(report, environment['RUNNER_TEMP'] || tmpdir(), logger)
  setOutputs(commands, logger, report, files)
  // Setting the outputs may have warned of more.
  writeSummary(renderSummary({ ...report, warnings: logger.warnings }), summaryFile)
}
