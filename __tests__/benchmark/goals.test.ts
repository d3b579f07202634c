import { describe, expect, test } from '@jest/globals'
import { noCounts } from '../../benchmark/proxy/counts.ts'
import { goals } from '../../benchmark/results/goals.ts'
import type { Results, Row } from '../../benchmark/results/results.ts'

const floor = { source: 10, destination: 20, down: 1e9, up: 1e9, mounts: 0 }

/** A row of `tiny` behind proxies, as good as it can be. */
function row(changes: Partial<Row> & Pick<Row, 'tool'>): Row {
  return {
    shape: 'tiny',
    profile: 'rtt30',
    selection: 'all',
    walls: [1],
    cpus: [1],
    memory: 100 * 2 ** 20,
    targets: 20,
    wrong: 0,
    succeeded: true,
    source: { ...noCounts, requests: { 'GET blob': 10 }, down: floor.down },
    destination: { ...noCounts, requests: { 'PUT upload': 20, 'GET token': 9 }, up: floor.up },
    ...changes,
  }
}

/** With so many requests to the destination. */
function sent(requests: number): Pick<Row, 'destination'> {
  return { destination: { ...noCounts, requests: { 'PUT upload': requests }, up: floor.up } }
}

/** The first copy of signed images, and the same once more. */
function signed(changes: Partial<Row> & Pick<Row, 'tool'>): Row[] {
  return (['signed', 'signed-again'] as const).map((shape) => row({ shape, ...changes }))
}

function verdicts(rows: readonly Row[], starts: readonly number[] = []) {
  const results: Results = {
    date: '2026-01-01',
    machine: { cpu: 'any', cores: 2, memory: 1, node: '24' },
    server: 'CNCF Distribution 2',
    tools: [],
    shapes: (['tiny', 'big'] as const).map((name) => ({
      name,
      what: '',
      targets: 20,
      floors: { all: floor, two: floor },
    })),
    rows,
    starts,
    duration: 1,
  }
  const found = goals({ distribution2: results })
  return (start: string) => found.find(({ goal }) => goal.startsWith(start))?.isMet
}

describe('a goal', () => {
  test('is neither met nor missed where nothing was measured', () => {
    const verdict = verdicts([])
    expect(verdict('requests within')).toBeUndefined()
    expect(verdict('tiny, 30 ms')).toBeUndefined()
    expect(verdict('start')).toBeUndefined()
  })

  test('for requests allows 5 %, and does not count tokens', () => {
    expect(verdicts([row({ tool: 'ours' })])('requests within')).toBe(true)
    expect(verdicts([row({ tool: 'ours', ...sent(21) })])('requests within')).toBe(true)
    expect(verdicts([row({ tool: 'ours', ...sent(22) })])('requests within')).toBe(false)
  })

  test('for bytes allows none', () => {
    const source = { ...noCounts, down: floor.down + 1 }
    expect(verdicts([row({ tool: 'ours' })])('bytes')).toBe(true)
    expect(verdicts([row({ tool: 'ours', source })])('bytes')).toBe(false)
  })

  test('for time takes medians, and the fastest peer that did the work', () => {
    const own = row({ tool: 'ours', walls: [9, 1, 1] })
    const slow = row({ tool: 'crane', walls: [2] })
    const fast = { tool: 'regsync', walls: [1.5] } as const
    expect(verdicts([own, slow])('tiny, 30 ms')).toBe(true)
    expect(verdicts([own, slow, row(fast)])('tiny, 30 ms')).toBe(false)
    expect(verdicts([own, slow, row({ ...fast, wrong: 1 })])('tiny, 30 ms')).toBe(true)
    expect(verdicts([own, slow, row({ ...fast, succeeded: false })])('tiny, 30 ms')).toBe(true)
  })

  test('for large layers does not take the limit for a peer', () => {
    const big = { shape: 'big', profile: 'loopback' } as const
    const rows = [
      row({ tool: 'ours', walls: [1.1], ...big }),
      row({ tool: 'pipe', walls: [1], cpus: [0.1], ...big }),
      row({ tool: 'crane', walls: [1.2], cpus: [1.5], ...big }),
    ]
    const verdict = verdicts(rows)
    expect(verdict('big on loopback: ≤ 1.15')).toBe(true)
    expect(verdict('big on loopback: no slower')).toBe(true)
    expect(verdict('CPU per GB of big, plain')).toBe(true)
  })

  test('for images that are there does not take the limit for a peer either', () => {
    const own = row({ tool: 'ours', walls: [1], ...sent(25) })
    const limit = row({ tool: 'looks', walls: [0.1], ...sent(1) })
    const verdict = verdicts([own, limit, row({ tool: 'crane', walls: [2], ...sent(40) })])
    expect(verdict('tiny, 30 ms')).toBe(true)
    expect(verdict('fewer requests')).toBe(true)
  })

  test('for flaky registries wants every peer to lose something', () => {
    const flaky = { profile: 'flaky' } as const
    const own = row({ tool: 'ours', ...flaky })
    expect(verdicts([own, row({ tool: 'crane', wrong: 4, ...flaky })])('flaky')).toBe(true)
    expect(verdicts([own, row({ tool: 'crane', ...flaky })])('flaky')).toBe(false)
  })

  test('for signed images counts those alone that brought everything', () => {
    const own = signed({ tool: 'ours', ...sent(30), walls: [1] })
    const few = { tool: 'oras', ...sent(20), walls: [0.5] } as const
    const many = signed({ tool: 'regctl', ...sent(40), walls: [2] })
    const verdict = (...rows: readonly Row[]) => verdicts([...own, ...many, ...rows])('signed')
    expect(verdict()).toBe(true)
    expect(verdict(...signed({ ...few, wrong: 20 }))).toBe(true)
    // What it does not bring, it does not look for a second time.
    expect(verdict(...signed({ ...few, wrong: 20 }).slice(0, 1), ...signed(few).slice(1))).toBe(
      true,
    )
    expect(verdict(...signed(few))).toBe(false)
    expect(verdicts(own)('signed')).toBeUndefined()
  })

  test('for memory looks at every run', () => {
    const large = row({ tool: 'ours', shape: 'big', memory: 121 * 2 ** 20 })
    expect(verdicts([row({ tool: 'ours' })])('peak memory')).toBe(true)
    expect(verdicts([row({ tool: 'ours' }), large])('peak memory')).toBe(false)
  })

  test('for the start takes the median', () => {
    expect(verdicts([], [100, 400, 140])('start')).toBe(true)
  })
})
