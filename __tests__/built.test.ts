import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { buildIndex, buildImage } from '../testkit/image/image.ts'
import { pullAndVerify } from '../testkit/image/pull.ts'
import { pushTo } from '../testkit/image/push.ts'
import { TestRegistry } from '../testkit/registry/registry.ts'
import { LibraryWorld, run } from './library-world.ts'
import { fencesOf } from './markdown.ts'

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

// Both parts are of what tsc makes of the sources in lib/, so that they stand in one file: Jest runs
// the tests of one file one after the other.
describe('dist', () => {
  beforeAll(() => {
    fresh = mkdtempSync(join(tmpdir(), 'dist-'))
  })
  afterAll(() => {
    rmSync(fresh, { recursive: true, force: true })
  })

  // A workflow runs what is committed there: a fix that was not built ships to nobody.
  test('is what the sources give; if it is not, `npm run package` makes it so', async () => {
    expect(await run(process.execPath, ['.ci/package.ts', fresh])).toMatchObject({ status: 0 })
    const built = filesBelow(fresh)
    const committed = filesBelow(join(root, 'dist'))
    expect([...committed.keys()].toSorted()).toEqual([...built.keys()].toSorted())
    const stale = [...built].filter(([file, bytes]) => committed.get(file)?.equals(bytes) !== true)
    expect(stale.map(([file]) => file)).toEqual([])
  })
})

describe('the package', () => {
  let world: LibraryWorld
  let source: TestRegistry
  let destination: TestRegistry
  const image = buildIndex({
    children: ['linux/amd64', 'linux/s390x'].map((platform) => buildImage({ platform })),
  })

  beforeAll(async () => {
    world = await LibraryWorld.make()
    source = await TestRegistry.start()
    destination = await TestRegistry.start()
    pushTo(source.store, 'acme/app', '1.4', image)
  })
  afterAll(async () => {
    await source.close()
    await destination.close()
    await world.remove()
  })

  test('holds the modules and their pages, and nothing else', () => {
    const places = new Set(world.packed.files.map(({ path }) => path.replace(/\/[^/]*$/, '')))
    const foreign = [...places].filter(
      (place) => !/^lib\/(?:oci|registry|sync)(?:\/|$)/.test(place),
    )
    expect(foreign.toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'docs',
      'lib/trust',
      'package.json',
    ])
    expect(world.packed.unpackedSize).toBeLessThan(1_200_000)
  })

  test.each(['oci', 'registry', 'sync'])('loads nothing of GitHub for %s', async (name) => {
    const script = `import { registerHooks } from 'node:module'
      registerHooks({ load(url, context, next) {
        if (url.includes('@actions')) throw new Error('loads ' + url)
        return next(url, context)
      } })
      await import('image-sync-action/${name}')`
    const { status, stderr } = await world.node(['--input-type=module', '--eval', script])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('offers the examples of docs/library.md, which compile and do what they say', async () => {
    const examples = fencesOf(readFileSync(join(root, 'docs/library.md'), 'utf8'))
    expect(examples.map(({ language, info }) => `${language} ${info}`)).toEqual([
      'ts library copy',
      'ts library errors',
      'ts library network',
    ])
    const files: string[] = []
    for (const { info, text } of examples) {
      const file = `${info.replace('library ', '')}.mts`
      // What a program would check of its environment before.
      await world.write(file, text.replaceAll(/process\.env\.(\w+)/g, "(process.env['$1'] ?? '')"))
      files.push(file)
    }
    expect(await world.compile(...files)).toEqual({ status: 0, stdout: '', stderr: '' })

    const env = { SOURCE: source.host, DESTINATION: destination.host }
    const printed: string[] = []
    for (const file of files) {
      const { status, stdout, stderr } = await world.node([file], env)
      expect({ file, status, stderr }).toEqual({ file, status: 0, stderr: '' })
      printed.push(stdout)
    }
    expect(printed).toEqual([
      `acme/app@${image.manifest.digest}\n`,
      'not there: acme/app\n',
      'true\n',
    ])
    for (const tag of ['1.4', 'copy']) {
      expect(await pullAndVerify(destination.url, 'acme/app', tag)).toMatchObject({
        digest: image.manifest.digest,
      })
    }
  })

  test('has types that refuse what is wrong', async () => {
    await world.write(
      'wrong.mts',
      `import { Client } from 'image-sync-action/registry'
const client = new Client({ host: 'ghcr.io' })
const digest: number = await client.getDigest('acme/app')
client.holdings
`,
    )
    const { status, stdout } = await world.compile('wrong.mts')
    expect(status).not.toBe(0)
    expect(stdout).toContain('wrong.mts(3,7)')
    expect(stdout).toContain('wrong.mts(4,8)')
  })
})
