import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Pipe } from '../../benchmark/proxy/pipe.ts'

beforeEach(() => {
  jest.useFakeTimers({ now: 0 })
})
afterEach(() => {
  jest.useRealTimers()
})

/** A pipe between two streams that do what the pipe wants of sockets. */
function pipeOf(bandwidth?: number) {
  const [from, to] = [new PassThrough(), new PassThrough()]
  const pipe = new Pipe(from as unknown as Socket, bandwidth)
  pipe.to = to as unknown as Socket
  return { pipe, from, arrived: () => String(to.read() ?? '') }
}

test('what is held arrives when its time has come, in order', () => {
  const { pipe, from, arrived } = pipeOf()
  pipe.holdUntil(30)
  pipe.write(Buffer.from('a'))
  pipe.write(Buffer.from('b'))
  let isReleased = false
  pipe.whenReleased(() => {
    isReleased = true
  })
  jest.advanceTimersByTime(29)
  expect([arrived(), isReleased, from.isPaused()]).toEqual(['', false, true])
  jest.advanceTimersByTime(1)
  expect([arrived(), isReleased, from.isPaused()]).toEqual(['ab', true, false])
})

test('what is not held passes at once', () => {
  const { pipe, arrived } = pipeOf()
  pipe.holdUntil(0)
  pipe.write(Buffer.from('a'))
  expect(arrived()).toBe('a')
})

test('a narrow connection is read from as fast as it can send', () => {
  const { pipe, from } = pipeOf(1000)
  pipe.write(Buffer.alloc(500))
  jest.advanceTimersByTime(499)
  expect(from.isPaused()).toBe(true)
  jest.advanceTimersByTime(1)
  expect(from.isPaused()).toBe(false)
})
