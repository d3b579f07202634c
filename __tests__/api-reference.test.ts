import { describe, expect, test } from '@jest/globals'
import type { ApiItem, ApiModule } from '../.ci/api-model.ts'
import { commentText, referenceProblems, renderReference } from '../.ci/api-reference.ts'

const comment = (text: string) => `/**\n * ${text}\n */`

function item(
  kind: string,
  name: string,
  text: string,
  code: string,
  members: ApiItem[] = [],
): ApiItem {
  return {
    kind,
    name,
    docComment: text === '' ? '' : comment(text),
    excerptTokens: [{ kind: 'Content', text: code }],
    members,
  }
}

function moduleWith(...exports: readonly ApiItem[]): ApiModule {
  return { name: 'oci', docComment: comment('After the image-spec.'), exports, messages: [] }
}

describe('the reference of the library', () => {
  test('is content with comments that say what it takes', () => {
    const wait = item('PropertySignature', 'waitMs', '', 'readonly waitMs?: number')
    const load = item(
      'Method',
      'load',
      'Loads it. Throws a RegistryError.',
      'load(): Promise<void>',
    )
    const sound = item('Class', 'Thing', 'A thing.', 'declare class Thing', [wait, load])
    expect(referenceProblems([moduleWith(sound)])).toEqual([])
  })

  test.each([
    ['has no comment', item('Interface', 'X', '', 'export interface X')],
    [
      '.wait has no unit',
      item('Interface', 'X', 'An x.', 'export interface X', [
        item('PropertySignature', 'wait', 'How long.', 'readonly wait: number'),
      ]),
    ],
    [
      '.load does not say what it throws',
      item('Class', 'X', 'An x.', 'declare class X', [
        item('Method', 'load', 'Loads it.', 'load(): Promise<void>'),
      ]),
    ],
    [
      'does not say what it throws',
      item('Function', 'X', 'Reads it.', 'export declare function parseX(text: string): X'),
    ],
  ])('misses what a comment leaves out: %s', (problem, faulty) => {
    const [first, ...others] = referenceProblems([moduleWith(faulty)])
    expect(others).toEqual([])
    expect(first).toMatch(/^oci: X/)
    expect(first?.endsWith(problem)).toBe(true)
  })

  test('misses the specification', () => {
    expect(referenceProblems([{ ...moduleWith(), docComment: '' }])).toEqual([
      'oci names no specification',
    ])
  })

  test('hands on what the extractor has found', () => {
    const messages = ['The symbol "Y" needs to be exported']
    expect(referenceProblems([{ ...moduleWith(), messages }])).toEqual([`oci: ${messages[0]}`])
  })

  test('shows signatures and comments', () => {
    const page = renderReference([
      moduleWith(item('Function', 'parseX', 'Reads it.', 'export declare function parseX(): X;')),
    ])
    expect(page).toContain('#### parseX\n\n```ts\nfunction parseX(): X\n```\n\nReads it.\n')
  })

  test('reads comments as text', () => {
    const docComment = '/**\n * One.\n *\n * @param x - what\n * @throws E\n */'
    expect(commentText({ docComment })).toBe('One.\n\n- `x`: what\nThrows E')
  })
})
