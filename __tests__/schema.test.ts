import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { parseImageList } from '../src/sync/image-list.ts'
import { outcomeOf } from './oci/thrown-by.ts'
import { codeSpans, fencesOf, tablesOf } from './markdown.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

// In draft 7 what stands beside a $ref is a comment, which is what the descriptions there are.
const ajv = new Ajv({ strict: false })
const isList = ajv.compile(JSON.parse(read('schema/image-list.json')))

/** The image lists of the pages that are written in YAML, our own notation of it. */
const examples = ['README.md', 'docs/image-list.md', 'docs/outputs.md'].flatMap((page) =>
  fencesOf(read(page))
    .filter(({ language }) => language === 'images')
    .map(({ line, text }) => ({ place: `${page}:${line}`, text }))
    .filter(({ text }) => /^[-[{]/m.exec(text.replaceAll(/^#.*\n/gm, ''))?.index === 0),
)

/** The structures that the page shows as mistakes, with whether the schema can tell. */
const mistakes = tablesOf(read('docs/image-list.md'))
  .filter(({ header }) => header[0] === 'List')
  .flatMap(({ rows }) => rows)
  .map(([list = '']) => codeSpans(list).join('\n'))

describe('the schema of the YAML notation', () => {
  test('has examples to be tested against', () => {
    expect(examples.length).toBeGreaterThan(4)
  })

  test.each(examples)('takes the example $place', ({ text }) => {
    expect(isList(parse(text))).toBe(true)
  })

  test.each([
    '- {source: a, destination: [x.io/a, x.io/b], platforms: linux/amd64, tags: [1.0, v*, "!v1"]}',
    '- {source: a, tags: {match: 3, exclude: "*-rc*", semver: ">=3", newest: 5, min: 0}}',
    '- --platform=linux/arm64 nginx => x.io/nginx',
    'images: [nginx, {source: redis}]',
    '{source: nginx}',
    '{x-base: &base {platforms: all}, images: [{<<: *base, source: nginx}]}',
    '[]',
  ])('takes what the parser takes: %s', (text) => {
    const bases = { source: { registry: 'docker.io' }, destination: { registry: 'y.io' } }
    expect(outcomeOf(() => parseImageList(text, bases)).error).toBeUndefined()
    expect(isList(parse(text, { merge: true }))).toBe(true)
  })

  test.each([
    '- {src: nginx}',
    '- {source: nginx, destinations: x.io/nginx}',
    '- {destination: x.io/nginx}',
    '- {source: 3.20}',
    '- {source: nginx, destination: []}',
    '- {source: nginx, platforms: 386}',
    '- {source: nginx, tags: {newest: 0}}',
    '- {source: nginx, tags: {newest: all}}',
    '- {source: nginx, tags: {allow: "*"}}',
    '- {source: nginx, tags: "v.+"}',
    '- [nginx]',
    '- ""',
    'services: {db: {image: postgres}}',
    '{images: [nginx], version: 1}',
  ])('takes nothing that the parser refuses for its form: %s', (text) => {
    const bases = { source: { registry: 'docker.io' }, destination: { registry: 'y.io' } }
    expect(outcomeOf(() => parseImageList(text, bases)).error).toBeDefined()
    expect(isList(parse(text))).toBe(false)
  })

  test('finds mistakes of the page that are of form', () => {
    const found = mistakes.filter((list) => {
      const { value, error } = outcomeOf(() => parse(list))
      return error !== undefined || !isList(value)
    })
    expect(found.length).toBeGreaterThan(15)
  })
})
