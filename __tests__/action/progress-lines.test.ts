import { describe, expect, test } from '@jest/globals'
import { ActionLogger } from '../../src/action/logger.ts'
import { nodeTimers, progressLine, startProgressLines } from '../../src/action/progress-lines.ts'
import type { HostWait } from '../../src/registry/pace/host-waits.ts'
import type { ProgressState } from '../../src/sync/run-progress.ts'
import { recordCommands } from './command-recorder.ts'

/** Timers whose time a test moves on. */
function manualTimers() {
  const running = new Map<number, { callback: () => void; every: number; next: number }>()
  let now = 0
  return {
    running,
    now: () => now,
    setInterval: (callback: () => void, every: number) => {
      running.set(running.size + 1, { callback, every, next: now + every })
      return running.size
    },
    clearInterval: (handle: number) => {
      running.delete(handle)
    },
    advance: (milliseconds: number) => {
      for (const end = now + milliseconds; now < end;) {
        now += 1
        for (const timer of running.values()) {
          if (timer.next !== now) continue
          timer.next += timer.every
          timer.callback()
        }
      }
    },
  }
}

const begun: ProgressState = {
  done: 0,
  total: 40,
  needed: 0,
  sent: 0,
  isComplete: false,
  flowed: 0,
  underWay: [],
}

function watch({ isTerminal = false, waits = [] as readonly HostWait[] } = {}) {
  const commands = recordCommands()
  const timers = manualTimers()
  const seen = { state: begun }
  const source = { state: () => seen.state, waits: () => waits, isTerminal }
  const stop = startProgressLines(new ActionLogger(commands), source, timers)
  return { commands, timers, seen, stop, lines: () => commands.of('info') }
}

describe('the lines of progress', () => {
  test('come at least every 15 seconds', () => {
    const { timers, lines } = watch()
    expect(lines()).toEqual([])
    for (let quarter = 1; quarter <= 5; quarter += 1) {
      const before = lines().length
      timers.advance(15_000)
      expect(lines().length).toBeGreaterThan(before)
    }
  })

  test('come more often on a terminal', () => {
    const [here, there] = [watch({ isTerminal: true }), watch()]
    for (const { timers } of [here, there]) timers.advance(60_000)
    expect(here.lines().length).toBeGreaterThan(2 * there.lines().length)
  })

  test('say what is true at that moment, and how fast it went since the last one', () => {
    const { timers, seen, lines } = watch()
    timers.advance(10_000)
    seen.state = { ...begun, done: 12, needed: 4e9, sent: 1.2e9, flowed: 1.2e9 }
    timers.advance(10_000)
    seen.state = { ...begun, done: 12, needed: 4e9, sent: 1.3e9, flowed: 1.3e9 }
    timers.advance(10_000)
    expect(lines()).toEqual([
      '… 0 of 40 images done, 0 B moved',
      '… 12 of 40 images done, 1.2 GB of at least 4.0 GB moved, 120 MB/s',
      '… 12 of 40 images done, 1.3 GB of at least 4.0 GB moved, 10.0 MB/s',
    ])
  })

  test('count what was sent in vain for the rate, and not for what was moved', () => {
    const { timers, seen, lines } = watch()
    seen.state = { ...begun, needed: 100e6, sent: 20e6, flowed: 70e6 }
    timers.advance(10_000)
    expect(lines()[0]).toContain('20.0 MB of at least 100 MB moved, 7.0 MB/s')
  })

  test('are silent once they were ended', () => {
    const { commands, timers, stop } = watch()
    stop()
    stop()
    timers.advance(60_000)
    expect(commands.lines).toEqual([])
    expect(timers.running.size).toBe(0)
  })

  test('do not keep the process alive', () => {
    const handle = nodeTimers.setInterval(() => undefined, 1000)
    expect(handle.hasRef()).toBe(false)
    nodeTimers.clearInterval(handle)
  })

  test('are no part of a group, whose lines are printed at one time', () => {
    const { commands, timers } = watch()
    const log = new ActionLogger(commands).bufferedLog()
    log.info('source digest: sha256:0')
    timers.advance(10_000)
    log.info('digest: sha256:0')
    log.print('copied a => b')
    expect(commands.lines).toEqual([
      expect.stringMatching(/^info: … /),
      'group: copied a => b',
      'info: source digest: sha256:0',
      'info: digest: sha256:0',
      'end: ',
    ])
  })
})

const half: ProgressState = {
  ...begun,
  done: 1,
  total: 2,
  needed: 5.2e9,
  sent: 2.6e9,
  flowed: 2.6e9,
}
const rates = { latest: 52e6, steady: 26e6 }

describe('a line of progress', () => {
  test('tells the time that is left once nothing more may be needed', () => {
    expect(progressLine(half, rates, [])).toBe(
      '… 1 of 2 images done, 2.6 GB of at least 5.2 GB moved, 52.0 MB/s',
    )
    expect(progressLine({ ...half, isComplete: true }, rates, [])).toBe(
      '… 1 of 2 images done, 2.6 GB of 5.2 GB moved, 52.0 MB/s, 1 min 40 s left',
    )
    const soon = { ...half, isComplete: true, sent: 5.1999e9 }
    expect(progressLine(soon, rates, [])).toContain(', 1 s left')
    const stalled = { latest: 0, steady: 0 }
    expect(progressLine({ ...half, isComplete: true }, stalled, [])).toMatch(/moved, 0 B\/s$/)
  })

  test('names the images that are under way', () => {
    const underWay = [
      { name: 'ghcr.io/acme/big:1', left: 2e9 },
      { name: 'ghcr.io/acme/waiting:1', left: 0 },
    ]
    expect(progressLine({ ...half, underWay }, rates, [])).toMatch(
      /MB\/s; under way: ghcr\.io\/acme\/big:1 \(2\.0 GB left\), ghcr\.io\/acme\/waiting:1$/,
    )
  })

  test('names the hosts that hold it up', () => {
    const noon = Date.UTC(2026, 10, 29, 12, 4, 10)
    const waits = [
      { host: 'docker.io', until: noon, requests: 1 },
      { host: 'quay.io', until: noon + 1_000, requests: 7 },
      { host: 'registry.lan:5000', since: noon - 1_000, requests: 1 },
      { host: 'ghcr.io', since: noon, requests: 1 },
    ]
    expect(progressLine(half, rates, waits)).toMatch(
      /; waiting for docker\.io until 12:04:10 UTC; waiting for quay\.io until 12:04:11 UTC \(7 requests\); waiting for registry\.lan:5000 since 12:04:09 UTC$/,
    )
  })
})
