import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'

interface Workflow {
  readonly jobs: Record<string, { readonly steps: readonly { name?: string; run?: string }[] }>
}

let checkout = ''

function run(command: string, ...args: readonly string[]) {
  const identity = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  }
  return spawnSync(command, args, {
    cwd: checkout,
    encoding: 'utf8',
    env: { ...process.env, ...identity, GIT_CONFIG_GLOBAL: '/dev/null' },
  })
}

/** A commit that changes a file, with a message. Returns its id. */
function commit(file: string, message = 'Change it'): string {
  mkdirSync(dirname(join(checkout, file)), { recursive: true })
  writeFileSync(join(checkout, file), `${message}\n`)
  run('git', 'add', '-A')
  expect(run('git', 'commit', '-q', '-m', message)).toMatchObject({ status: 0 })
  return run('git', 'rev-parse', 'HEAD').stdout.trim()
}

/** What is on `main` of the remote from now on. */
function publish(): void {
  run('git', 'update-ref', 'refs/remotes/origin/main', 'HEAD')
}

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'release-'))
  run('git', 'init', '-q')
  mkdirSync(join(checkout, '.ci'))
  cpSync('.ci/check-changelog', join(checkout, '.ci/check-changelog'))
  commit('CHANGELOG.md')
  publish()
})

afterEach(() => {
  rmSync(checkout, { recursive: true, force: true })
})

describe('the release workflow', () => {
  const workflow = parse(readFileSync('.github/workflows/release.yml', 'utf8')) as Workflow
  const step = workflow.jobs['verify']?.steps.find(({ name }) => name === 'The tag is on main')
  const verify = (sha: string) =>
    run('env', `GITHUB_SHA=${sha}`, 'GITHUB_REF_NAME=v1.0.0', 'bash', '-e', '-c', step?.run ?? '')

  test('takes a tag that is on main, the newest commit or an older one', () => {
    const older = commit('src/a.ts')
    const newest = commit('src/b.ts')
    publish()
    expect([verify(older).status, verify(newest).status]).toEqual([0, 0])
  })

  test('refuses a tag that is not', () => {
    const { status, stdout } = verify(commit('src/a.ts'))
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: '::error::v1.0.0 is not on main: what is released has been reviewed there\n',
    })
  })
})

describe('.ci/check-changelog', () => {
  test.each(['src/oci/digest.ts', 'action.yml'])('misses a line about %s', (file) => {
    commit(file)
    expect(run('.ci/check-changelog')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`\n${file}\n`),
    })
  })

  test('is content with a line', () => {
    commit('src/oci/digest.ts')
    commit('CHANGELOG.md', 'Say so')
    expect(run('.ci/check-changelog')).toMatchObject({ status: 0, stderr: '' })
  })

  test('sees a line that is not committed yet', () => {
    commit('action.yml')
    writeFileSync(join(checkout, 'CHANGELOG.md'), 'more\n')
    expect(run('.ci/check-changelog')).toMatchObject({ status: 0 })
  })

  test('is content where nothing ships, or a commit says that users notice nothing', () => {
    commit('docs/a.md')
    expect(run('.ci/check-changelog')).toMatchObject({ status: 0 })
    commit('src/oci/digest.ts', 'Move it\n\nChangelog: none')
    expect(run('.ci/check-changelog')).toMatchObject({ status: 0 })
  })

  test('says so where there is nothing to compare with', () => {
    expect(run('.ci/check-changelog', 'origin/other')).toMatchObject({
      status: 0,
      stderr: 'there is no origin/other to compare with, so CHANGELOG.md was not checked\n',
    })
  })
})
