import { describe, expect, test } from '@jest/globals'
import { nodeTimers, startHeartbeat } from '../../src/action/heartbeat.ts'
import { ActionLogger } from '../../src/action/logger.ts'
import { recordCommands } from './command-recorder.ts'

/** Timers whose time a test moves on. */
function manualTimers() {
  const running = new Map<number, { callback: () => void; every: number; next: number }>()
  let now = 0
  return {
    running,
    setInterval: (callback: () => void, every: number) => {
      running.set(running.size + 1, { callback, every, next: now + every })
      return running.size
    },
    clearInterval: (handle: number) => {
      running.delete(handle)
    },
    advance: (milliseconds: number) => {
      const end = now + milliseconds
      for (; now < end; now += 1) {
        for (const timer of running.values()) {
          if (timer.next !== now + 1) continue
          timer.next += timer.every
          timer.callback()
        }
      }
    },
  }
}

describe('the heartbeat', () => {
  test('says how far the run is, at least every 15 seconds', () => {
    const commands = recordCommands()
    const timers = manualTimers()
    const progress = { done: 0, total: 40, bytes: 0 }
    startHeartbeat(new ActionLogger(commands), () => progress, timers)
    expect(commands.lines).toEqual([])
    timers.advance(15_000)
    expect(commands.lines).toContain('info: … 0 of 40 images done, 0 B moved')
    for (let quarter = 0; quarter < 4; quarter += 1) {
      const before = commands.lines.length
      timers.advance(15_000)
      expect(commands.lines.length).toBeGreaterThan(before)
    }
  })

  test('says what is true at that moment', () => {
    const commands = recordCommands()
    const timers = manualTimers()
    const progress = { done: 0, total: 40, bytes: 0 }
    startHeartbeat(new ActionLogger(commands), () => progress, timers)
    progress.done = 12
    progress.bytes = 1_200_000_000
    timers.advance(15_000)
    expect(commands.of('info').at(-1)).toBe('… 12 of 40 images done, 1.2 GB moved')
  })

  test('is silent once it was ended', () => {
    const commands = recordCommands()
    const timers = manualTimers()
    const stop = startHeartbeat(
      new ActionLogger(commands),
      () => ({ done: 1, total: 1, bytes: 0 }),
      timers,
    )
    stop()
    stop()
    timers.advance(60_000)
    expect(commands.lines).toEqual([])
    expect(timers.running.size).toBe(0)
  })

  test('does not keep the process alive', () => {
    const handle = nodeTimers.setInterval(() => undefined, 1000)
    expect(handle.hasRef()).toBe(false)
    nodeTimers.clearInterval(handle)
  })
})
