import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { ActionLogger } from '../../src/action/logger.ts'
import { recordCommands } from './command-recorder.ts'

describe('the log of the action', () => {
  test('prints information and warnings', () => {
    const commands = recordCommands()
    const logger = new ActionLogger(commands)
    logger.info('copied 3 blobs')
    logger.warning('no linux/arm64')
    expect(commands.lines).toEqual(['info: copied 3 blobs', 'warning: no linux/arm64'])
  })

  test('prints debug lines only under the debug switch of the runner', () => {
    const quiet = recordCommands()
    const talkative = recordCommands({ debug: true })
    for (const commands of [quiet, talkative])
      new ActionLogger(commands).debug('GET /v2/ 200 12 ms')
    expect(quiet.lines).toEqual([])
    expect(talkative.lines).toEqual(['debug: GET /v2/ 200 12 ms'])
  })

  test('never gives the runner a command, whatever is logged and however', () => {
    const text = fc
      .array(
        fc.constantFrom(
          '::',
          '##[',
          '\n',
          ' ',
          '\r',
          'error',
          '::stop-commands::x',
          '\u2028',
          '\u200b',
        ),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (message) => {
        const commands = recordCommands({ debug: true })
        const logger = new ActionLogger(commands)
        logger.info(message)
        logger.debug(message)
        logger.warning(message)
        const buffered = logger.bufferedLog()
        buffered.info(message)
        buffered.print(message)
        for (const name of ['info', 'debug', 'warning', 'group']) {
          for (const line of commands.of(name)) {
            expect(line.trimStart().startsWith('::')).toBe(false)
            expect(line).not.toContain('##[')
            expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
          }
        }
        expect(commands.of('info')).toHaveLength(2)
      }),
    )
  })

  test('keeps the lines of one image together, in the order in which images are done', () => {
    const commands = recordCommands({ debug: true })
    const logger = new ActionLogger(commands)
    const first = logger.bufferedLog()
    const second = logger.bufferedLog()
    first.info('first: start')
    second.debug('second: request')
    second.warning('second: slow')
    first.info('first: end')
    logger.info('1 of 2 images done')
    second.print('b:2')
    first.print('a:1')
    expect(commands.lines).toEqual([
      'info: 1 of 2 images done',
      'group: b:2',
      'debug: second: request',
      'warning: second: slow',
      'end: ',
      'group: a:1',
      'info: first: start',
      'info: first: end',
      'end: ',
    ])
  })

  test('prints the lines of an image once', () => {
    const commands = recordCommands()
    const buffered = new ActionLogger(commands).bufferedLog()
    buffered.info('once')
    buffered.print('a')
    buffered.print('b')
    expect(commands.of('info')).toEqual(['once'])
  })

  test('annotates ten warnings when there are ten', () => {
    const commands = recordCommands()
    const logger = new ActionLogger(commands)
    for (let number = 1; number <= 10; number += 1) logger.warning(`warning ${number}`)
    logger.finish()
    expect(commands.of('warning')).toHaveLength(10)
    expect(commands.of('warning').at(-1)).toBe('warning 10')
  })

  test('spends the tenth annotation on how many more warnings there are, and logs those', () => {
    const commands = recordCommands()
    const logger = new ActionLogger(commands)
    for (let number = 1; number <= 13; number += 1) logger.warning(`warning ${number}`)
    expect(commands.of('info')).toEqual(
      [10, 11, 12, 13].map((number) => `Warning: warning ${number}`),
    )
    logger.finish()
    logger.finish()
    expect(commands.of('warning')).toHaveLength(10)
    expect(commands.of('warning').at(-1)).toBe('… and 4 more warnings: see the log.')
  })

  test('has nothing to add when there were few warnings', () => {
    const commands = recordCommands()
    const logger = new ActionLogger(commands)
    logger.warning('only')
    logger.finish()
    expect(commands.lines).toEqual(['warning: only'])
  })
})
