import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { ACTION_VERSION } from '../../src/action/version.ts'

test('the version of the action is that of package.json', () => {
  expect(ACTION_VERSION).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version)
})
