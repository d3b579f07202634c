import { expect, test } from '@jest/globals'
import { ActionLogger } from '../../src/action/logger.ts'
import { printResult } from '../../src/action/result-lines.ts'
import { recordCommands } from './command-recorder.ts'
import { copied, digestA } from './results.ts'

test('an image for a thousand platforms has a hundred of them in the log', () => {
  const commands = recordCommands()
  const names = Array.from({ length: 1_000 }, (_, index) => [`linux/arch-${index}`, digestA])
  const platforms = Object.fromEntries(names) as Record<string, typeof digestA>
  printResult(copied({ platforms }), new ActionLogger(commands).bufferedLog(), false)
  const lines = commands.of('info')
  expect(lines.filter((line) => line.startsWith('linux/arch-'))).toHaveLength(100)
  expect(lines).toContain('and 900 platforms more: see the output results')
})
