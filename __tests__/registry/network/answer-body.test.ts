import { describe, expect, test } from '@jest/globals'
import { AnswerBody } from '../../../src/registry/network/answer.ts'
import { readSome } from '../../../src/registry/network/answer-body.ts'
import { systemClock } from '../../../src/registry/clock.ts'
import { Slabs } from '../../../src/registry/network/slabs.ts'

/** A body that never ends, whose connection is played by hand. */
function startBody() {
  const events: string[] = []
  const controller = {
    abort: () => events.push('abort'),
    pause: () => undefined,
    resume: () => undefined,
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: [],
  }
  return { body: new AnswerBody(controller, new Slabs()), events }
}

describe('a body that is wanted only if it comes soon', () => {
  test('is given up when the time is over, and so is its connection', async () => {
    const { body, events } = startBody()
    body.add(Buffer.from('some'))
    const chunks: string[] = []
    for await (const chunk of body.within(1)) chunks.push(chunk.toString())
    expect(chunks).toEqual(['some'])
    expect(events).toEqual(['abort'])
  })

  test('is as much as has come by then where it explains an error', async () => {
    const { body, events } = startBody()
    body.add(Buffer.from('some'))
    const read = await readSome({ status: 500, headers: {}, body }, 1024, { clock: systemClock }, 1)
    expect(read.toString()).toBe('some')
    expect(events).toEqual(['abort'])
  })

  test('is given up too where what is wanted is its end', async () => {
    const { body, events } = startBody()
    await body.discard(1024, 1)
    expect(events).toEqual(['abort'])
  })
})
