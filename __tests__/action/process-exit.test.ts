import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { leaveProcess } from '../../src/action/process-exit.ts'

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

describe('a process that something keeps', () => {
  test('ends soon where the run was cancelled', () => {
    const exit = jest.fn()
    leaveProcess('cancelled', exit)
    // A run has 1.4 s until its outputs, and a cancelled job two in all.
    jest.advanceTimersByTime(600)
    expect(exit).toHaveBeenCalledTimes(1)
  })

  test('is left the time that a slow log takes where the run came to its end', () => {
    const exit = jest.fn()
    leaveProcess('finished', exit)
    jest.advanceTimersByTime(2_000)
    expect(exit).not.toHaveBeenCalled()
    jest.advanceTimersByTime(10_000)
    expect(exit).toHaveBeenCalledTimes(1)
  })
})
