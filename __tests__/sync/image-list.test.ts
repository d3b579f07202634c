import { describe, expect, test } from '@jest/globals'
import { ImageListError, parseImageList } from '../../src/sync/image-list.ts'
import { isPair } from '../../src/sync/list/pair.ts'
import { thrownBy } from '../oci/thrown-by.ts'
import { basesOf, problemsOf, read } from './list/printed.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('a line of the list', () => {
  test.each([
    ['alpine:3.20 => ghcr.io/acme/alpine:3.20'],
    ['alpine:3.20 ghcr.io/acme/alpine:3.20'],
    ['alpine:3.20, ghcr.io/acme/alpine:3.20'],
    ['alpine:3.20=>ghcr.io/acme/alpine:3.20'],
    ['\talpine:3.20  =>\tghcr.io/acme/alpine:3.20 ,\u00A0'],
    ['docker.io/library/alpine:3.20 => ghcr.io/acme/alpine:3.20 # why not'],
    ['alpine:3.20 => ghcr.io/acme/alpine'],
  ])('%s', (line) => {
    expect(read(line)).toEqual(['docker.io/library/alpine:3.20 => ghcr.io/acme/alpine:3.20'])
  })

  test('may name several destinations', () => {
    const pairs = [
      'registry.example.com/app:1.4 => a.example.com/app:1.4',
      'registry.example.com/app:1.4 => b.example.com/x:1.4',
    ]
    expect(read('registry.example.com/app:1.4 => a.example.com/app:1.4 b.example.com/x')).toEqual(
      pairs,
    )
    expect(read('registry.example.com/app:1.4 a.example.com/app,b.example.com/x')).toEqual(pairs)
  })

  test('may have shorter references on both sides', () => {
    expect(read('app:1 => other:2', 'quay.io/acme', 'ghcr.io/team')).toEqual([
      'quay.io/acme/app:1 => ghcr.io/team/other:2',
    ])
    expect(read('app:1 => docker.io/app', 'quay.io/acme')).toEqual([
      'quay.io/acme/app:1 => docker.io/library/app:1',
    ])
  })

  test('without a tag means latest', () => {
    expect(read('alpine => ghcr.io/acme/alpine')).toEqual([
      'docker.io/library/alpine:latest => ghcr.io/acme/alpine:latest',
    ])
    expect(read('alpine => ghcr.io/acme/alpine:edge')).toEqual([
      'docker.io/library/alpine:latest => ghcr.io/acme/alpine:edge',
    ])
  })

  test('with tag and digest takes the tag along', () => {
    expect(read(`ghcr.io/app:1@${DIGEST} => quay.io/app quay.io/app:2`)).toEqual([
      `ghcr.io/app:1@${DIGEST} => quay.io/app:1`,
      `ghcr.io/app:1@${DIGEST} => quay.io/app:2`,
    ])
  })

  test('with only a digest goes to a destination without a tag', () => {
    const [pair] = parseImageList(`ghcr.io/app@${DIGEST} => quay.io/app`, basesOf())
    expect(pair).toStrictEqual({
      source: { registry: 'ghcr.io', repository: 'app', digest: DIGEST },
      destination: { registry: 'quay.io', repository: 'app' },
      line: 1,
    })
    expect(read(`ghcr.io/app@${DIGEST} => quay.io/app:1`)).toEqual([
      `ghcr.io/app@${DIGEST} => quay.io/app:1`,
    ])
    expect(read(`ghcr.io/app@${DIGEST}`, 'docker.io', 'quay.io')).toEqual([
      `ghcr.io/app@${DIGEST} => quay.io/app`,
    ])
  })

  test('may give the image another tag in its own repository', () => {
    expect(read('ghcr.io/acme/app:sha-1a2b3c4 => :v1.4.0, :v1')).toEqual([
      'ghcr.io/acme/app:sha-1a2b3c4 => ghcr.io/acme/app:v1.4.0',
      'ghcr.io/acme/app:sha-1a2b3c4 => ghcr.io/acme/app:v1',
    ])
    expect(read(`app@${DIGEST} :v1`, 'quay.io/acme', 'ghcr.io/team')).toEqual([
      `quay.io/acme/app@${DIGEST} => quay.io/acme/app:v1`,
    ])
  })

  test('may move a tag to a digest', () => {
    expect(read(`ghcr.io/app:1@${DIGEST} => :1`)).toEqual([
      `ghcr.io/app:1@${DIGEST} => ghcr.io/app:1`,
    ])
  })
})

