import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { Cancellation } from '../../src/action/cancellation.ts'
import { whyEnded } from '../../src/registry/errors.ts'
import { recordCommands } from './command-recorder.ts'

/** What a runner may count on, from the signal to the end of the process. */
const PROMPT_MS = 2_000

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

function startRun() {
  const events = new EventEmitter()
  const commands = recordCommands()
  return { events, commands, cancel: new Cancellation(commands, events) }
}

describe('a run', () => {
  test('goes on until something ends it', async () => {
    const { cancel } = startRun()
    expect(cancel.signal.aborted).toBe(false)
    expect(cancel.endedBy).toBeUndefined()
    expect(await cancel.within(Promise.resolve('done'))).toBe('done')
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGBREAK'])('is ended by %s', (name) => {
    const { cancel, commands, events } = startRun()
    events.emit(name, name)
    expect(cancel.signal.aborted).toBe(true)
    expect(cancel.endedBy).toBe(name)
    expect(whyEnded(cancel.signal)).toBe('the run was cancelled')
    expect(commands.lines).toEqual([`info: ${name}: stopping`])
  })

  test('is ended by its deadline, which says so', () => {
    const { cancel, commands } = startRun()
    cancel.endAfter(5)
    jest.advanceTimersByTime(4_999)
    expect(cancel.signal.aborted).toBe(false)
    jest.advanceTimersByTime(1)
    expect(cancel.endedBy).toBe('The deadline of 5 s')
    expect(whyEnded(cancel.signal)).toBe('the deadline of 5 s has passed')
    expect(commands.lines).toEqual(['info: The deadline of 5 s: stopping'])
  })

  test('is ended by what comes first, and nothing else changes that', () => {
    const { cancel, commands, events } = startRun()
    cancel.endAfter(1)
    for (const name of ['SIGINT', 'SIGTERM', 'SIGINT']) events.emit(name, name)
    jest.advanceTimersByTime(PROMPT_MS)
    expect(cancel.endedBy).toBe('SIGINT')
    expect(whyEnded(cancel.signal)).toBe('the run was cancelled')
    expect(commands.lines).toEqual(['info: SIGINT: stopping'])
  })

  test('that has been ended still comes to its own end where it can', async () => {
    const { cancel, events } = startRun()
    events.emit('SIGTERM')
    expect(await cancel.within(Promise.resolve('done'))).toBe('done')
    await expect(cancel.within(Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  })

  test('is not waited for long once it has been ended', async () => {
    const { cancel, events } = startRun()
    const forEver = new Promise<string>(() => undefined)
    const first = cancel.within(forEver)
    events.emit('SIGTERM')
    jest.advanceTimersByTime(PROMPT_MS / 2)
    events.emit('SIGINT')
    jest.advanceTimersByTime(PROMPT_MS / 2)
    expect(await first).toBeUndefined()
    expect(await cancel.within(forEver)).toBeUndefined()
  })

  test('that is over leaves no timer behind', () => {
    const { cancel, events } = startRun()
    cancel.endAfter(60)
    events.emit('SIGTERM')
    cancel.over()
    expect(jest.getTimerCount()).toBe(0)
  })
})
