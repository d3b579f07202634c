import { describe, expect, test } from '@jest/globals'
import * as fc from '../../../testkit/property.ts'
import { stringify } from 'yaml'
import { formatPlatform } from '../../../src/oci/platform.ts'
import { formatReference } from '../../../src/oci/reference.ts'
import { ImageListError, type ListItem, parseImageList } from '../../../src/sync/image-list.ts'
import { isSelection } from '../../../src/sync/list/pair.ts'
import { printList } from '../../../src/sync/list/print.ts'
import type { TagRule } from '../../../src/sync/tags/rule.ts'
import { outcomeOf } from '../../oci/thrown-by.ts'
import { basesOf, show } from './printed.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

const repository = fc.constantFrom(
  'alpine',
  'acme/app',
  'quay.io/acme/app',
  'quay.io:443/acme/app',
  'localhost:5000/app',
  '[::1]:5000/app',
  'index.docker.io/library/busybox',
)
const tag = fc.constantFrom('latest', 'v1', '3.20', '1.2.3-rc.1')
const source = fc
  .tuple(repository, fc.constantFrom('', ':v1', ':3.20', `@${DIGEST}`, `:v2@${DIGEST}`))
  .map((parts) => parts.join(''))
const pattern = fc.constantFrom('*', 'v3.*', '?.2*', 'sha256-*')
const platforms = fc.constantFrom('all', 'linux/amd64', 'linux/arm64,linux/amd64', 'linux/arm/v6')
const destination = fc.constantFrom(
  'x.io/a',
  'x.io/b:v1',
  'base',
  'base:stable',
  ':other',
  'x.io/{registry}/{repository}',
  'x.io/{name}:{tag}-copy',
  '{registry}/{name}',
)
const destinations = fc.array(destination, { maxLength: 2 })
const tags = fc.oneof(
  fc.array(fc.oneof(tag, pattern, fc.constantFrom('!*-rc*', '!v1')), {
    minLength: 1,
    maxLength: 3,
  }),
  fc.record(
    {
      match: fc.oneof(pattern, fc.array(tag, { minLength: 1, maxLength: 2 })),
      exclude: pattern,
      semver: fc.constantFrom('>=3 <4', '^1.2'),
      newest: fc.nat({ max: 3 }),
      min: fc.nat({ max: 3 }),
    },
    { requiredKeys: [] },
  ),
)

const line = fc
  .tuple(
    fc.option(platforms),
    fc.oneof(
      source,
      fc.tuple(repository, pattern).map((parts) => parts.join(':')),
    ),
    fc.constantFrom(' ', ' => ', '=>'),
    destinations,
  )
  .map(([platform, from, arrow, to]) => {
    const option = platform === null ? '' : `--platform=${platform} `
    return option + from + (to.length === 0 ? '' : arrow + to.join(', '))
  })
const object = fc.record(
  {
    source: fc.oneof(source, repository),
    destination: fc.oneof(destination, destinations),
    platforms,
    tags,
  },
  { requiredKeys: ['source'] },
)
const several = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 4 })
const yaml = (value: unknown) => stringify(value)

/** Lists in every notation that is read, not all of them without a mistake. */
const notations = {
  lines: several(line).map((lines) => lines.join('\n')),
  items: several(fc.oneof(line, object)).map(yaml),
  json: several(fc.oneof(line, object)).map((items) => JSON.stringify(items, null, 1)),
  images: several(fc.oneof(line, object)).map((images) => yaml({ images })),
  'image-syncer': several(
    fc.tuple(
      fc.tuple(repository, fc.constantFrom(':v1', ':v1,v2', ':*', '', ':/v.+/', `@${DIGEST}`)),
      fc.oneof(destination, destinations, fc.constant(null), fc.constant('x.io/c:a,b')),
    ),
  ).map((entries) =>
    yaml(Object.fromEntries(entries.map(([key, value]) => [key.join(''), value]))),
  ),
  regsync: several(
    fc.record(
      {
        source,
        target: destination,
        type: fc.constantFrom('image', 'repository', 'registry'),
        tags: fc.record({ allow: several(fc.oneof(tag, pattern)) }),
        interval: fc.constant('60m'),
      },
      { requiredKeys: ['source', 'type'] },
    ),
  ).map((sync) => yaml({ version: 1, creds: [{ pass: 'secret' }], sync })),
  ImagesLock: several(source).map((sources) =>
    yaml({
      apiVersion: 'imgpkg.carvel.dev/v1alpha1',
      kind: 'ImagesLock',
      images: sources.map((image) => ({ image })),
    }),
  ),
  kbld: several(source).map((sources) =>
    yaml({
      apiVersion: 'kbld.k14s.io/v1alpha1',
      kind: 'Config',
      overrides: sources.map((newImage) => ({ image: 'a', newImage })),
    }),
  ),
  promoter: several(fc.tuple(repository, fc.constantFrom(DIGEST, 'v1'), several(tag))).map(
    (images) => yaml(images.map(([name, digest, names]) => ({ name, dmap: { [digest]: names } }))),
  ),
}

const words =
  'alpine ghcr.io/a:1 => :v1 -> , # A x:y:z [::1]/a https://b ../c @ { } - [ ] : " \' & * ! | $A a=b a:* {tag} --platform=a/b images: sync:'
const pieces = fc.constantFrom(...words.split(' '), ' ', '\n', '\r\n', '\t', DIGEST, '- ', ': ')
const joined = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''))

