import { expect, test } from '@jest/globals'
import { ActionLogger } from '../../src/action/logger.ts'
import { printResult } from '../../src/action/result-lines.ts'
import { recordCommands } from './command-recorder.ts'
import { copied, digestA, digestB } from './results.ts'

test('an image for a thousand platforms has a hundred of them in the log', () => {
  const commands = recordCommands()
  const names = Array.from({ length: 1_000 }, (_, index) => [`linux/arch-${index}`, digestA])
  const platforms = Object.fromEntries(names) as Record<string, typeof digestA>
  printResult(copied({ platforms }), new ActionLogger(commands).bufferedLog(), false)
  const lines = commands.of('info')
  expect(lines.filter((line) => line.startsWith('linux/arch-'))).toHaveLength(100)
  expect(lines).toContain('and 900 platforms more: see the output results')
})

test('an image shows its digest before only where that is another one', () => {
  const commands = recordCommands()
  const log = () => new ActionLogger(commands).bufferedLog()
  printResult(copied({ previousDigest: digestB }), log(), false)
  printResult(copied({ status: 'unchanged', previousDigest: digestA }), log(), false)
  expect(commands.of('info').filter((line) => line.startsWith('digest'))).toEqual([
    `digest before: ${digestB}`,
    `digest: ${digestA}`,
    `digest: ${digestA}`,
  ])
})

test('an image that a rule was for has in the log who signed it, when, from which commit, and where that is', () => {
  const commands = recordCommands()
  const log = () => new ActionLogger(commands).bufferedLog()
  const key = { rule: 1, kind: 'key', digest: digestA, from: 'tag' } as const
  printResult(copied({ verified: key }), log(), false)
  const signer = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1'
  const workflow = {
    rule: 2,
    kind: 'github',
    digest: digestA,
    identity: signer,
    time: '2026-11-29T17:00:00.000Z',
    sourceDigest: 'c0ffee',
    from: 'github',
  } as const
  printResult(copied({ verified: workflow }), log(), false)
  expect(commands.of('info').filter((line) => line.startsWith('verified:'))).toEqual([
    "verified: by a key (rule 1), found under cosign's tag",
    `verified: by ${signer} (rule 2), signed 2026-11-29T17:00:00.000Z, commit c0ffee, found at GitHub`,
  ])
})
