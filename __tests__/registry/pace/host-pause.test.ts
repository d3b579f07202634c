import { describe, expect, test } from '@jest/globals'
import { HostPause } from '../../../src/registry/pace/host-pause.ts'

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

  test('does not begin with one refusal among requests that are served', () => {
    const pause = new HostPause()
    for (let request = 0; request < 200; request++) {
      pause.note(request % 25 === 24 ? 503 : 200, '1', now + request)
      expect(pause.left(now + request)).toBe(0)
    }
  })

  test('begins with the third of them with hardly anything served in between', () => {
    const pause = new HostPause()
    for (let request = 0; request < 20; request++) pause.note(200, undefined, now)
    const lengths = [429, 200, 429, 429].map((status) => {
      pause.note(status, '7', now)
      return pause.left(now)
    })
    expect(lengths).toEqual([0, 0, 0, 7_000])
  })

  test('begins with one that is known to be for all', () => {
    const pause = new HostPause()
    for (let request = 0; request < 20; request++) pause.note(200, undefined, now)
    pause.note(429, '7', now, true)
    expect(pause.left(now)).toBe(7_000)
  })

  test('begins again with the first refusal behind it', () => {
    const pause = new HostPause()
    for (let request = 0; request < 3; request++) pause.note(503, '1', now)
    expect(pause.left(now + 1_000)).toBe(0)
    pause.note(503, '1', now + 1_001)
    expect(pause.left(now + 1_001)).toBe(1_000)
  })

  test('ends for each at another time, but for nobody too early', () => {
    const pause = new HostPause()
    expect(pause.leftFor(now, 0.99)).toBe(0)
    pause.note(429, '7', now)
    expect(pause.leftFor(now, 0)).toBe(7_000)
    expect(pause.leftFor(now, 0.5)).toBe(7_250)
    expect(pause.leftFor(now + 6_900, 0.5)).toBe(150)
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
