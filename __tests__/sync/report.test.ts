import { describe, expect, test } from '@jest/globals'
import { type Status, type SyncResult, totalsByRegistry, totalsOf } from '../../src/sync/report.ts'

function result(status: Status, copied: number, mounted: number, existing: number): SyncResult {
  return {
    source: 'docker.io/library/alpine:3.20',
    destination: 'ghcr.io/acme/alpine:3.20',
    status,
    platforms: {},
    bytes: { copied, mounted, existing },
    durationMs: 1000,
  }
}

describe('the totals of a run', () => {
  test('count every status and add up the bytes', () => {
    const results = [
      result('copied', 1, 20, 300),
      result('copied', 4, 0, 0),
      result('unchanged', 0, 0, 0),
      result('unchanged', 0, 0, 0),
      result('unchanged', 0, 0, 0),
      result('skipped', 0, 0, 0),
      result('failed', 5, 50, 500),
    ]
    expect(totalsOf(results, 1234)).toEqual({
      images: 7,
      copied: 2,
      unchanged: 3,
      skipped: 1,
      failed: 1,
      bytes: { copied: 10, mounted: 70, existing: 800 },
      durationMs: 1234,
    })
  })

  test('take the time of the whole run, not the sum over images copied side by side', () => {
    expect(totalsOf([result('copied', 1, 0, 0), result('copied', 1, 0, 0)], 1500).durationMs).toBe(
      1500,
    )
  })

  test('are zero when there are no results', () => {
    expect(totalsOf([], 0)).toEqual({
      images: 0,
      copied: 0,
      unchanged: 0,
      skipped: 0,
      failed: 0,
      bytes: { copied: 0, mounted: 0, existing: 0 },
      durationMs: 0,
    })
  })
})

test('the totals by registry are those of its destinations, in the order of the list', () => {
  const elsewhere = { destination: 'registry.lan:5000/alpine:3.20' }
  const totals = totalsByRegistry([
    { ...result('copied', 1, 2, 3), ...elsewhere },
    result('unchanged', 0, 0, 0),
    { ...result('copied', 10, 20, 30), ...elsewhere },
  ])
  expect(totals).toMatchObject([
    { registry: 'registry.lan:5000', images: 2, copied: 2, bytes: { copied: 11, existing: 33 } },
    { registry: 'ghcr.io', images: 1, unchanged: 1, bytes: { copied: 0 } },
  ])
})
