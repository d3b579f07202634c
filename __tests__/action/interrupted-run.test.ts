import { expect, test } from '@jest/globals'
import { cutShort } from '../../src/action/interrupted-run.ts'
import { parseReference } from '../../src/oci/reference.ts'
import { copied } from './results.ts'

function pairOf(source: string, destination: string, line: number) {
  return { source: parseReference(source), destination: parseReference(destination), line }
}

test('a run that was cut short has the results that there are, and fails the others', () => {
  const done = copied({ source: 'ghcr.io/acme/b:1', destination: 'ghcr.io/acme/copy:b' })
  const report = cutShort({
    pairs: [
      pairOf('ghcr.io/acme/a:1', 'ghcr.io/acme/copy:a', 1),
      pairOf('ghcr.io/acme/b:1', 'ghcr.io/acme/copy:b', 2),
      pairOf('ghcr.io/acme/c:1', 'ghcr.io/acme/copy:c', 3),
    ],
    finished: [done],
    dryRun: false,
    tags: new Map(),
    durationMs: 1500,
    signal: AbortSignal.abort(),
  })
  expect(report.results.map(({ destination, status }) => [destination, status])).toEqual([
    ['ghcr.io/acme/copy:a', 'failed'],
    ['ghcr.io/acme/copy:b', 'copied'],
    ['ghcr.io/acme/copy:c', 'failed'],
  ])
  expect(report.results[1]).toBe(done)
  expect(report.results[0]?.error).toEqual({
    code: 'CANCELLED',
    message: 'sync ghcr.io/acme/a:1 to ghcr.io/acme/copy:a: the run was cancelled',
  })
  expect(report.totals).toMatchObject({ images: 3, copied: 1, failed: 2, durationMs: 1500 })
})

test('sources that go to one repository without a tag are told apart', () => {
  const digests = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`)
  const [a, b] = digests.map((digest) => `ghcr.io/acme/app@${digest}`)
  const { results } = cutShort({
    pairs: [a, b].map((source, index) => pairOf(source ?? '', 'ghcr.io/acme/copy', index + 1)),
    finished: [copied({ source: b ?? '', destination: 'ghcr.io/acme/copy' })],
    dryRun: true,
    tags: new Map(),
    durationMs: 0,
    signal: AbortSignal.abort(),
  })
  expect(results.map(({ status }) => status)).toEqual(['failed', 'copied'])
})
