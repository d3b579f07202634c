import { describe, expect, test } from '@jest/globals'
import { Window } from '../../../src/registry/pace/concurrency-window.ts'

/**
 * Requests that keep a window full at a host that works on so many side by side: what is more waits
 * there. Returns the sizes, one for each time that all of the window went through.
 */
function sizes(window: Window, rounds: number, atOnce: number, { from = 0, serviceMs = 30 } = {}) {
  let now = from
  return Array.from({ length: rounds }, () => {
    const size = window.size
    const latency = serviceMs * Math.max(1, size / atOnce)
    for (let answer = 0; answer < size; answer++) {
      now += latency / size
      window.answered()
      window.moved(1, latency, now)
    }
    return size
  })
}

describe('a window', () => {
  test('begins with sixteen, or with as few as it is told, and doubles with each round trip', () => {
    expect(new Window(64).size).toBe(16)
    const window = new Window(16, { start: 8 })
    expect(window.size).toBe(8)
    expect(sizes(window, 3, 100)).toEqual([8, 16, 16])
  })

  test.each([1, 3, 12, 16, 100])('is never larger than %i where that is its bound', (bound) => {
    const window = new Window(bound)
    expect(Math.max(...sizes(window, 60, 1_000))).toBe(bound)
    window.refused(1, 2)
    expect(Math.max(...sizes(window, 60, 1_000))).toBe(bound)
  })

  test('goes on doubling while that pays', () => {
    const window = new Window(256)
    expect(sizes(window, 20, 1_000).at(-1)).toBe(256)
  })

  test.each([20, 40, 100])('settles near %i where a host works on so many at once', (atOnce) => {
    const window = new Window(256)
    const settled = sizes(window, 400, atOnce).slice(100)
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(atOnce * 0.75)
    expect(Math.max(...settled)).toBeLessThanOrEqual(atOnce * 1.5)
  })

  test('finds out that a host has become faster', () => {
    const window = new Window(256)
    sizes(window, 100, 20)
    expect(window.size).toBeLessThan(32)
    sizes(window, 400, 100, { from: 1e6 })
    expect(window.size).toBeGreaterThan(60)
  })

  test('is halved once by all refusals of what was on its way', () => {
    const window = new Window(16)
    sizes(window, 3, 100)
    for (let request = 0; request < 16; request++) window.refused(100, 130 + request)
    expect(window.size).toBe(8)
    window.refused(200, 230)
    expect(window.size).toBe(4)
    window.refused(300, 330)
    expect(window.size).toBe(4)
  })

  test('recovers by one with each round trip', () => {
    const window = new Window(16)
    sizes(window, 3, 100)
    window.refused(100, 130)
    const recovering = sizes(window, 12, 100)
    expect(recovering[0]).toBe(8)
    expect(recovering[1]).toBeLessThanOrEqual(9)
    expect(recovering.at(-1)).toBe(16)
  })

  test('is halved by a host that has become slow, and not by one slow answer', () => {
    const window = new Window(16)
    sizes(window, 5, 100)
    window.moved(1, 5_000, 2_000)
    sizes(window, 2, 100, { from: 3_000 })
    expect(window.size).toBe(16)
    sizes(window, 3, 100, { from: 4_000, serviceMs: 300 })
    expect(window.size).toBeLessThan(12)
    expect(window.size).toBeGreaterThanOrEqual(8)
  })

  test('does not take a few milliseconds more for slow', () => {
    const window = new Window(16)
    sizes(window, 5, 100, { serviceMs: 1 })
    sizes(window, 20, 100, { from: 1_000, serviceMs: 40 })
    expect(window.size).toBe(16)
  })

  test('says nothing of the times when it was not in full use', () => {
    const window = new Window(16)
    sizes(window, 5, 100)
    for (let answer = 0; answer < 100; answer++) {
      window.moved(1, 9_000, 10_000 + answer)
      window.idle()
    }
    expect(window.size).toBe(16)
  })
})
