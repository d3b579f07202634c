import { execFile } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { GatheredOutput } from '../../src/action/gathered-output.ts'

const MODULE = new URL('../../src/action/gathered-output.ts', import.meta.url).href

function world() {
  const calls: string[] = []
  const output = {
    cork: () => void calls.push('held'),
    uncork: () => void calls.push('written'),
  }
  const events = new EventEmitter()
  return { calls, events, gathered: new GatheredOutput(output, events) }
}

describe('output that is gathered', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })

  afterEach(() => {
    jest.useRealTimers()
  })

  test('is held once, and written a moment later', () => {
    const { calls, gathered } = world()
    gathered.gather()
    gathered.gather()
    expect(calls).toEqual(['held'])
    jest.advanceTimersByTime(50)
    expect(calls).toEqual(['held', 'written'])
    gathered.gather()
    expect(calls).toEqual(['held', 'written', 'held'])
  })

  test.each(['beforeExit', 'exit'])('is written by a process that ends (%s)', (event) => {
    const { calls, events, gathered } = world()
    gathered.gather()
    events.emit(event)
    expect(calls).toEqual(['held', 'written'])
    jest.advanceTimersByTime(50)
    events.emit(event)
    expect(calls).toEqual(['held', 'written'])
  })
})

describe('a process does not lose what it has gathered', () => {
  // More than a pipe takes in at once.
  const LINES = 20_000

  test.each([
    ['when it comes to its end', LINES, ''],
    ['when it is ended', 100, 'process.exit()'],
    ['when it fails', 100, 'throw new Error("no more")'],
  ])('%s', async (_when, lines, end) => {
    const program = `
      import { GatheredOutput } from '${MODULE}'
      const output = new GatheredOutput(process.stdout, process)
      output.gather()
      for (let line = 0; line < ${lines}; line++) process.stdout.write('line ' + line + '\\n')
      ${end}`
    const args = ['--no-warnings', '--input-type=module', '--eval', program]
    const running = promisify(execFile)(process.execPath, args)
    const { stdout } = await running.catch((error: { stdout: string }) => error)
    expect(stdout.trim().split('\n')).toHaveLength(lines)
  })
})
