import { describe, expect, test } from '@jest/globals'
import { noCounts } from '../../benchmark/proxy/counts.ts'
import { goals } from '../../benchmark/results/goals.ts'
import type { Results, Row } from '../../benchmark/results/results.ts'
import { shapeNames, type ShapeName } from '../../benchmark/shapes.ts'

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

/** With so many connections to the source. */
function made(connections: number): Pick<Row, 'source'> {
  return { source: { ...noCounts, connections } }
}

/** Ours, with so many seconds of CPU for so many images. */
function cost(shape: ShapeName, targets: number, cpu: number): Row {
  return row({ tool: 'ours', shape, profile: 'memory', targets, cpus: [cpu] })
}

/** Ours, with so much memory, in MiB, for blobs that are small. */
function took(shape: ShapeName, mebibytes: number): Row {
  const source = { ...noCounts, requests: { 'GET blob': 30_000 }, down: 30e6 }
  return row({ tool: 'ours', shape, memory: mebibytes * 2 ** 20, source })
}

/** The same for large ones. */
function tookOfLarge(shape: ShapeName, mebibytes: number): Row {
  return row({ tool: 'ours', shape, memory: mebibytes * 2 ** 20 })
}

function goalsOf(rows: readonly Row[], starts: readonly number[] = []) {
  const results: Results = {
    date: '2026-01-01',
    machine: { cpu: 'any', cores: 2, memory: 1, node: '24' },
    server: 'CNCF Distribution 2',
    tools: [],
    shapes: shapeNames.map((name) => ({
      name,
      what: '',
      targets: 20,
      floors: { all: floor, two: floor },
    })),
    rows,
    starts,
    duration: 1,
  }
  return goals({ distribution2: results })
}

function verdicts(...measured: Parameters<typeof goalsOf>) {
  const found = goalsOf(...measured)
  return (start: string) => found.find(({ goal }) => goal.startsWith(start))?.isMet
}

