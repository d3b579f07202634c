import { describe, expect, test } from '@jest/globals'
import { parseImageList } from '../../../src/sync/image-list.ts'
import { basesOf, problemsOf, show } from './printed.ts'

const bases = basesOf('docker.io', 'x.io')

function problemsIn(text: string): string[] {
  return problemsOf(text, 'docker.io', 'x.io')
}

function read(text: string): string[] {
  return parseImageList(text, bases).map((item) => `${item.line}: ${show(item)}`)
}

describe('a YAML list', () => {
  test('holds strings in the form of a line', () => {
    const text = `# images
- alpine:3.20 => ghcr.io/acme/alpine   # comment

- "busybox:1, ghcr.io/acme/busybox x.io/busybox"
- team/app:2
`
    expect(read(text)).toEqual([
      '2: docker.io/library/alpine:3.20 => ghcr.io/acme/alpine:3.20',
      '4: docker.io/library/busybox:1 => ghcr.io/acme/busybox:1',
      '4: docker.io/library/busybox:1 => x.io/busybox:1',
      '5: docker.io/team/app:2 => x.io/team/app:2',
    ])
  })

  test.each(['[]', '[ ]\n', '# nothing\n[]', '[\n# nothing\n]', '[\r\n#\n]', 'images: []'])(
    'may say that it is empty: %j',
    (text) => {
      expect(read(text)).toEqual([])
    },
  )

  test('holds objects that say what comes along', () => {
    const text = `
- source: ghcr.io/acme/app:1
  destination: y.io/app
  referrers: [application/spdx+json, 'application/vnd.dev.sigstore.*', cosign-tags]
  on-lost-referrers: fail
  attestations: keep
- source: ghcr.io/acme/tools
  destination: y.io/tools
  tags: v*
  referrers: all
`
    const [pair, selection] = parseImageList(text, basesOf())
    expect(pair).toMatchObject({
      referrers: {
        types: ['application/spdx+json', 'application/vnd.dev.sigstore.*'],
        cosignTags: true,
      },
      onLostReferrers: 'fail',
      attestations: 'keep',
    })
    expect(selection).toMatchObject({ referrers: 'all' })
  })

  test('holds objects', () => {
    const text = `---
- source: alpine:3.20
- source: alpine:3.20
  destination: ghcr.io/acme/alpine
  platforms: linux/arm64, linux/amd64
-
  destination:
    - ghcr.io/acme/app:1
    - :2
  platforms: [linux/arm64/v8]
  source: ghcr.io/acme/app:0
- {source: b:1, destination: y.io/b z.io/b, platforms: all}
`
    expect(read(text)).toEqual([
      '2: docker.io/library/alpine:3.20 => x.io/alpine:3.20',
      '3: docker.io/library/alpine:3.20 => ghcr.io/acme/alpine:3.20 (linux/amd64 linux/arm64)',
      '7: ghcr.io/acme/app:0 => ghcr.io/acme/app:1 (linux/arm64)',
      '7: ghcr.io/acme/app:0 => ghcr.io/acme/app:2 (linux/arm64)',
      '12: docker.io/library/b:1 => y.io/b:1 (all)',
      '12: docker.io/library/b:1 => z.io/b:1 (all)',
    ])
  })

  test('may be JSON', () => {
    const text = `[
  "alpine:1",
  {"source": "b:1", "destination": ["y.io/b"], "platforms": ["linux/amd64", "linux/arm"]}
]`
    expect(read(text)).toEqual([
      '2: docker.io/library/alpine:1 => x.io/alpine:1',
      '3: docker.io/library/b:1 => y.io/b:1 (linux/amd64 linux/arm/v7)',
    ])
    expect(read(JSON.stringify(JSON.parse(text)))).toHaveLength(2)
  })

  test('may be a single object', () => {
    expect(read('{"source": "alpine:1"}')).toEqual([
      '1: docker.io/library/alpine:1 => x.io/alpine:1',
    ])
  })

  test('counts lines that end with CRLF', () => {
    expect(read('- a:1\r\n\r\n- b:1\r\n')).toEqual([
      '1: docker.io/library/a:1 => x.io/a:1',
      '3: docker.io/library/b:1 => x.io/b:1',
    ])
  })

  test('takes text that is marked as such, in quotes, as a block or with a tag', () => {
    expect(read("- 'a:1'\n- |\n  b:1\n- !!str 3\n")).toEqual([
      '1: docker.io/library/a:1 => x.io/a:1',
      '2: docker.io/library/b:1 => x.io/b:1',
      '4: docker.io/library/3:latest => x.io/3:latest',
    ])
  })

  test('may share values by aliases', () => {
    const text = `- source: &app app:1
  platforms: &wanted [linux/amd64]
  destination: &places [y.io/a, z.io/a]
- source: b:1
  platforms: *wanted
- source: *app
  destination: [*app]
- *app
`
    expect(read(text).map((pair) => pair.replace(/docker.io\/library\//g, ''))).toEqual([
      '1: app:1 => y.io/a:1 (linux/amd64)',
      '1: app:1 => z.io/a:1 (linux/amd64)',
      '4: b:1 => x.io/b:1 (linux/amd64)',
      '6: app:1 => x.io/app:1',
    ])
  })

  test('may share members by merging them, its own first', () => {
    const text = `- &base
  source: app:1
  destination: y.io/a
  platforms: [linux/amd64]
- <<: *base
  source: app:2
- source: app:3
  <<: [{platforms: all}, *base]
- <<: *base
  <<: {platforms: all}
`
    expect(() => read(text)).toThrow('the key "<<" occurs twice')
    expect(read(text.split('\n').slice(0, 8).join('\n'))).toEqual([
      '2: docker.io/library/app:1 => y.io/a:1 (linux/amd64)',
      '5: docker.io/library/app:2 => y.io/a:2 (linux/amd64)',
      '7: docker.io/library/app:3 => y.io/a:3 (all)',
    ])
  })

  test('may merge itself without end', () => {
    expect(read('- &a\n  <<: [*a, *a]\n  source: app:1\n')).toEqual([
      '2: docker.io/library/app:1 => x.io/app:1',
    ])
  })

  test('may end its lines in any of the three ways', () => {
    const lines = ['- a:1', '- source: b:1', '  destination: y.io/b']
    for (const end of ['\n', '\r\n', '\r']) {
      expect(read(lines.join(end))).toEqual([
        '1: docker.io/library/a:1 => x.io/a:1',
        '2: docker.io/library/b:1 => y.io/b:1',
      ])
    }
  })

  test.each([undefined, 2])(
    'may have as many objects as a list destinations, as JSON %p',
    (space) => {
      const objects = Array.from({ length: 100_000 }, (_, index) => ({
        source: `app${index}:1`,
        destination: `y.io/app${index}:1`,
      }))
      expect(read(JSON.stringify(objects, undefined, space))).toHaveLength(100_000)
    },
  )

  test('names each pair once, and refuses other platforms for the same destination', () => {
    expect(
      read(`- {source: a:1, platforms: 'linux/arm64,linux/amd64'}
- {source: 'docker.io/a:1', destination: a, platforms: [linux/amd64, linux/aarch64]}`),
    ).toHaveLength(1)
    expect(problemsIn('- {source: a:1, platforms: all}\n- a:1')).toEqual([
      'line 2: x.io/a:1 is the destination of line 1 already, with other platforms than in line 2',
    ])
    expect(problemsIn('- {source: a, platforms: all}\n- {source: a, platforms: a/b}')).toHaveLength(
      1,
    )
  })
})

describe('a YAML list is refused', () => {
  test.each([
    ['- 3.20', 'the item: YAML does not read "3.20" as text; put it between quotes'],
    ['- true', 'the item: YAML does not read "true" as text; put it between quotes'],
    ['- 0x1f', 'the item: YAML does not read "0x1f" as text'],
    ['- .inf', 'the item: YAML does not read ".inf" as text'],
    ['- ', 'the item is empty'],
    ['- ~', 'the item is empty'],
    ['- ""', 'the item is empty'],
    ['- ","', 'the item is empty'],
    ['- [a]', 'a list inside the list; an image is a string or an object'],
    ['- a b => c', '2 references stand before "=>"'],
    ['- A', 'source: reference "A" has upper case'],
    ['- {source: A}', 'source: reference "A" has upper case'],
    ['- {source: a b}', 'source: reference "a b" has white space in it'],
    ['- {source: 1.2}', 'source: YAML does not read "1.2" as text; put it between quotes'],
    ['- {source: }', 'source is empty; give it a value or leave it out'],
    ['- {source: [a]}', 'source: expected a string'],
    ['- {source: {a: b}}', 'source: expected a string'],
    ['- {destination: x.io/a}', 'the object has no source'],
    ['- {}', 'the object has no source'],
    ['- {source: a, destination: }', 'destination is empty; give it a value or leave it out'],
    ['- {source: a, destination: []}', 'destination is empty'],
    ['- {source: a, destination: [""]}', 'destination is empty'],
    ['- {source: a, destination: ","}', 'destination is empty'],
    ['- {source: a, destination: 7}', 'destination: YAML does not read "7" as text'],
    ['- {source: a, destination: [b, 7]}', 'destination: YAML does not read "7" as text'],
    ['- {source: a, destination: [[b]]}', 'destination: expected a string'],
    ['- {source: a, destination: {b: c}}', 'destination: expected a string'],
    ['- {source: a, destination: B}', 'destination: reference "B" has upper case'],
    ['- {source: a, platforms: []}', 'platforms is empty'],
    ['- {source: a, platforms: }', 'platforms is empty'],
    ['- {source: a, platforms: 386}', 'platforms: YAML does not read "386" as text'],
    ['- {source: a, platforms: arm64}', 'platforms: platform "arm64" is malformed'],
    ['- {source: a, platforms: [all, linux/arm64]}', 'platforms: all cannot be combined'],
    [
      '- {source: a, dest: b}',
      'unknown key "dest"; did you mean destination? source, destination, platforms, tags, referrers, on-lost-referrers and attestations are accepted',
    ],
    ['- {Source: a, to: b}', 'unknown keys "Source", "to"; did you mean source and destination?'],
    ['- {a: , b: , c: , d: , e: , f: , g: }', '"a", "b", "c", "d", "e" and 2 more; source'],
    [
      '- alpine: 3.20',
      'unknown key "alpine"; source, destination, platforms, tags, referrers, on-lost-referrers and attestations are accepted (a reference has no blank after its colon)',
    ],
    ['- {source: a, <<: all}', '"<<" merges a mapping, or a list of them'],
    ['- {source: a, <<: [{}, all]}', '"<<" merges a mapping, or a list of them'],
    ['- {source: a, <<: *b}', 'nothing has the anchor "b"'],
    ['- {source: a, source: b}', 'the key "source" occurs twice'],
    ['-x', 'expected a YAML list of images; a blank belongs behind the "-" of an item'],
    ['- a: b: c', 'or its value has a colon and needs quotes'],
    [
      '- source: a\n destination: b',
      'the line is indented otherwise than those that it belongs to',
    ],
    ['- source: a\n\tdestination: b', 'a tab indents the line; YAML takes blanks alone'],
    ['- a\n\t- b', 'a tab indents the line; YAML takes blanks alone'],
    ['- a\nb', 'the line is no item of the list; begin it with "- "'],
    ['- a\n-b', 'the line is no item of the list; begin it with "- "'],
    ['- a\n - b', 'the lines below are indented further than this item, and belong to it'],
    ['{"source": "a"}\n{"source": "b"}', 'a second value begins here; an image list is one'],
    ['- [a', 'not readable as YAML: Flow sequence'],
    ['- *a', 'nothing has the anchor "a"'],
    ['- a\n---\n- b', 'a second YAML document begins here; an image list is one document'],
    ['- {source: a, ? [b] : c}', 'not readable as YAML: '],
  ])('for %j', (text, message) => {
    const problems = problemsIn(`# comment\n\n${text}`)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^line [3-5]: /)
    expect(problems[0]).toContain(message)
  })

  test('at the line of the mistake', () => {
    const text = `
- source: a
  destination:
    - x.io/a
    - 7
  platforms:
    - linux/amd64
    - 386
- 1
-
  source: b
  to: c
- source:
    2
`
    expect(problemsIn(text).map((problem) => problem.slice(0, 24))).toEqual([
      'line 5: destination: YAM',
      'line 8: platforms: YAML ',
      'line 9: the item: YAML d',
      'line 11: unknown key "to',
      'line 13: source: YAML do',
    ])
  })

  test('for syntax once a line', () => {
    const problems = problemsIn('- a\n- ]]]]')
    expect(problems).toEqual([
      expect.stringMatching(/^line 2: not readable as YAML: something is too much here;/),
    ])
  })

  test.each([
    ['referrers: sbom', 'referrers: "sbom" is no artifact type'],
    ['referrers: [all, none]', 'referrers: "all" cannot be combined'],
    ['referrers: []', 'referrers is empty'],
    ['attestations: yes', 'attestations: "yes" is not accepted; expected drop or keep'],
    ['on-lost-referrers: skip', 'on-lost-referrers: "skip" is not accepted; expected warn or fail'],
  ])('where an object has %s', (member, problem) => {
    expect(problemsIn(`- {source: a:1, destination: y.io/a, ${member}}`)).toEqual([
      expect.stringContaining(problem),
    ])
  })

  test.each([
    [', referrers: all', ', referrers: none', 'referrers'],
    [', attestations: keep', '', 'attestations'],
    [', on-lost-referrers: fail', ', on-lost-referrers: warn', 'on-lost-referrers'],
  ])('where one destination has %s and %s', (one, other, name) => {
    const entries = [one, other, one].map(
      (member) => `- {source: a:1, destination: y.io/a${member}}`,
    )
    expect(problemsIn(entries.join('\n'))).toEqual([
      `line 2: y.io/a:1 is the destination of line 1 already, with other ${name} than in line 2`,
    ])
  })

  test('with all its objects checked, whatever else is wrong in them', () => {
    expect(problemsIn('- {source: A, destination: B, platforms: c, d: e}')).toEqual([
      expect.stringContaining('unknown key "d"'),
      expect.stringContaining('platforms: platform "c"'),
      expect.stringContaining('source: reference "A"'),
      expect.stringContaining('destination: reference "B"'),
    ])
  })
})

