import { describe, expect, test } from '@jest/globals'
import { Turns } from '../../../src/registry/pace/turns.ts'

/** Lets everything run that can run now. */
async function settle(): Promise<undefined> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  return undefined
}

describe('works that take turns', () => {
  test('go one after another under one name, and side by side under two', async () => {
    const turns = new Turns()
    const order: string[] = []
    const work = (name: string, label: string) =>
      turns.run(name, async () => {
        order.push(`${label} starts`)
        await settle()
        order.push(`${label} ends`)
        return label
      })
    const results = await Promise.all([work('a', 'first'), work('a', 'second'), work('b', 'other')])
    expect(results).toEqual(['first', 'second', 'other'])
    expect(order.indexOf('second starts')).toBeGreaterThan(order.indexOf('first ends'))
    expect(order.indexOf('other starts')).toBeLessThan(order.indexOf('first ends'))
  })

  test('go on after one that failed', async () => {
    const turns = new Turns()
    const failed = turns.run('a', () => Promise.reject(new Error('broke')))
    const next = turns.run('a', () => Promise.resolve('done'))
    await expect(failed).rejects.toThrow('broke')
    expect(await next).toBe('done')
    expect(await turns.run('a', () => Promise.resolve('again'))).toBe('again')
  })
})
