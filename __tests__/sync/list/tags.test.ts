import { describe, expect, test } from '@jest/globals'
import { parseImageList } from '../../../src/sync/image-list.ts'
import { outcomeOf } from '../../oci/thrown-by.ts'
import { basesOf, problemsOf, read } from './printed.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const object = (tags: string, more = '') =>
  `- {source: quay.io/a, destination: x.io/a, tags: ${tags}${more}}`

describe('a pattern in a line', () => {
  test.each([
    ['quay.io/a:v3.* => x.io/a', 'quay.io/a [v3.*] => x.io/a:any'],
    ['quay.io/a:v? x.io/a', 'quay.io/a [v?] => x.io/a:any'],
    ['alpine:* => x.io/{name}/{tag}', 'docker.io/library/alpine [*] => x.io/alpine/any:any'],
    ['quay.io/a:* => :copy-{tag}', 'quay.io/a [*] => quay.io/a:copy-any'],
    ['--platform=all localhost:5000/a:*', 'localhost:5000/a [*] => ghcr.io/a:any (all)'],
  ])('selects tags: %s', (line, shown) => {
    expect(read(line, 'docker.io', 'ghcr.io')).toEqual([shown])
  })

  test('is one selection for several destinations', () => {
    const [one, other] = parseImageList('quay.io/a:* => x.io/a y.io/a', basesOf())
    expect(one).toHaveProperty('tags')
    expect(one).toMatchObject({ tags: (other as { tags: unknown }).tags })
    expect(read('quay.io/a:* => x.io/a y.io/a')).toEqual([
      'quay.io/a [*] => x.io/a:any',
      'quay.io/a [*] => y.io/a:any',
    ])
  })

  test.each([
    ['quay.io/a:v* => x.io/a:v1', 'has a tag, which several images cannot share'],
    ['quay.io/a:v* => x.io/a:v*', 'has a tag, which several images cannot share'],
    ['quay.io/a:1 => x.io/a:v*', 'has a wildcard; patterns are for sources'],
    ['quay.io/a:* => quay.io/a', 'source and destination are the same: quay.io/a'],
    ['quay.io/a:* => :{tag}', 'source and destination are the same: quay.io/a'],
    [`quay.io/a:v*@${DIGEST} => x.io/a`, 'has the tag "v*"'],
    ['quay.io/a:-* => x.io/a', '"-*" is neither a tag nor a pattern of one'],
    ['quay.io/a:v*(1|2) => x.io/a', 'this is no regular expression'],
    ['quay.io/*:v1 => x.io/a', 'has the component "*"'],
    ['quay.io/A:v* => x.io/a', 'source: reference "quay.io/A" has upper case'],
    ['quay.io/a:v* => x.io/a{tag', 'has a brace without its other half'],
    ['quay.io/a:v*', 'destination: none is named for quay.io/a, and without the input'],
  ])('is refused where it cannot be: %s', (line, message) => {
    const found = problemsOf(line)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })
})

describe('tags of an object', () => {
  test.each([
    ["['v3.*', v4]", 'v3.*, v4'],
    ["'v*, !*-rc*'", 'v*, !*-rc*'],
    ["['!*-rc*']", '!*-rc*'],
    ['{}', 'all'],
    ["{match: 'v*', exclude: ['*-rc*', '*-a']}", 'v*, !*-rc*, !*-a'],
    ["{match: ['v*', '!v1']}", 'v*, !v1'],
    ['{semver: ">=3.1 <4"}', 'semver >=3.1 <4'],
    ['{match: a, newest: 5}', 'a, newest 5'],
    ['{match: a, min: 2}', 'a, min 2'],
    ['{newest: "3", min: 0}', 'newest 3, min 0'],
  ])('are a rule: %s', (tags, rule) => {
    expect(read(object(tags))).toEqual([`quay.io/a [${rule}] => x.io/a:any`])
  })

  test.each([
    ['[v1, v2]', ['v1', 'v2']],
    ['[1.0, 3.20, 2, 1e3]', ['1.0', '3.20', '2', '1e3']],
    ['v1', ['v1']],
    ['{match: [v1, v2], exclude: v2}', ['v1']],
    ["[v1, v2, '!*1']", ['v2']],
    ['[v1, v1]', ['v1']],
  ])('are lines of their own where they are names: %s', (tags, names) => {
    expect(read(object(tags))).toEqual(names.map((name) => `quay.io/a:${name} => x.io/a:${name}`))
  })

  test('keep the platforms of the object', () => {
    expect(read(object("'v*'", ', platforms: linux/amd64'))).toEqual([
      'quay.io/a [v*] => x.io/a:any (linux/amd64)',
    ])
  })

  test('go to the one tag that is named where they are one', () => {
    expect(read('- {source: quay.io/a, destination: x.io/a:stable, tags: v1}')).toEqual([
      'quay.io/a:v1 => x.io/a:stable',
    ])
  })

  test.each([
    ['[]', 'tags is empty'],
    ['', 'tags is empty'],
    ['["v.+"]', '"v.+" is neither a tag nor a pattern of one (this is no regular expression'],
    ['["a b/c"]', '"b/c" is neither a tag nor a pattern of one'],
    ['[true]', 'tags: YAML does not read "true" as text'],
    ['[[v1]]', 'tags: expected a string'],
    ['{match: []}', 'match is empty'],
    ['{semver: }', 'semver is empty'],
    ['{semver: 3}', 'semver: YAML does not read "3" as text'],
    ['{newest: 0}', 'newest: expected a whole number from 1 to 20000'],
    ['{newest: -1}', 'newest: expected a whole number'],
    ['{newest: 1.5}', 'newest: expected a whole number'],
    ['{newest: all}', 'newest: expected a whole number'],
    ['{min: 20001}', 'min: expected a whole number from 0 to 20000'],
    ['{allow: "*"}', 'tags: unknown key "allow"; did you mean match?'],
    ['{deny: "*", limit: 3}', 'did you mean exclude and newest?'],
    ['{match: a, match: b}', 'the key "match" occurs twice'],
    ['[v1, "!v1"]', 'tags: what is excluded leaves no tag'],
    [`[${'a*, '.repeat(101)}b]`, 'tags: more than 100 patterns'],
    ['*', 'goes between quotes'],
    ['!*-rc*', 'goes between quotes'],
  ])('are refused where they are not right: %s', (tags, message) => {
    const found = problemsOf(object(tags))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })

  test('are refused beside a tag or digest of the source', () => {
    const message = 'source: beside tags, a source is a repository, without a tag or digest'
    for (const source of ['quay.io/a:v1', 'quay.io/a:v*', `quay.io/a@${DIGEST}`]) {
      expect(problemsOf(`- {source: "${source}", destination: x.io/a, tags: [v1]}`)).toEqual([
        `line 1: ${message}`,
      ])
    }
  })

  test('are refused where the range is none, with what else is wrong', () => {
    const text = `${object('{semver: latest}')}\n- A`
    const problems = (isRange: boolean) =>
      String(outcomeOf(() => parseImageList(text, basesOf(), { isRange: () => isRange })).error)
    expect(problems(false)).toMatch(/line 1: tags: semver "latest" is no range.*\nline 2: source/)
    expect(problems(true)).not.toContain('semver')
  })
})