describe('a line without a destination', () => {
  test.each([
    ['team/app:v1.4.0', 'docker.io', 'ghcr.io', 'docker.io/team/app', 'ghcr.io/team/app'],
    ['team/app:v1.4.0', 'docker.io', 'ghcr.io/acme', 'docker.io/team/app', 'ghcr.io/acme/team/app'],
    [
      'alpine:v1.4.0',
      'docker.io',
      'ghcr.io/acme',
      'docker.io/library/alpine',
      'ghcr.io/acme/alpine',
    ],
    ['docker.io/alpine:v1.4.0', 'quay.io', 'ghcr.io', 'docker.io/library/alpine', 'ghcr.io/alpine'],
    ['ghcr.io/a/app:v1.4.0', 'docker.io', 'quay.io/b', 'ghcr.io/a/app', 'quay.io/b/a/app'],
    [
      'ghcr.io/my.org/app:v1.4.0',
      'docker.io',
      'quay.io',
      'ghcr.io/my.org/app',
      'quay.io/my.org/app',
    ],
    ['app:v1.4.0', 'ghcr.io/old', 'ghcr.io/new', 'ghcr.io/old/app', 'ghcr.io/new/app'],
    ['ghcr.io/old/app:v1.4.0', 'ghcr.io/old', 'quay.io', 'ghcr.io/old/app', 'quay.io/app'],
    [
      'alpine:v1.4.0',
      'docker.io',
      'localhost:5000',
      'docker.io/library/alpine',
      'localhost:5000/alpine',
    ],
    ['quay.io/app:v1.4.0', 'docker.io', 'docker.io', 'quay.io/app', 'docker.io/library/app'],
  ])('%s from %s under %s', (line, sourceBase, destinationBase, source, destination) => {
    expect(read(line, sourceBase, destinationBase)).toEqual([
      `${source}:v1.4.0 => ${destination}:v1.4.0`,
    ])
  })

  test('takes latest along', () => {
    expect(read('alpine', 'docker.io', 'ghcr.io/acme')).toEqual([
      'docker.io/library/alpine:latest => ghcr.io/acme/alpine:latest',
    ])
  })
})

describe('a list', () => {
  test('keeps its order and knows its lines, whatever ends them', () => {
    const text =
      '\uFEFF# images\r\nb => x.io/b\r\n\r\n  # more\n , \na => x.io/a#1\rc => x.io/c y.io/c\n'
    expect(problemsOf(text)).toEqual([expect.stringContaining('line 6: destination: reference')])
    const items = parseImageList(text.replace('#1', ' #1'), basesOf())
    const pairs = items.filter(isPair)
    expect(pairs.map((pair) => `${pair.line} ${pair.destination.registry}`)).toEqual([
      '2 x.io',
      '6 x.io',
      '7 x.io',
      '7 y.io',
    ])
  })

  test('names each pair once', () => {
    const text = [
      'alpine => ghcr.io/alpine ghcr.io/alpine:latest',
      'docker.io/library/alpine:latest => GHCR.IO:443/alpine',
      `app@${DIGEST} => ghcr.io/app`,
      `app@${DIGEST} => ghcr.io/app`,
    ]
    const pairs = parseImageList(text.join('\n'), basesOf())
    expect(pairs.map((pair) => pair.line)).toEqual([1, 3])
  })

  test('may send two digests to one repository', () => {
    const other = DIGEST.replaceAll('a', 'b').replace('shb256', 'sha256')
    expect(
      read(`ghcr.io/app@${DIGEST} quay.io/app\nghcr.io/app@${other} quay.io/app`),
    ).toHaveLength(2)
  })

  test.each(['[]', '# none\n[ ]\n', '--- []', '{images: []}', 'images: []'])(
    'may say that it is empty: %j',
    (text) => {
      expect(read(text)).toEqual([])
    },
  )

  test('may start with an IPv6 host', () => {
    expect(read('[::1]:5000/app:1 => ghcr.io/app')).toEqual(['[::1]:5000/app:1 => ghcr.io/app:1'])
    expect(read('# local\n\n[::1]/app:1 => ghcr.io/app')).toEqual(['[::1]/app:1 => ghcr.io/app:1'])
  })
})

