import { expect, test } from '@jest/globals'
import { SLAB_BYTES, Slabs } from '../../../src/registry/network/slabs.ts'

test('a slab that nobody holds is taken again', () => {
  const slabs = new Slabs()
  const slab = slabs.take()
  expect(slab).toHaveLength(SLAB_BYTES)
  slabs.release(slab)
  expect(slabs.take()).toBe(slab)
})

test('a slab of which somebody holds a part is not', () => {
  const slabs = new Slabs()
  const slab = slabs.take()
  const part = slab.subarray(1000, 2000)
  slabs.hold(part)
  slabs.release(slab)
  expect(slabs.take()).not.toBe(slab)
  slabs.release(part)
  expect(slabs.take()).toBe(slab)
})

test('memory of other kinds is left alone', () => {
  const slabs = new Slabs()
  const other = Buffer.alloc(SLAB_BYTES)
  slabs.hold(other)
  slabs.release(other)
  slabs.release(other)
  expect(slabs.take().buffer).not.toBe(other.buffer)
})

test('what is kept for later has a bound', () => {
  const slabs = new Slabs()
  const many = Array.from({ length: 200 }, () => slabs.take())
  for (const slab of many) slabs.release(slab)
  const again = new Set(many.map(() => slabs.take()))
  const kept = many.filter((slab) => again.has(slab))
  expect(kept.length * SLAB_BYTES).toBeLessThanOrEqual(16 * 1024 * 1024)
  expect(kept.length).toBeGreaterThan(0)
})
