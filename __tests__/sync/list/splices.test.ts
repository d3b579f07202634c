import { describe, expect, test } from '@jest/globals'
import { parseImageList } from '../../../src/sync/image-list.ts'
import { basesOf, problemsOf, read } from './printed.ts'

const TAGS = ['ghcr.io/acme/app:v1.4.0', 'ghcr.io/acme/app:1.4', 'ghcr.io/acme/app:latest']
const RAW = TAGS.join('\n')
const PAIRS = TAGS.map((tag) => `quay.io/acme/app:build => ${tag}`)
const NEXT = '- quay.io/acme/other:1 => y.io/other:1\n'
const OTHER = 'quay.io/acme/other:1 => y.io/other:1'
const METADATA = { tags: TAGS, labels: { a: 'b' }, annotations: [] }

/** Indents, as who writes a workflow does, in the places where its expression stands. */
describe.each([
  ['raw behind the key', `  destination: ${RAW}`],
  ['raw in a block', `  destination: |\n    ${RAW}`],
  ['raw in a block with a line end behind it', `  destination: |\n    ${RAW}\n`],
  ['as a JSON text', `  destination: ${JSON.stringify(RAW)}`],
  ['as a JSON list', `  destination: ${JSON.stringify(TAGS)}`],
  ['as a JSON list on several lines', `  destination: ${JSON.stringify(TAGS, null, 2)}`],
  ['as the output json', `  destination: ${JSON.stringify(METADATA)}`],
  ['as the output json on several lines', `  destination: ${JSON.stringify(METADATA, null, 2)}`],
  ['with commas', `  destination: ${TAGS.join(',')}`],
])('the tags of docker/metadata-action %s', (_what, line) => {
  test('are the destinations of an object', () => {
    expect(read(`- source: quay.io/acme/app:build\n${line}\n${NEXT}`)).toEqual([...PAIRS, OTHER])
  })

  test('and of the last one, whatever the order of its keys', () => {
    expect(read(`${NEXT}-${line.slice(1)}\n  source: quay.io/acme/app:build\n`)).toEqual([
      OTHER,
      ...PAIRS,
    ])
  })

  test('do not move the line of a problem behind them', () => {
    const text = `- source: quay.io/acme/app:build\n${line}\n- A\n`
    const number = text.split('\n').indexOf('- A') + 1
    expect(problemsOf(text, 'docker.io', 'x.io')).toEqual([
      expect.stringMatching(new RegExp(`^line ${number}: source: .*upper case`)),
    ])
  })
})

test('a list of objects that toJSON printed is read', () => {
  const list = [{ source: 'quay.io/acme/app:build', destination: TAGS }]
  expect(read(JSON.stringify(list, null, 2))).toEqual(PAIRS)
  expect(read(`- ${JSON.stringify(list[0], null, 2)}\n${NEXT}`)).toEqual([...PAIRS, OTHER])
})

/** What the log is told of how a list was read. */
function notesOf(text: string) {
  const notes: string[] = []
  parseImageList(text, basesOf(), { note: (note) => notes.push(note) })
  return notes
}

test('the log says where lines were put together, and only there', () => {
  expect(notesOf(`- source: quay.io/acme/app:build\n  destination: ${RAW}\n`)).toEqual([
    'read with the further lines of what an expression has written as part of its value',
  ])
  expect(notesOf(`- source: quay.io/acme/app:build\n  destination: ${TAGS.join(',')}\n`)).toEqual(
    [],
  )
})

test('what YAML does not take for another reason keeps its own problem', () => {
  expect(problemsOf('- source: a\n  destination: [x.io/a\n- b\n')).toEqual([
    expect.stringContaining('not readable as YAML'),
  ])
})
