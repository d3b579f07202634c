import { describe, expect, test } from '@jest/globals'
import { HostPause } from '../../src/registry/host-pause.ts'

const now = Date.parse('2026-01-02T03:04:05Z')

describe('the pause of a host', () => {
  test('begins with an answer that says so, and ends', () => {
    const pause = new HostPause()
    expect(pause.left(now)).toBe(0)
    pause.note(429, undefined, now)
    expect(pause.left(now)).toBe(200)
    expect(pause.left(now + 199)).toBe(1)
    expect(pause.left(now + 200)).toBe(0)
  })

  test.each([200, 404, 401, 500, 502])('does not begin with %i', (status) => {
    const pause = new HostPause()
    pause.note(status, '60', now)
    expect(pause.left(now)).toBe(0)
  })

  test.each([
    ['in seconds', '7', 7_000],
    ['as a date', 'Fri, 02 Jan 2026 03:05:05 GMT', 60_000],
    ['of a year', '31536000', 120_000],
    ['of no meaning', 'soon', 200],
  ])('is what the host asks for %s', (_what, header, milliseconds) => {
    const pause = new HostPause()
    pause.note(503, header, now)
    expect(pause.left(now)).toBe(milliseconds)
  })

  test('does not grow because many requests are told at once', () => {
    const pause = new HostPause()
    for (let request = 0; request < 16; request++) pause.note(429, undefined, now + request)
    expect(pause.left(now)).toBe(200)
  })

  test('is longer each time that it was too short, and short again after a success', () => {
    const pause = new HostPause()
    const lengths: number[] = []
    for (let time = now; lengths.length < 10; time += pause.left(time)) {
      pause.note(429, undefined, time)
      lengths.push(pause.left(time))
    }
    expect(lengths).toEqual([200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30e3, 30e3])
    pause.note(200, undefined, now + 1e6)
    pause.note(429, undefined, now + 1e6)
    expect(pause.left(now + 1e6)).toBe(200)
  })

  test('is not made shorter by a host that asks for less', () => {
    const pause = new HostPause()
    pause.note(429, '60', now)
    pause.note(429, '1', now)
    expect(pause.left(now)).toBe(60_000)
  })
})