/** A text with something taken out of it, or put in. */
const damaged = fc
  .tuple(fc.oneof(...Object.values(notations)), fc.nat(), fc.nat({ max: 3 }), pieces)
  .map(([text, at, length, piece]) => {
    const index = text === '' ? 0 : at % text.length
    return text.slice(0, index) + piece + text.slice(index + length)
  })

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  joined,
  joined.map((text) => `- ${text}`),
  joined.map((text) => `[${text}]`),
  joined.map((text) => `a:\n  ${text}`),
  ...Object.values(notations),
  damaged,
)
const bases = fc.constantFrom(
  basesOf(),
  basesOf('docker.io', 'ghcr.io/acme'),
  basesOf('quay.io/acme', 'ghcr.io/{registry}'),
)

/** A list that says the same, complete in itself. */
function printed(items: readonly ListItem[]): string {
  const pairs = items.map((item) => {
    if (isSelection(item)) return { comment: 'a selection' }
    const { source: from, destination: to } = item
    return {
      source: formatReference(from),
      destination: formatReference(to),
      platforms: item.platforms ?? 'all',
    }
  })
  return printList(pairs)
}

/** A rule without its empty lists, which nobody writes. */
function withoutEmpty(rule: TagRule) {
  return Object.fromEntries(
    Object.entries(rule).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  )
}

/** The same for selections, with the tag left to be filled in. */
function printedSelections(items: readonly ListItem[]): string {
  return JSON.stringify(
    items.filter(isSelection).map((item) => ({
      source: formatReference(item.source),
      destination: formatReference(item.destinationOf('tagtagtag')).replaceAll(
        'tagtagtag',
        '{tag}',
      ),
      tags: withoutEmpty(item.tags),
      platforms: item.platforms === 'all' ? 'all' : (item.platforms?.map(formatPlatform) ?? 'all'),
    })),
  )
}

const shown = (items: readonly ListItem[]) =>
  items.map((item) => show({ platforms: 'all', ...item }))

describe('every list', () => {
  test('is read, or refused by an ImageListError at lines that exist', () => {
    fc.assert(
      fc.property(texts, bases, (text, base) => {
        const { value = [], error } = outcomeOf(() => parseImageList(text, base))
        expect(error === undefined || error instanceof ImageListError).toBe(true)
        const places = error instanceof ImageListError ? error.problems : value
        const count = text.split(/\r\n|\r|\n/).length
        expect(places.filter(({ line: at }) => at < 1 || at > count)).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  test('that is read names images, unless it says itself that it is empty', () => {
    fc.assert(
      fc.property(texts, bases, (text, base) => {
        const { value } = outcomeOf(() => parseImageList(text, base))
        const withoutComments = text.replaceAll(/(?<=^|\s)#.*/gm, '')
        expect(value?.length === 0 && !/\[\s*\]/.test(withoutComments)).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })

  test('that is read prints back to the same pairs and selections', () => {
    fc.assert(
      fc.property(texts, bases, (text, base) => {
        const { value: items = [] } = outcomeOf(() => parseImageList(text, base))
        const again = [
          ...parseImageList(printed(items), basesOf()),
          ...parseImageList(printedSelections(items), basesOf()),
        ]
        const selected = items.filter(isSelection)
        const named = items.filter((item) => !isSelection(item))
        expect(shown(again)).toEqual(shown([...named, ...selected]))
      }),
      { numRuns: 1000 },
    )
  })

  test.each(Object.entries(notations))(
    'in the notation %s is read now and then',
    (_name, lists) => {
      const { length } = fc
        .sample(lists, 300)
        .filter(
          (text) =>
            outcomeOf(() => parseImageList(text, basesOf('docker.io', 'y.io'))).value?.length,
        )
      expect(length).toBeGreaterThan(5)
    },
  )
})

describe('a megabyte', () => {
  test.each([
    ' ',
    'a',
    ',',
    '#',
    ' #',
    '=>',
    ':',
    '/',
    'a ',
    'a/',
    '->',
    '[',
    '\n',
    'a\n',
    'A@',
    '"',
    '{',
    '*',
    '$',
    '--platform=',
    '=',
  ])('that repeats %j in a line is refused', (piece) => {
    const text = `x ${piece.repeat(1e6 / piece.length)}`
    const { error } = outcomeOf(() => parseImageList(text, basesOf()))
    expect(error).toBeInstanceOf(ImageListError)
    expect(String(error).length).toBeLessThan(20_000)
  })

  test.each(['a: b\n', 'a.io/b:1: x\n', 'a.io/b:/c/:\n', 'images: []\n', 'sync: []\n'])(
    'of the keys %j is refused',
    (piece) => {
      const text = piece.repeat(1e5 / piece.length)
      const { error } = outcomeOf(() => parseImageList(text, basesOf()))
      expect(error).toBeInstanceOf(ImageListError)
      expect(String(error).length).toBeLessThan(20_000)
    },
  )

  test.each([
    '  destination: [\n',
    '  destination: |\nx\n',
    ' {"a":\n',
    '-\t- "\\\n',
    'source:    \n',
  ])('of lines that an expression may have written, %j, is refused', (piece) => {
    const text = `- source: a\n${piece.repeat(3e4 / piece.length)}]`
    const { error } = outcomeOf(() => parseImageList(text, basesOf()))
    expect(error).toBeInstanceOf(ImageListError)
  })
})
