import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { actionProblems } from '../.ci/action-rules.ts'
import { actionlintProblems } from '../.ci/actionlint.ts'
import { formatProblem } from '../.ci/problem.ts'
import { workflowProblems } from '../.ci/workflow-rules.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const commit = 'a1'.repeat(20)
const imageDigest = `sha256:${'b2'.repeat(32)}`

const soundWorkflow = `
on: push
permissions: {}
concurrency: ci
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    services:
      registry:
        image: registry:2@${imageDigest}
    steps:
      - uses: actions/checkout@${commit} # v7.0.1
        with:
          persist-credentials: false
      - uses: ./
      - run: echo "$NAME"
        env:
          NAME: \${{ github.ref_name }}
`

const soundAction = `
name: Sync
description: Copies images.
branding:
  icon: copy
  color: blue
inputs:
  retries:
    description: How often.
    default: '5'
outputs:
  digest:
    description: The digest.
runs:
  using: node24
  main: dist/index.js
`

/** The text with one piece replaced; the piece has to be there. */
function planted(text: string, sound: string, faulty: string): string {
  expect(text).toContain(sound)
  return text.replace(sound, faulty)
}

function inWorkflow(text: string): readonly string[] {
  return workflowProblems('ci.yml', text).map((problem) => formatProblem(problem))
}

describe('the rules for workflows', () => {
  test('have nothing against a sound one', () => {
    expect(inWorkflow(soundWorkflow)).toEqual([])
  })

  test.each([
    {
      what: 'an action named by a tag',
      sound: `checkout@${commit} # v7.0.1`,
      faulty: 'checkout@v7',
      says: 'ci.yml:13: actions/checkout@v7 is not pinned to a commit',
    },
    {
      what: 'an action named by half a commit',
      sound: `checkout@${commit} # v7.0.1`,
      faulty: 'checkout@a1a1a1a # v7.0.1',
      says: 'ci.yml:13: actions/checkout@a1a1a1a is not pinned to a commit',
    },
    {
      what: 'a commit without its version',
      sound: ' # v7.0.1',
      faulty: '',
      says: `ci.yml:13: actions/checkout@${commit} has no comment that names its version`,
    },
    {
      what: 'an action in an image named by a tag',
      sound: 'uses: ./',
      faulty: 'uses: docker://alpine:3',
      says: 'ci.yml:16: docker://alpine:3 is not pinned to a digest',
    },
    {
      what: 'a service named by a tag',
      sound: `registry:2@${imageDigest}`,
      faulty: 'registry:2',
      says: 'ci.yml:11: image registry:2 is not pinned to a digest',
    },
    {
      what: 'a job in a container named by a tag',
      sound: '    services:',
      faulty: '    container: node:24\n    services:',
      says: 'ci.yml:9: image node:24 is not pinned to a digest',
    },
    {
      what: 'a reusable workflow named by a branch',
      sound: 'jobs:\n',
      faulty: 'jobs:\n  other:\n    uses: owner/repository/.github/workflows/x.yml@main\n',
      says: 'ci.yml:7: owner/repository/.github/workflows/x.yml@main is not pinned to a commit',
    },
    {
      what: 'no permissions',
      sound: 'permissions: {}\n',
      faulty: '',
      says: 'ci.yml: has no permissions at the top level',
    },
    {
      what: 'all permissions at once',
      sound: 'permissions: {}',
      faulty: 'permissions: write-all',
      says: 'ci.yml:3: name each permission instead of all at once',
    },
    {
      what: 'a permission to write for every job',
      sound: 'permissions: {}',
      faulty: 'permissions:\n  packages: write',
      says: 'ci.yml:4: packages: write belongs to the one job that needs it',
    },
    {
      what: 'pull_request_target alone',
      sound: 'on: push',
      faulty: 'on: pull_request_target',
      says: 'ci.yml:2: pull_request_target is not used here',
    },
    {
      what: 'pull_request_target in a list',
      sound: 'on: push',
      faulty: 'on: [push, pull_request_target]',
      says: 'ci.yml:2: pull_request_target is not used here',
    },
    {
      what: 'pull_request_target with settings',
      sound: 'on: push',
      faulty: 'on:\n  pull_request_target:\n    types: [opened]',
      says: 'ci.yml:2: pull_request_target is not used here',
    },
    {
      what: 'no concurrency group',
      sound: 'concurrency: ci\n',
      faulty: '',
      says: 'ci.yml: has no concurrency group',
    },
    {
      what: 'a job without a time limit',
      sound: '    timeout-minutes: 5\n',
      faulty: '',
      says: 'ci.yml:7: job without timeout-minutes',
    },
    {
      what: 'a checkout that keeps the token',
      sound: 'persist-credentials: false',
      faulty: 'fetch-depth: 0',
      says: 'ci.yml:13: checkout without persist-credentials: false',
    },
    {
      what: 'an expression inside a script',
      sound: 'echo "$NAME"',
      faulty: 'echo "${{ github.ref_name }}"',
      says: 'ci.yml:17: expression inside a script: hand it over as an environment value',
    },
  ])('find $what', ({ sound, faulty, says }) => {
    expect(inWorkflow(planted(soundWorkflow, sound, faulty))).toEqual([says])
  })

  test('say so when the file is not YAML', () => {
    expect(inWorkflow('on: [push\njobs: }')).toEqual([
      expect.stringMatching(/^ci\.yml: is not YAML: /),
    ])
  })
})

