import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('..', import.meta.url))
let fresh = ''

/** Every file below a directory, by its path there. */
function filesBelow(directory: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(directory.length + 1), readFileSync(path)]),
  )
}

beforeAll(() => {
  fresh = mkdtempSync(join(tmpdir(), 'dist-'))
})

afterAll(() => {
  rmSync(fresh, { recursive: true, force: true })
})

describe('dist', () => {
  // A workflow runs what is committed there: a fix that was not built ships to nobody.
  test('is what the sources give; if it is not, `npm run package` makes it so', () => {
    const build = spawnSync(process.execPath, ['.ci/package.ts', fresh], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(build).toMatchObject({ status: 0 })
    const built = filesBelow(fresh)
    const committed = filesBelow(join(root, 'dist'))
    expect([...committed.keys()].toSorted()).toEqual([...built.keys()].toSorted())
    const stale = [...built].filter(([file, bytes]) => committed.get(file)?.equals(bytes) !== true)
    expect(stale.map(([file]) => file)).toEqual([])
  })
})
