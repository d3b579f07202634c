import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import {
  arrowsPointLeft,
  everyLayerIsThere,
  filesAreShort,
  noCircles,
  onlyActionKnowsGitHub,
  onlyRegistryKnowsHttp,
  registryHasRooms,
  roomsImportDownwards,
  testkitStandsAlone,
  vocabularyIsPure,
} from '../.ci/architecture.ts'
import type { Rule } from '../.ci/architecture.ts'
import { parseModule, readModules } from '../.ci/imports.ts'
import type { Module } from '../.ci/imports.ts'
import {
  actionTable,
  nameDifferences,
  readmeTable,
  tableDifferences,
} from '../.ci/public-contract.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const src = readModules(root, 'src')
const testkit = readModules(root, 'testkit')

/** Modules that hold nothing but imports, from file name to specifiers. */
function tree(files: Readonly<Record<string, readonly string[]>>): readonly Module[] {
  return Object.entries(files).map(([file, specifiers]) =>
    parseModule(file, specifiers.map((name) => `import { x } from '${name}'\n`).join('')),
  )
}

interface Plant {
  readonly what: string
  readonly files: Readonly<Record<string, readonly string[]>>
  readonly offence: string
}

const rules: readonly {
  readonly says: string
  readonly rule: Rule
  readonly holdsFor: readonly Module[]
  readonly plants: readonly Plant[]
}[] = [
  {
    says: 'every layer is there',
    rule: everyLayerIsThere,
    holdsFor: src,
    plants: [
      {
        what: 'a tree without vocabulary',
        files: {
          'src/registry/client.ts': [],
          'src/trust/rule.ts': [],
          'src/sync/syncer.ts': [],
          'src/action/inputs.ts': [],
          'src/merge/merge.ts': [],
          'src/load-trust.ts': [],
          'src/main.ts': [],
          'src/index.ts': [],
        },
        offence: 'src/oci/ is missing',
      },
    ],
  },
  {
    says: 'arrows point left: oci <- registry <- sync <- action <- main <- index',
    rule: arrowsPointLeft,
    holdsFor: src,
    plants: [
      {
        what: 'the registry client reading an input',
        files: { 'src/registry/client.ts': ['../action/inputs.ts'] },
        offence: 'src/registry/client.ts imports src/action/inputs.ts',
      },
      {
        what: 'the vocabulary reporting an error of the client',
        files: { 'src/oci/digest.ts': ['../registry/errors.ts'] },
        offence: 'src/oci/digest.ts imports src/registry/errors.ts',
      },
      {
        what: 'an arrow out of a nested directory',
        files: { 'src/registry/auth/token-request.ts': ['../../sync/plan.ts'] },
        offence: 'src/registry/auth/token-request.ts imports src/sync/plan.ts',
      },
      {
        what: 'a file beside the layers',
        files: { 'src/util.ts': [] },
        offence: 'src/util.ts is in no layer',
      },
      {
        what: 'an import of a file beside the layers',
        files: { 'src/sync/plan.ts': ['../util.ts'] },
        offence: 'src/sync/plan.ts imports src/util.ts',
      },
    ],
  },
  {
    says: 'no room of src/registry imports from a room above it',
    rule: roomsImportDownwards,
    holdsFor: src,
    plants: [
      {
        what: 'a request that knows of copies',
        files: { 'src/registry/http/registry-http.ts': ['../copy/copy-blob.ts'] },
        offence: 'src/registry/http/registry-http.ts imports src/registry/copy/copy-blob.ts',
      },
      {
        what: 'a room that uses the client',
        files: { 'src/registry/copy/copy-image.ts': ['../client.ts'] },
        offence: 'src/registry/copy/copy-image.ts imports src/registry/client.ts',
      },
      {
        what: 'what all rooms need, needing one of them',
        files: { 'src/registry/errors.ts': ['./network/network.ts'] },
        offence: 'src/registry/errors.ts imports src/registry/network/network.ts',
      },
    ],
  },
  {
    says: 'everything in src/registry has its room',
    rule: registryHasRooms,
    holdsFor: src,
    plants: [
      {
        what: 'a directory without a sentence',
        files: { 'src/registry/helpers/misc.ts': [] },
        offence: 'src/registry/helpers/misc.ts is in no room',
      },
      {
        what: 'files side by side again',
        files: Object.fromEntries(
          Array.from({ length: 11 }, (_, at) => [`src/registry/file-${at}.ts`, []]),
        ),
        offence: '11 files of src/registry/ in no room',
      },
    ],
  },
  {
    says: 'only src/action imports @actions/*',
    rule: onlyActionKnowsGitHub,
    holdsFor: src,
    plants: [
      {
        what: 'a log line of the runner in the copying',
        files: { 'src/sync/copy-image.ts': ['@actions/core'] },
        offence: 'src/sync/copy-image.ts imports @actions/core',
      },
    ],
  },
  {
    says: 'only src/registry speaks HTTP',
    rule: onlyRegistryKnowsHttp,
    holdsFor: src,
    plants: [
      {
        what: 'undici in the copying',
        files: { 'src/sync/copy-blob.ts': ['undici'] },
        offence: 'src/sync/copy-blob.ts imports undici',
      },
      {
        what: "Node's own client in the action",
        files: { 'src/action/summary.ts': ['node:https'] },
        offence: 'src/action/summary.ts imports node:https',
      },
    ],
  },
  {
    says: 'src/oci does no I/O',
    rule: vocabularyIsPure,
    holdsFor: src,
    plants: [
      {
        what: 'a file read by the vocabulary',
        files: { 'src/oci/manifest.ts': ['node:fs/promises'] },
        offence: 'src/oci/manifest.ts imports node:fs/promises',
      },
      {
        what: 'the same without node:',
        files: { 'src/oci/manifest.ts': ['fs'] },
        offence: 'src/oci/manifest.ts imports fs',
      },
    ],
  },
  {
    says: 'no circle of imports',
    rule: noCircles,
    holdsFor: src,
    plants: [
      {
        what: 'three files that need one another',
        files: {
          'src/oci/c.ts': ['./a.ts'],
          'src/oci/a.ts': ['./b.ts', 'valibot'],
          'src/oci/b.ts': ['./c.ts'],
        },
        offence: 'src/oci/a.ts -> src/oci/b.ts -> src/oci/c.ts -> src/oci/a.ts',
      },
      {
        what: 'a file that imports itself',
        files: { 'src/oci/a.ts': ['./a.ts'] },
        offence: 'src/oci/a.ts -> src/oci/a.ts',
      },
    ],
  },
  {
    says: 'the testkit shares nothing with the client but the vocabulary',
    rule: testkitStandsAlone,
    holdsFor: testkit,
    plants: [
      {
        what: "the client's errors in the registry of the tests",
        files: { 'testkit/registry.ts': ['../src/oci/digest.ts', '../src/registry/errors.ts'] },
        offence: 'testkit/registry.ts imports src/registry/errors.ts',
      },
    ],
  },
]

