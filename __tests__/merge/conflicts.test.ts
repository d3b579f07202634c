import { describe, expect, test } from '@jest/globals'
import { conflictsIn } from '../../src/merge/conflicts.ts'
import { noBytes } from '../../src/registry/copy/bytes-moved.ts'
import type { SyncResult } from '../../src/sync/report.ts'

function copied(source: string, destination: string): SyncResult {
  return { source, destination, status: 'copied', platforms: {}, bytes: noBytes, durationMs: 0 }
}

describe('one tag', () => {
  test('with two sources is a conflict', () => {
    const results = [copied('a.io/a:1', 'c.io/c:1'), copied('b.io/b:1', 'c.io/c:1')]
    expect(conflictsIn(results)).toEqual(['c.io/c:1 has two sources, a.io/a:1 and b.io/b:1.'])
  })

  test('with one source is none, nor is a repository without a tag', () => {
    const results = [
      copied('a.io/a:1', 'c.io/c:1'),
      copied('a.io/a:1', 'c.io/c:1'),
      copied(`a.io/a@sha256:${'1'.repeat(64)}`, 'c.io/c'),
      copied(`a.io/a@sha256:${'2'.repeat(64)}`, 'c.io/c'),
    ]
    expect(conflictsIn(results)).toEqual([])
  })

  test('of many is told of ten', () => {
    const results = Array.from({ length: 12 }, (_, index) => [
      copied('a.io/a:1', `c.io/c:${index}`),
      copied('a.io/b:1', `c.io/c:${index}`),
    ]).flat()
    const conflicts = conflictsIn(results)
    expect(conflicts).toHaveLength(11)
    expect(conflicts.at(-1)).toBe('So have 2 more destinations.')
  })
})
