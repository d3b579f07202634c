import { describe, expect, test } from '@jest/globals'
import { runnerCommands } from '../../src/action/commands.ts'

describe('what is printed together', () => {
  test('is held until all of it is there', () => {
    let held: number | undefined
    runnerCommands.together(() => {
      held = process.stdout.writableCorked
    })
    expect(held).toBe(1)
    expect(process.stdout.writableCorked).toBe(0)
  })

  test('is not held for ever where printing fails', () => {
    expect(() =>
      runnerCommands.together(() => {
        throw new Error('no more')
      }),
    ).toThrow('no more')
    expect(process.stdout.writableCorked).toBe(0)
  })
})
