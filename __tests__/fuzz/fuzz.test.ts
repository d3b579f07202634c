import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'

const program = fileURLToPath(new URL('../../testkit/fuzz/fuzz.ts', import.meta.url))

interface Summary {
  readonly requests: number
  readonly mutations: number
  readonly statuses: Readonly<Record<string, number>>
  readonly idle: readonly string[]
  readonly failed: readonly number[]
}

/** In a process of its own, in which nothing stands between a lost rejection and the end. */
async function fuzz(...args: readonly string[]) {
  const run = promisify(execFile)(process.execPath, [program, ...args])
  const { stdout, code } = await run.then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; code: number }) => error,
  )
  const lines = stdout.trimEnd().split('\n')
  return { lines, code, summary: JSON.parse(lines.at(-1) ?? '{}') as Summary }
}

describe('Conversations that are spoilt by chance', () => {
  test('end with every tag untouched or right, with true results, and with no secret told', async () => {
    const { lines, code, summary } = await fuzz('--seeds', '150', '--from', '1')
    expect({ failed: summary.failed, lines: lines.slice(0, -1) }).toEqual({ failed: [], lines: [] })
    expect(code).toBe(0)
    // It was neither spoilt so much that nothing worked, nor so little that nothing failed.
    expect(Object.keys(summary.statuses).sort()).toEqual([
      'copied',
      'failed',
      'skipped',
      'unchanged',
    ])
    // Every kind of mutation has struck.
    expect(summary.idle).toEqual([])
  })
})
