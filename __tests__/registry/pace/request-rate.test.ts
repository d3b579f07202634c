import { describe, expect, test } from '@jest/globals'
import { Rate } from '../../../src/registry/pace/request-rate.ts'

/** Turns that are asked for at one time. */
function turns(rate: Rate, count: number, from = 0) {
  return Array.from({ length: count }, () => rate.turn(from))
}

/** Answers that come every so many milliseconds. */
function serve(rate: Rate, count: number, every: number, from = 0) {
  for (let answer = 0; answer < count; answer++) rate.served(from + answer * every)
}

describe('a rate', () => {
  test('is none until something is known', () => {
    const rate = new Rate()
    serve(rate, 100, 1)
    expect(rate.perSecond).toBeUndefined()
    expect(turns(rate, 3)).toEqual([0, 0, 0])
  })

  test('spreads the turns over time, and lets the first few go at once', () => {
    expect(turns(new Rate(10), 6)).toEqual([0, 0, 0, 50, 150, 250])
  })

  test('makes up for a short time without requests, not for a long one', () => {
    const rate = new Rate(10)
    turns(rate, 6)
    expect(turns(rate, 4, 60_000)).toEqual([0, 0, 0, 50])
  })

  test('is most of what was served when the host refused more', () => {
    const rate = new Rate()
    serve(rate, 20, 50)
    rate.refused(960, 1_000)
    expect(rate.perSecond).toBeCloseTo(16, 0)
    expect(turns(rate, 1, 1_000)).toEqual([0])
    expect(turns(rate, 1, 1_000)[0]).toBeGreaterThan(50)
  })

  test('is not changed again by what was sent before it was', () => {
    const rate = new Rate()
    serve(rate, 20, 50)
    rate.refused(960, 1_000)
    const before = rate.perSecond
    for (const sentAt of [900, 970, 1_000]) rate.refused(sentAt, 1_020)
    expect(rate.perSecond).toBe(before)
    rate.refused(1_001, 1_030)
    expect(rate.perSecond).toBeLessThan(before ?? 0)
  })

  test('is not told by a host that serves nobody', () => {
    const rate = new Rate()
    serve(rate, 20, 50)
    rate.refused(29_000, 30_000)
    expect(rate.perSecond).toBeUndefined()
  })

  test('never is less than one in a second', () => {
    const rate = new Rate(10)
    for (let time = 0; time < 100_000; time += 2_000) {
      rate.served(time)
      rate.refused(time + 1, time + 900)
    }
    expect(rate.perSecond).toBe(1)
  })

  test('rises by a tenth in the first second, and faster with each one that goes well', () => {
    const rate = new Rate()
    serve(rate, 11, 100)
    rate.refused(999, 1_000)
    const first = rate.perSecond ?? 0
    serve(rate, 10, 100, 1_000)
    const second = rate.perSecond ?? 0
    expect(second / first).toBeGreaterThan(1.1)
    expect(second / first).toBeLessThan(1.3)
    serve(rate, 100, 100, 2_000)
    expect(rate.perSecond ?? Number.POSITIVE_INFINITY).toBeGreaterThan(10 * first)
  })

  test('is none again where it has become more than anybody counts', () => {
    const rate = new Rate(10)
    serve(rate, 200, 100)
    expect(rate.perSecond).toBeUndefined()
  })
})