function inAction(text: string): readonly string[] {
  const problems = actionProblems('action.yml', text, (path) => path === 'dist/index.js')
  return problems.map((problem) => formatProblem(problem))
}

describe('the rules for action.yml', () => {
  test('have nothing against a sound one', () => {
    expect(inAction(soundAction)).toEqual([])
  })

  test.each([
    {
      what: 'an unknown key at the top',
      sound: 'name: Sync',
      faulty: 'name: Sync\nversion: 1',
      says: 'action.yml:3: the action has the unknown key version',
    },
    {
      what: 'a missing description',
      sound: 'description: Copies images.\n',
      faulty: '',
      says: 'action.yml: has no description',
    },
    {
      what: 'missing branding',
      sound: 'branding:\n  icon: copy\n  color: blue\n',
      faulty: '',
      says: 'action.yml: has no branding',
    },
    {
      what: 'branding without an icon',
      sound: '  icon: copy\n',
      faulty: '',
      says: 'action.yml:4: branding has no icon',
    },
    {
      what: 'an unknown key of an input',
      sound: "default: '5'",
      faulty: "default: '5'\n    type: number",
      says: 'action.yml:11: input retries has the unknown key type',
    },
    {
      what: 'a default that is not a string',
      sound: "default: '5'",
      faulty: 'default: 5',
      says: 'action.yml:10: input retries: the default is not a string',
    },
    {
      what: 'an input without a description',
      sound: '    description: How often.\n',
      faulty: '',
      says: 'action.yml:8: input retries has no description',
    },
    {
      what: 'an input with a blank description',
      sound: 'How often.',
      faulty: "' '",
      says: 'action.yml:8: input retries has no description',
    },
    {
      what: 'an input in another spelling',
      sound: '  retries:',
      faulty: '  maxRetries:',
      says: 'action.yml:8: input maxRetries is not kebab-case',
    },
    {
      what: 'an output without a description',
      sound: '  digest:\n    description: The digest.\n',
      faulty: '  digest:\n',
      says: 'action.yml:12: output digest has no description',
    },
    {
      what: 'an unknown key of an output',
      sound: 'description: The digest.',
      faulty: 'description: The digest.\n    value: x',
      says: 'action.yml:14: output digest has the unknown key value',
    },
    {
      what: 'another runtime',
      sound: 'node24',
      faulty: 'node20',
      says: 'action.yml:14: runs.using is not node24',
    },
    {
      what: 'a bundle that is not there',
      sound: 'dist/index.js',
      faulty: 'dist/main.js',
      says: 'action.yml:14: runs.main: there is no file dist/main.js',
    },
    {
      what: 'a step before or after the run',
      sound: 'main: dist/index.js',
      faulty: 'main: dist/index.js\n  post: dist/index.js',
      says: 'action.yml:17: runs has the unknown key post',
    },
  ])('find $what', ({ sound, faulty, says }) => {
    expect(inAction(planted(soundAction, sound, faulty))).toEqual([says])
  })
})

