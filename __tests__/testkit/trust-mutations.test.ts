import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { trustMutations } from '../../testkit/mutation/trust-mutations.ts'

test.each(trustMutations)('the hole in $file still has its place: $what', ({ file, from, to }) => {
  const source = readFileSync(`src/trust/${file}`, 'utf8')
  expect(source.split(from)).toHaveLength(2)
  expect(from).not.toBe(to)
})