describe.each(rules)('$says', ({ rule, holdsFor, plants }) => {
  test('in this repository', () => {
    expect(holdsFor.length).toBeGreaterThan(0)
    expect(rule(holdsFor)).toEqual([])
  })

  test.each(plants)('and the rule finds $what', ({ files, offence }) => {
    expect(rule(tree(files))).toEqual([offence])
  })
})

describe('no file of src is over 300 lines', () => {
  test('in this repository', () => {
    expect(src.length).toBeGreaterThan(0)
    expect(filesAreShort(src)).toEqual([])
  })

  test('and the rule finds one of 301', () => {
    const short = parseModule('src/oci/short.ts', 'x\n'.repeat(300))
    const long = parseModule('src/oci/long.ts', 'x\n'.repeat(301))
    expect(filesAreShort([short, long])).toEqual(['src/oci/long.ts has 301 lines'])
  })
})

test('every form of an import is read, and a comment is not', () => {
  const source = `
import a from 'a'
import { type B, c } from "b"
import type { D } from './d.ts'
import {
  e,
} from '../e.ts'
import * as f from 'node:fs'
import 'side-effect'
export { g } from './g.ts'
export * from './h.ts'
export const i = await import('./i.ts')
type J = import('./j.ts').J
const k = require('k')
// import { no } from 'a-comment'
/* import { no } from 'a-block' */
export const text = 'imported from "nowhere"'
`
  expect([...parseModule('src/x/y.ts', source).imports].sort()).toEqual(
    ['a', 'b', 'k', 'node:fs', 'side-effect'].concat([
      'src/e.ts',
      'src/x/d.ts',
      'src/x/g.ts',
      'src/x/h.ts',
      'src/x/i.ts',
      'src/x/j.ts',
    ]),
  )
})