describe('actionlint', () => {
  test('has nothing against a sound workflow', async () => {
    expect(await actionlintProblems('ci.yml', soundWorkflow)).toEqual([])
  })

  test.each([
    { what: 'a key that steps do not have', faulty: '- runs: echo', says: /unexpected key "runs"/ },
    {
      what: "a script fed by a stranger's text",
      faulty: '- run: echo ${{ github.event.issue.title }}',
      says: /potentially untrusted/,
    },
    {
      what: 'an output of a step that is not there',
      faulty: '- if: steps.nowhere.outputs.x\n        run: echo',
      says: /property "nowhere" is not defined/,
    },
  ])('finds $what', async ({ faulty, says }) => {
    const problems = await actionlintProblems(
      'ci.yml',
      planted(soundWorkflow, '- uses: ./', faulty),
    )
    expect(problems.map(({ message }) => message)).toContainEqual(expect.stringMatching(says))
  })
})

function check(...args: readonly string[]) {
  const script = join(root, '.ci/check-workflows.ts')
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
}

describe('npm run check:workflows', () => {
  let directory = ''
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'check-workflows-'))
    mkdirSync(join(directory, '.github/workflows'), { recursive: true })
    mkdirSync(join(directory, 'dist'))
    writeFileSync(join(directory, 'dist/index.js'), '')
  })
  afterEach(() => {
    rmSync(directory, { recursive: true })
  })

  test('passes in this repository', () => {
    const { status, stderr } = check()
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('passes in a sound one', () => {
    writeFileSync(join(directory, '.github/workflows/ci.yml'), soundWorkflow)
    writeFileSync(join(directory, 'action.yml'), soundAction)
    const { status, stdout, stderr } = check(directory)
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: 'no problems in .github/workflows/ci.yml, action.yml\n',
      stderr: '',
    })
  })

  test("lists what the house rules, actionlint and GitHub's schemas find, and fails", () => {
    const workflow = planted(soundWorkflow, '- uses: ./', '- runs: echo')
    writeFileSync(
      join(directory, '.github/workflows/ci.yml'),
      planted(workflow, 'permissions: {}', 'permissions: { contents: always }'),
    )
    writeFileSync(
      join(directory, '.github/workflows/other.yaml'),
      planted(soundWorkflow, ' # v7.0.1', ''),
    )
    writeFileSync(join(directory, 'action.yml'), planted(soundAction, 'icon: copy', 'icon: cat'))
    const { status, stderr } = check(directory)
    expect(status).toBe(1)
    expect(stderr).toMatch(/^\.github\/workflows\/ci\.yml:3: .*always/m)
    expect(stderr).toMatch(/^\.github\/workflows\/ci\.yml:16: unexpected key "runs".*\]$/m)
    expect(stderr).toMatch(/^\.github\/workflows\/ci\.yml:16: Unexpected value 'runs'$/m)
    expect(stderr).toMatch(/^\.github\/workflows\/other\.yaml:13: .* no comment that names/m)
    expect(stderr).toMatch(/^action\.yml:5: Unexpected value 'cat'$/m)
    expect(stderr).toMatch(/^\d+ problems$/m)
  })

  test('looks at the action that merges as well, whose bundle lies beside its folder', () => {
    writeFileSync(join(directory, '.github/workflows/ci.yml'), soundWorkflow)
    writeFileSync(join(directory, 'action.yml'), soundAction)
    mkdirSync(join(directory, 'merge'))
    writeFileSync(join(directory, 'merge/action.yml'), soundAction)
    expect(check(directory)).toMatchObject({
      status: 1,
      stderr: 'merge/action.yml:14: runs.main: there is no file dist/index.js\n1 problem\n',
    })
  })

  test('fails where there is nothing to check', () => {
    const { status, stderr } = check(directory)
    expect(status).toBe(1)
    expect(stderr).toBe(
      '.github/workflows: holds no workflow\naction.yml: is missing\n2 problems\n',
    )
  })
})
