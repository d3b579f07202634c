import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { startCancellation } from '../../src/action/cancellation.ts'
import { recordCommands } from './command-recorder.ts'

/** What a runner may count on, from the signal to the end of the process. */
const PROMPT_MS = 2_000

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

/** A process that notes when it was ended, in milliseconds from now. */
function startProcess() {
  const start = Date.now()
  const ends: number[] = []
  const events = Object.assign(new EventEmitter(), {
    exit: () => {
      ends.push(Date.now() - start)
    },
  })
  const commands = recordCommands()
  return { events, ends, commands, cancel: startCancellation(commands, events) }
}

describe('a run', () => {
  test('goes on until something ends it', async () => {
    const { cancel } = startProcess()
    expect(cancel.signal.aborted).toBe(false)
    expect([cancel.reason(), cancel.stray()]).toEqual([undefined, undefined])
    expect(await cancel.within(Promise.resolve('done'))).toBe('done')
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGBREAK'])('is ended by %s', (name) => {
    const { cancel, commands, events } = startProcess()
    events.emit(name, name)
    expect(cancel.signal.aborted).toBe(true)
    expect(cancel.reason()).toBe(name)
    expect(commands.lines).toEqual([`info: ${name}: stopping`])
  })

  test('is ended by the first signal, and no other changes that', () => {
    const { cancel, commands, events } = startProcess()
    for (const name of ['SIGINT', 'SIGTERM', 'SIGINT']) events.emit(name, name)
    expect(cancel.reason()).toBe('SIGINT')
    expect(commands.lines).toEqual(['info: SIGINT: stopping'])
  })

  test.each(['uncaughtException', 'unhandledRejection'])('is ended by an %s', (name) => {
    const { cancel, events } = startProcess()
    const [first, second] = [new Error('first'), new Error('second')]
    events.emit(name, first)
    events.emit(name, second)
    expect(cancel.signal.aborted).toBe(true)
    expect(cancel.stray()).toBe(first)
    expect(cancel.reason()).toBeUndefined()
  })

  test.each([undefined, null])(
    'is ended by a rejection with %s, which counts as an error',
    (what) => {
      const { cancel, events } = startProcess()
      events.emit('unhandledRejection', what)
      expect(cancel.stray()).toBeInstanceOf(Error)
    },
  )

  test('that has been ended still comes to its own end where it can', async () => {
    const { cancel, events } = startProcess()
    events.emit('SIGTERM')
    expect(await cancel.within(Promise.resolve('done'))).toBe('done')
    await expect(cancel.within(Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  })

  test('is not waited for long once it has been ended, nor is its process', async () => {
    const { cancel, ends, events } = startProcess()
    const forEver = new Promise<string>(() => undefined)
    const first = cancel.within(forEver)
    events.emit('SIGTERM')
    jest.advanceTimersByTime(PROMPT_MS / 2)
    events.emit('SIGINT')
    jest.runOnlyPendingTimers()
    expect(await first).toBeUndefined()
    expect(await cancel.within(forEver)).toBeUndefined()
    cancel.leave(() => undefined)
    jest.runOnlyPendingTimers()
    expect(ends).toHaveLength(1)
    expect(ends[0]).toBeLessThanOrEqual(PROMPT_MS)
  })
})

describe('a run that is over', () => {
  test('still tells of every error that nothing catches', () => {
    const { cancel, events } = startProcess()
    const told: unknown[] = []
    cancel.leave((error) => told.push(error))
    const late = new Error('too late')
    events.emit('uncaughtException', late)
    events.emit('unhandledRejection', undefined)
    expect(told).toEqual([late, expect.any(Error)])
  })

  test('does not wait for what would have been waited for', () => {
    const { cancel, events } = startProcess()
    events.emit('SIGTERM')
    cancel.leave(() => undefined)
    // The end of the process alone.
    expect(jest.getTimerCount()).toBe(1)
  })

  test('leaves its process the time that a slow log takes', () => {
    const { cancel, ends } = startProcess()
    cancel.leave(() => undefined)
    jest.advanceTimersByTime(PROMPT_MS)
    expect(ends).toEqual([])
    jest.advanceTimersByTime(10_000)
    expect(ends).toHaveLength(1)
  })
})
