import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { profiles } from '../testkit/profiles/profiles.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const every = Array.from({ length: 71 }, (_, index) => `Q${String(index + 1).padStart(2, '0')}`)

/** Id to what is done about it, from the table of the page. */
const listed = new Map(
  [
    ...readFileSync(join(root, 'docs/registry-quirks.md'), 'utf8').matchAll(
      /^\| (Q\d\d) \|.*\| (handled|refused|not applicable)\s*\|$/gm,
    ),
  ].map(([, id = '', state = '']) => [id, state]),
)
const concerned = every.filter((id) => listed.get(id) !== 'not applicable')

/** Ids in the files below a folder, as far as `pattern` finds them. */
function idsBelow(folder: string, pattern: RegExp): Set<string> {
  const ids = new Set<string>()
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    for (const [found] of text.matchAll(pattern)) {
      for (const [id] of found.matchAll(/Q\d\d/g)) ids.add(id)
    }
  }
  return ids
}

/** In a title: `(Q01)`, `(Q01, Q02)`; or in the rows of a table of tests. */
const inTitles = /\((?:Q\d\d(?:, )?)+\)|'Q\d\d'/g

describe('docs/registry-quirks.md', () => {
  test('lists every quirk once, in order', () => {
    expect([...listed.keys()]).toEqual(every)
  })

  test('says "handled" or "refused" only of what a test of the action shows', () => {
    const tested = new Set(
      ['registry', 'sync', 'action', 'bundle', 'real'].flatMap((folder) => [
        ...idsBelow(join('__tests__', folder), inTitles),
      ]),
    )
    expect(concerned.filter((id) => !tested.has(id))).toEqual([])
    expect([...tested].filter((id) => !concerned.includes(id))).toEqual([])
  })

  test('knows every quirk that the code mentions', () => {
    const mentioned = idsBelow('src', /\bQ\d\d\b/g)
    expect([...mentioned].filter((id) => !concerned.includes(id))).toEqual([])
  })

  test('knows every quirk that a profile shows', () => {
    const shown = new Set(profiles.flatMap(({ quirks }) => quirks))
    expect([...shown].filter((id) => !every.includes(id))).toEqual([])
  })
})
