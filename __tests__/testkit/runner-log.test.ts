import { describe, expect, test } from '@jest/globals'
import { parseFileCommand } from '../../testkit/runner/file-command.ts'
import { RunnerLog } from '../../testkit/runner/runner-log.ts'
import { SecretMasker } from '../../testkit/runner/secret-masker.ts'
import { parseWorkflowCommand } from '../../testkit/runner/workflow-command.ts'

function logOf(...lines: string[]) {
  const log = new RunnerLog({ secrets: ['known-before'], showDebug: false })
  for (const line of lines) log.add(line)
  return log
}

describe('a workflow command', () => {
  test('has a name, properties and data, all unescaped', () => {
    const line = '::error title=a%3Ab%2Cc%25,file=x.ts::100%25 wrong%0Asecond line: %3A'
    expect(parseWorkflowCommand(line)).toEqual({
      name: 'error',
      properties: { title: 'a:b,c%', file: 'x.ts' },
      data: '100% wrong\nsecond line: %3A',
    })
  })

  test('may stand behind blanks', () => {
    expect(parseWorkflowCommand('  ::add-mask::s3cret')?.data).toBe('s3cret')
  })

  test('in its old form may stand anywhere', () => {
    expect(parseWorkflowCommand('text ##[set-output name=a;b=c]value')).toEqual({
      name: 'set-output',
      properties: { name: 'a', b: 'c' },
      data: 'value',
    })
  })

  test.each(['x ::error::y', '::error:y', '::unknown::y', ': :error::y', '##[unknown]y', 'plain'])(
    'is not seen in %j',
    (line) => {
      expect(parseWorkflowCommand(line)).toBeUndefined()
    },
  )

  test('is known in any case of letters', () => {
    expect(parseWorkflowCommand('::Add-Mask::x')?.name).toBe('add-mask')
  })
})

describe('the masker', () => {
  test.each([
    ['s3cret+value', 'a s3cret+value b', 'a *** b'],
    ['s3cret+value', encodeURIComponent('s3cret+value'), '***'],
    ['say "hi"', JSON.stringify({ a: 'say "hi"' }), '{"a":"***"}'],
    ['one\ntwo', 'only two of it', 'only *** of it'],
    ['pass', Buffer.from('pass').toString('base64'), '***'],
    ['  ', 'a   b', 'a   b'],
  ])('hides %j in %j', (secret, text, masked) => {
    const masker = new SecretMasker()
    masker.add(secret)
    expect(masker.mask(text)).toBe(masked)
  })

  test('makes one of secrets that overlap or touch', () => {
    const masker = new SecretMasker()
    for (const secret of ['abcd', 'cdef', 'ghij']) masker.add(secret)
    expect(masker.mask('-abcdefghij-abcd-')).toBe('-***-***-')
    masker.add('bc')
    expect(masker.mask('-abcd-bc-')).toBe('-***-***-')
  })

  test('finds most of a password inside the base64 of user and password', () => {
    const masker = new SecretMasker()
    masker.add('correct horse battery')
    const header = Buffer.from('user:correct horse battery').toString('base64')
    expect(masker.mask(header)).toMatch(/^.{0,10}\*\*\*.{0,4}$/)
  })
})

describe('the log', () => {
  test('masks from the moment the mask was added', () => {
    const log = logOf('first t0ken', '::add-mask::t0ken', 'then t0ken', 'and known-before')
    expect(log.lines).toEqual(['first t0ken', 'then ***', 'and ***'])
    expect(log.unmasked).toEqual(['first t0ken', 'then t0ken', 'and known-before'])
    expect(log.masks).toEqual(['t0ken'])
  })

  test('collects what is inside a group', () => {
    const log = logOf('before', '::group::copy', 'inside', '::endgroup::', 'after')
    expect(log.groups).toEqual([{ name: 'copy', lines: ['inside'] }])
    expect(log.lines).toEqual(['before', '##[group]copy', 'inside', '##[endgroup]', 'after'])
  })

  test('turns errors, warnings and notices into annotations', () => {
    const log = logOf('::error title=T::one%0Atwo', '::warning::w', '::notice::n known-before')
    expect(log.annotations).toEqual([
      { level: 'error', message: 'one\ntwo', properties: { title: 'T' } },
      { level: 'warning', message: 'w', properties: {} },
      { level: 'notice', message: 'n ***', properties: {} },
    ])
    expect(log.lines).toContain('##[error]two')
  })

  test('shows debug lines only when debugging', () => {
    expect(logOf('::debug::d').lines).toEqual([])
    const debugging = new RunnerLog({ secrets: [], showDebug: true })
    debugging.add('::debug::d')
    expect(debugging.lines).toEqual(['##[debug]d'])
  })

  test('obeys no command between stop-commands and its token', () => {
    const log = logOf('::stop-commands::Pause', '::error::x', '::pause::', '::error::y')
    expect(log.annotations.map((annotation) => annotation.message)).toEqual(['y'])
    expect(log.lines).toContain('::error::x')
  })

  test('keeps a list of commands that nobody should use', () => {
    const log = logOf('::set-output name=a::b')
    expect(log.legacyCommands).toMatchObject([{ name: 'set-output', data: 'b' }])
  })
})

describe('a file of values', () => {
  test('holds lines and blocks, and the last value counts', () => {
    const text = 'a=1\nb<<END\none\n\ntwo=2\nEND\n\na=3=4\nempty<<X\nX\n'
    expect(parseFileCommand(text)).toEqual({ a: '3=4', b: 'one\n\ntwo=2', empty: '' })
  })

  test.each([
    ['a<<END\nvalue\n', 'no end of the value'],
    ['a<<\n', 'no end of the value'],
    ['nothing', 'neither name=value'],
    ['=x', 'no name'],
    ['<<X\nX\n', 'no name'],
  ])('cannot be %j', (text, message) => {
    expect(() => parseFileCommand(text)).toThrow(message)
  })
})