function read(file: string): string {
  if (!existsSync(join(root, file))) throw new Error(`${file} is missing`)
  return readFileSync(join(root, file), 'utf8')
}

/** Loaded by a computed name: a missing file fails the tests that need it and no others. */
async function exportedNames(file: string, name: string): Promise<readonly string[]> {
  read(file)
  const module: Record<string, unknown> = await import(pathToFileURL(join(root, file)).href)
  const names = module[name]
  if (!Array.isArray(names)) throw new Error(`${file} exports no array ${name}`)
  return names.map(String)
}

/** The text of an action's outputs. */
function outputsIn(file: string): string {
  return /^outputs:\n.*?(?=^runs:)/ms.exec(read(file))?.[0] ?? file
}

describe('action.yml, the code and the README agree', () => {
  test('on the names of the inputs, between action.yml and the code', async () => {
    const names = [...actionTable(read('action.yml'), 'inputs').keys()]
    expect(names.length).toBeGreaterThan(0)
    const code = await exportedNames('src/action/input-names.ts', 'inputNames')
    expect(
      nameDifferences({ name: 'action.yml', names }, { name: 'input-names.ts', names: code }),
    ).toEqual([])
  })

  test.each(['inputs', 'outputs'] as const)(
    'on the %s, between action.yml and README',
    (section) => {
      const action = actionTable(read('action.yml'), section)
      expect(action.size).toBeGreaterThan(0)
      const readme = readmeTable(read('README.md'), section)
      expect(
        tableDifferences(
          { name: 'action.yml', table: action },
          { name: 'README.md', table: readme },
        ),
      ).toEqual([])
    },
  )

  test('on the inputs of the action that merges, between its action.yml, the code and its page', async () => {
    const merge = {
      name: 'merge/action.yml',
      table: actionTable(read('merge/action.yml'), 'inputs'),
    }
    const page = readmeTable(read('docs/sets.md'), 'inputs')
    expect(tableDifferences(merge, { name: 'docs/sets.md', table: page })).toEqual([])
    const names = await exportedNames('src/merge/inputs.ts', 'inputNames')
    expect(
      nameDifferences({ ...merge, names: [...merge.table.keys()] }, { name: 'inputs.ts', names }),
    ).toEqual([])
  })

  test('on the outputs of the two actions, which are the same and described alike', () => {
    expect(outputsIn('merge/action.yml')).toBe(outputsIn('action.yml'))
  })
})

describe('a disagreement is found', () => {
  const action = `
inputs:
  images: { description: The list. }
  user: { description: Who. }
  retries: { description: How often., default: '5' }
  registry:
    description: >-
      Where. When not given: \`docker.io\`.
outputs:
  digest: { description: The digest. }
`
  const readme = `
| Input | Default | Meaning |
| --- | --- | --- |
| \`images\` | | The list, \`a \\| b\`. |
| \`user\`, \`password\` | | Who. |
| \`retries\` | \`3\` | How often. |
| \`registry\` | \`docker.io\` | Where. |

| Registry | Default |
| --- | --- |
| \`ghcr.io\` | \`x\` |

| Output | Content |
| --- | --- |
| \`digests\` | The digests. |
`

  test('of the inputs, by name and by default', () => {
    expect(
      tableDifferences(
        { name: 'action.yml', table: actionTable(action, 'inputs') },
        { name: 'README.md', table: readmeTable(readme, 'inputs') },
      ),
    ).toEqual([
      'action.yml lacks password, which README.md has',
      "default of retries: '5' in action.yml, '3' in README.md",
    ])
  })

  test('of the outputs', () => {
    expect(
      tableDifferences(
        { name: 'action.yml', table: actionTable(action, 'outputs') },
        { name: 'README.md', table: readmeTable(readme, 'outputs') },
      ),
    ).toEqual([
      'README.md lacks digest, which action.yml has',
      'action.yml lacks digests, which README.md has',
    ])
  })

  test('of two lists of names', () => {
    expect(
      nameDifferences(
        { name: 'action.yml', names: ['images', 'platforms'] },
        { name: 'inputs.ts', names: ['images', 'timeout'] },
      ),
    ).toEqual([
      'inputs.ts lacks platforms, which action.yml has',
      'action.yml lacks timeout, which inputs.ts has',
    ])
  })
})
