import { describe, expect, test } from '@jest/globals'
import { Refusals } from '../../../src/registry/pace/throttling.ts'

function after(statuses: readonly number[], before?: number) {
  const refusals = new Refusals(before)
  for (const status of statuses) refusals.note(status)
  return [refusals.areTwo, refusals.areMany]
}

function times(count: number, ...statuses: readonly number[]) {
  return Array.from({ length: count }, () => statuses).flat()
}

describe('refusals', () => {
  test.each<[string, readonly number[], readonly boolean[]]>([
    ['none', [], [false, false]],
    ['one', [429], [false, false]],
    ['two in a row', [429, 503], [true, false]],
    ['three in a row', [429, 429, 503], [true, true]],
    ['two with an answer between them', [503, 200, 503], [true, false]],
    ['one in twenty-five, however long', times(100, ...times(24, 200), 429), [false, false]],
    ['one in six, however long', times(100, ...times(5, 200), 429), [false, false]],
    ['one in four, after a while', times(12, ...times(3, 200), 429), [true, true]],
    [
      'a thousand, and then fifteen answers',
      [...times(1000, 429), ...times(15, 200)],
      [true, false],
    ],
    ['many with gateways that break in between', [429, 502, 429, 500, 429], [true, true]],
    ['what breaks and what is not there', times(9, 500, 502, 404), [false, false]],
  ])('are %s', (_what, statuses, expected) => {
    expect(after(statuses)).toEqual(expected)
  })

  test('of a host that has served nobody count for more', () => {
    expect(after([429], 2)).toEqual([true, true])
    expect(after([...times(8, 200), 429], 2)).toEqual([false, false])
  })
})