describe('a goal', () => {
  test('is neither met nor missed where nothing was measured', () => {
    const verdict = verdicts([])
    for (const goal of ['requests', 'connections', 'tiny, TLS', 'far', 'peak memory', 'start']) {
      expect([goal, verdict(goal)]).toEqual([goal, undefined])
    }
  })

  test('for requests allows 5 %, and does not count tokens', () => {
    expect(verdicts([row({ tool: 'ours' })])('requests at most')).toBe(true)
    expect(verdicts([row({ tool: 'ours', ...sent(21) })])('requests at most')).toBe(true)
    expect(verdicts([row({ tool: 'ours', ...sent(22) })])('requests at most')).toBe(false)
  })

  test('for bytes allows none', () => {
    const source = { ...noCounts, down: floor.down + 1 }
    expect(verdicts([row({ tool: 'ours' })])('bytes')).toBe(true)
    expect(verdicts([row({ tool: 'ours', source })])('bytes')).toBe(false)
  })

  test('for connections compares each shape over TLS with the same one without', () => {
    const plain = row({ tool: 'ours', ...made(32) })
    const tls = { tool: 'ours', profile: 'tls-rtt30' } as const
    expect(verdicts([plain, row({ ...tls, ...made(32) })])('connections')).toBe(true)
    expect(verdicts([plain, row({ ...tls, ...made(33) })])('connections')).toBe(false)
    expect(verdicts([row({ ...tls, ...made(33) })])('connections')).toBeUndefined()
  })

  test('for time takes medians, and the fastest peer that did the work', () => {
    const own = row({ tool: 'ours', walls: [9, 0.9, 0.9] })
    const slow = row({ tool: 'crane', walls: [1.6] })
    const fast = { tool: 'regsync', walls: [1.4] } as const
    expect(verdicts([own, slow])('tiny, plain')).toBe(true)
    expect(verdicts([own, slow, row(fast)])('tiny, plain')).toBe(false)
    expect(verdicts([own, slow, row({ ...fast, wrong: 1 })])('tiny, plain')).toBe(true)
    expect(verdicts([own, slow, row({ ...fast, succeeded: false })])('tiny, plain')).toBe(true)
  })

  test('for nothing to do names the best peer and curl, and takes curl for no peer', () => {
    const noop = { shape: 'noop-200' } as const
    const rows = [
      row({ tool: 'ours', walls: [1.1], ...noop }),
      row({ tool: 'looks', walls: [0.7], ...noop }),
      row({ tool: 'regsync', walls: [1], ...noop }),
    ]
    expect(verdicts(rows)('200 unchanged images, plain')).toBe(true)
    const slower = [row({ tool: 'ours', walls: [1.19], ...noop }), ...rows.slice(1)]
    expect(verdicts(slower)('200 unchanged images, plain')).toBe(false)
  })

  test('for time says how much of it is that of Node, and takes that for no peer', () => {
    const rows = [
      row({ tool: 'ours', walls: [1.2] }),
      row({ tool: 'node', walls: [1] }),
      row({ tool: 'regsync', walls: [2] }),
    ]
    expect(goalsOf(rows)).toContainEqual({
      goal: expect.stringContaining('tiny, plain'),
      value: '1.20 s, regsync 2.00 s (×0.60), Node and undici alone 1.00 s (×1.20)',
      isMet: true,
    })
    const failed = rows.map((one) => (one.tool === 'node' ? { ...one, succeeded: false } : one))
    expect(goalsOf(failed)).toContainEqual({
      goal: expect.stringContaining('tiny, plain'),
      value: '1.20 s, regsync 2.00 s (×0.60)',
      isMet: true,
    })
  })

  test('for large layers does not take the limit for a peer, nor who checks nothing', () => {
    const big = { shape: 'big', profile: 'loopback' } as const
    const rows = [
      row({ tool: 'ours', walls: [1.1], ...big }),
      row({ tool: 'pipe', walls: [1], cpus: [0.1], ...big }),
      row({ tool: 'oras', walls: [0.9], cpus: [0.3], ...big }),
      row({ tool: 'crane', walls: [1.2], cpus: [0.9], ...big }),
    ]
    const verdict = verdicts(rows)
    expect(verdict('big on loopback: at most')).toBe(true)
    expect(verdict('big on loopback: no slower')).toBe(true)
    expect(verdict('CPU for a GB of big, plain')).toBe(true)
    const best = row({ tool: 'regsync', walls: [1], cpus: [0.8], ...big })
    expect(verdicts([...rows, best])('big on loopback: no slower')).toBe(false)
    expect(verdicts([...rows, best])('CPU for a GB of big, plain')).toBe(false)
  })

  test('for large layers says what bare sockets of Node need, in time and in CPU', () => {
    const big = { shape: 'big', profile: 'loopback' } as const
    const rows = [
      row({ tool: 'ours', walls: [1.2], cpus: [1.2], ...big }),
      row({ tool: 'crane', walls: [0.8], cpus: [1], ...big }),
      row({ tool: 'node-pipe', walls: [1], cpus: [0.6], ...big }),
    ]
    const node = 'sockets of Node and sha256 alone'
    expect(goalsOf(rows)).toContainEqual({
      goal: expect.stringContaining('big on loopback: no slower'),
      value: `1.20 s, crane 0.80 s (×1.50), ${node} 1.00 s (×1.20)`,
      isMet: false,
    })
    expect(goalsOf(rows)).toContainEqual({
      goal: expect.stringContaining('CPU for a GB of big, plain'),
      value: expect.stringMatching(/^\S+ s, crane \S+ s \(×1\.20\), sockets of .* \(×2\.00\)$/),
      isMet: false,
    })
  })

  test('for many images compares what each of them costs with what each of few does', () => {
    const few = cost('copied-200', 200, 0.4)
    expect(verdicts([few, cost('copied-10000', 10_000, 22)])('CPU for each')).toBe(true)
    expect(verdicts([few, cost('copied-10000', 10_000, 22.1)])('CPU for each')).toBe(false)
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

  test('for memory looks at every run, those of large blobs by themselves', () => {
    const [streams, images] = ['peak memory below 120', 'peak memory below 256']
    const met = verdicts([tookOfLarge('big', 119), took('copied-10000', 255)])
    expect([met(streams), met(images)]).toEqual([true, true])
    const missed = verdicts([tookOfLarge('big', 121), took('copied-10000', 257)])
    expect([missed(streams), missed(images)]).toEqual([false, false])
  })

  test('for memory says how much of it is the choice of the engine, and does not judge by that', () => {
    const limit = (tool: 'churn' | 'held', mebibytes: number) =>
      row({ ...took('copied-10000', mebibytes), tool })
    const rows = [took('copied-10000', 400), limit('churn', 206), limit('held', 221)]
    expect(goalsOf(rows)).toContainEqual({
      goal: expect.stringContaining('peak memory below 256'),
      value: expect.stringMatching(/^400 MiB at most .*: 221 MiB; .*: 206 MiB$/),
      isMet: false,
    })
  })

  test('for the start takes the median', () => {
    expect(verdicts([], [90, 400, 105])('start')).toBe(true)
    expect(verdicts([], [90, 400, 115])('start')).toBe(false)
  })
})
