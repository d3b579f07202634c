import { EventEmitter } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { Defects } from '../../src/action/defects.ts'

function startRun() {
  const events = new EventEmitter()
  const ends: string[] = []
  const defects = new Defects(() => ends.push('ended'), events)
  return { events, ends, defects }
}

describe('an error that nothing catches', () => {
  test.each(['uncaughtException', 'unhandledRejection'])('ends the run as an %s', (name) => {
    const { defects, ends, events } = startRun()
    expect(defects.first).toBeUndefined()
    const [first, second] = [new Error('first'), new Error('second')]
    events.emit(name, first)
    events.emit(name, second)
    expect(ends).not.toEqual([])
    expect(defects.first).toBe(first)
  })

  test.each([undefined, null])('counts as one also where it is %s', (what) => {
    const { defects, events } = startRun()
    events.emit('unhandledRejection', what)
    expect(defects.first).toBeInstanceOf(Error)
  })

  test('is told when the run is over, however many there are', () => {
    const { defects, ends, events } = startRun()
    const told: unknown[] = []
    defects.tell((error) => told.push(error))
    const late = new Error('too late')
    events.emit('uncaughtException', late)
    events.emit('unhandledRejection', undefined)
    expect(told).toEqual([late, expect.any(Error)])
    expect(ends).toEqual([])
  })
})