describe('a YAML bomb', () => {
  test('of aliases is cut off', () => {
    const shared = '- &a app:1 => y.io/a\n'
    expect(read(shared + '- *a\n'.repeat(10_000))).toHaveLength(1)
    expect(problemsIn(shared + '- *a\n'.repeat(20_000))).toEqual([
      'line 10002: more than 10000 aliases',
    ])
  })

  test('of mappings that are merged is cut off', () => {
    const keys = Array.from({ length: 2000 }, (_, index) => `k${index}: 1`).join(', ')
    const problems = problemsIn(`- &a {${keys}}\n${'- {<<: *a}\n'.repeat(90)}`)
    expect(problems).toContainEqual(
      expect.stringMatching(/^line 5[0-9]: more than 100000 strings$/),
    )
  })

  test('of lists that are repeated by aliases is cut off', () => {
    const list = Array.from({ length: 2000 }, () => 'y.io/a').join(', ')
    const text = `- {source: a, destination: &a [${list}]}\n${'- {source: a, destination: *a}\n'.repeat(90)}`
    expect(problemsIn(text)).toEqual(['line 50: more than 100000 strings'])
  })

  test.each([
    ['commas', `[${'a,'.repeat(1_300_000)}]`],
    ['lines', '- a\n'.repeat(1_300_000)],
    ['brackets', `- ${'[]'.repeat(700_000)}`],
    ['quotes', `- ${'""'.repeat(900_000)}`],
  ])('of %s is not even parsed', (_what, text) => {
    expect(problemsIn(text)).toEqual([
      'line 1: more than 1200000 lines, commas, brackets and quotes',
    ])
  })

  test('of lists inside lists does not grow', () => {
    const text = `- &a [x, x]\n- &b [*a, *a]\n- &c [*b, *b]\n- &d [*c, *c]\n`
    expect(problemsIn(text)).toHaveLength(4)
  })

  test('that contains itself is refused', () => {
    expect(problemsIn('- &a [*a]')[0]).toContain('a list inside the list')
    expect(problemsIn('- &a {source: *a}')[0]).toContain('source: expected a string')
    expect(problemsIn('- {source: a, destination: &b [*b]}')[0]).toContain(
      'destination: expected a string',
    )
  })

  test.each([
    ['[', 30_000],
    ['{a: ', 30_000],
    ['- ', 30_000],
    ['[a b: ', 30_000],
  ])('of nesting with %j is refused', (piece, length) => {
    const problems = problemsIn(`- ${piece.repeat(length / piece.length)}`)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems[0]).toMatch(/^line 1: /)
  })

  test('of mappings that follow one another on a line is refused', () => {
    expect(problemsIn(`- a\n- [${'a b: '.repeat(20_000)}]`)).toEqual([
      'line 1: not readable as YAML: it is nested too deeply',
    ])
  })

  test.each(['- &a x\n', '- "', ']', '- !a ', '- a: ', '-\t', '- >\n', "''", '- a\n---\n', '\\'])(
    'of %j is refused',
    (piece) => {
      const problems = problemsIn(`- ${piece.repeat(30_000 / piece.length)} =>`)
      expect(problems.length).toBeGreaterThan(0)
    },
  )
})