describe('parseImageList refuses', () => {
  test.each(['', ' \n', '# nothing\n', ',\n,', '- # nothing', '---\n'])(
    'the list %j, which names no image',
    (text) => {
      expect(problemsOf(text)).toHaveLength(1)
      expect(problemsOf(text)[0]).toMatch(/^line 1: the (?:list names no image|item is empty)$/)
    },
  )

  test.each([
    ['=> ghcr.io/app', 'no source stands before "=>"'],
    ['app =>', 'no destination stands after "=>"'],
    ['a b => ghcr.io/c', '2 references stand before "=>"; one line names one source'],
    ['a => ghcr.io/a, b => ghcr.io/b', '"=>" occurs twice; one line names one source'],
    ['a -> ghcr.io/a', '"->" is no separator; write "=>" or only a blank'],
    ['a → ghcr.io/a', '"→" is no separator'],
    ['a = ghcr.io/a', '"=" is no separator'],
    ['a ==> ghcr.io/a', '"=" is no separator'],
    ['A => ghcr.io/a', 'source: reference "A" has upper case in the repository; write "a"'],
    [
      'https://ghcr.io/acme/app:1 => quay.io/a',
      'source: a reference is no URL: "https://" is too much; write "ghcr.io/acme/app:1" without it',
    ],
    ['a => docker://quay.io/a', 'destination: a reference is no URL'],
    ['a => quay.io/..', 'destination: reference "quay.io/.." has the component ".."'],
    ['a => quay.io:0/a', 'destination: registry host "quay.io:0" has the port "0"'],
    ['a => :', 'destination: reference "docker.io/library/a:" ends with a colon'],
    ['a => :-x', 'destination: reference "docker.io/library/a:-x" has the tag "-x"'],
    [
      `a => quay.io/a@${DIGEST}`,
      `destination: reference "quay.io/a@${DIGEST}" has a digest; a destination takes a tag, and its digest follows from the source`,
    ],
    [`a => :b@${DIGEST}`, 'has a digest; a destination takes a tag'],
    [
      'a:1 => acme/a',
      'destination: reference "acme/a" names no registry; write its host before it, or give the input destination-registry',
    ],
    [
      'a:1',
      'destination: none is named for docker.io/library/a:1, and without the input destination-registry it has no default',
    ],
    ['ghcr.io/a:1 => ghcr.io/a', 'source and destination are the same: ghcr.io/a:1'],
    ['ghcr.io/a => :latest', 'source and destination are the same: ghcr.io/a:latest'],
    [`ghcr.io/a@${DIGEST} ghcr.io/a`, `source and destination are the same: ghcr.io/a@${DIGEST}`],
  ])('the line %s', (line, message) => {
    const problems = problemsOf(`# comment\n${line}`)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^line 2: /)
    expect(problems[0]).toContain(message)
  })

  test('a default destination that is its own source', () => {
    expect(problemsOf('app:1', 'ghcr.io/acme', 'ghcr.io/acme')).toEqual([
      'line 1: source and destination are the same: ghcr.io/acme/app:1',
    ])
  })

  test('a default destination with too long a name', () => {
    const base = `ghcr.io/${'b'.repeat(200)}`
    expect(problemsOf('a'.repeat(100), 'docker.io', base)[0]).toContain(
      'host and repository may have 255 characters together',
    )
  })

  test('two sources for one destination, naming both lines', () => {
    expect(problemsOf('a:1 => ghcr.io/x\n\nb:1 => ghcr.io/y ghcr.io/x')).toEqual([
      'line 3: ghcr.io/x:1 is the destination of line 1 already, from docker.io/library/a:1; line 3 has docker.io/library/b:1',
    ])
  })

  test('a tag and its digest as two sources for one destination', () => {
    expect(problemsOf(`a:1 => ghcr.io/x\na:1@${DIGEST} => ghcr.io/x`)).toHaveLength(1)
  })

  test('everything that is wrong at once, in the order of the lines', () => {
    const text = [
      'A => ghcr.io/a',
      'b => ghcr.io/b',
      'B => https://ghcr.io/b B@x quay.io/b:2',
      '=> x',
      'c => ghcr.io/b:latest',
    ]
    expect(problemsOf(text.join('\n'))).toEqual([
      expect.stringMatching(/^line 1: source: .*upper case/),
      expect.stringMatching(/^line 3: source: .*upper case/),
      expect.stringMatching(/^line 3: destination: .*URL/),
      expect.stringMatching(/^line 3: destination: .*malformed/),
      expect.stringMatching(/^line 4: no source/),
      expect.stringMatching(/^line 5: ghcr.io\/b:latest is the destination of line 2 already/),
    ])
  })

  test('a list that is too long', () => {
    expect(problemsOf(' '.repeat(32 * 1024 * 1024 + 1))).toEqual([
      'line 1: the list is longer than 33554432 characters',
    ])
    expect(problemsOf(`a => ${'b '.repeat(2 * 1024 * 1024)}`)).toEqual([
      'line 1: the line is longer than 4194304 characters',
    ])
    expect(problemsOf('\n'.repeat(1_000_001))).toEqual([
      'line 1000001: the list has more than 1000000 lines',
    ])
  })

  test('a file of something else, without listing each of its words', () => {
    const words = 'Lorem '.repeat(5000)
    expect(problemsOf(`a => ${words}\nb => ghcr.io/b`)).toHaveLength(1000)
    expect(problemsOf(words.replaceAll(' ', '\n'))).toHaveLength(1000)
  })

  test('more destinations than it can handle', () => {
    const line = Array.from({ length: 100_005 }, (_, index) => `ghcr.io/${index}`).join(' ')
    expect(problemsOf(`a => ${line}\nb => ghcr.io/b`)).toEqual([
      'line 1: the list has more than 100000 destinations',
    ])
    const allowed = line.split(' ').slice(5).join(' ')
    expect(read(`a => ${allowed}`)).toHaveLength(100_000)
  })
})

describe('ImageListError', () => {
  test('spells its problems out', () => {
    const error = thrownBy(() => read('=>\n\n=>'), ImageListError)
    expect(error.name).toBe('ImageListError')
    expect(error.message).toBe(
      'the image list has 2 problems:\nline 1: no source stands before "=>"\nline 3: no source stands before "=>"',
    )
    expect(thrownBy(() => read(''), ImageListError).message).toBe(
      'the image list has 1 problem:\nline 1: the list names no image',
    )
  })

  test('spells at most twenty out and counts the rest', () => {
    const twenty = thrownBy(() => read('=>\n'.repeat(20)), ImageListError)
    expect(twenty.message).toMatch(/\nline 20: no source stands before "=>"$/)
    const more = thrownBy(() => read('=>\n'.repeat(22)), ImageListError)
    expect(more.problems).toHaveLength(22)
    expect(more.message).toMatch(/\nline 20: no source stands before "=>"\nand 2 more$/)
  })
})
