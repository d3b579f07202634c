import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { runAction, startAction, type ActionOptions } from '../../testkit/runner/action-runner.ts'

const metadata = `
name: probe
inputs:
  some-input:
    default: the default
  two words:
    default: 7
  flag:
    default: false
  token:
    default: \${{ github.token }}
  nothing:
    description: no default
outputs:
  env: { description: the environment }
runs:
  using: node24
  main: index.mjs
`

/** Writes down what it was given, then does what the input `some-input` says. */
const program = `
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
const output = (name, value) =>
  appendFileSync(process.env.GITHUB_OUTPUT, name + '<<_END_\\n' + value + '\\n_END_\\n')
output('env', JSON.stringify(process.env))
output('cwd', process.cwd())
output('event', readFileSync(process.env.GITHUB_EVENT_PATH, 'utf8'))
const does = {
  fail: () => { process.exitCode = 1 },
  files: () => {
    writeFileSync(join(process.env.RUNNER_TEMP, 'report.json'), '{}')
    appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# Done\\n')
    appendFileSync(process.env.GITHUB_STATE, 'a=b\\n')
    appendFileSync(process.env.GITHUB_ENV, 'c=d\\n')
    appendFileSync(process.env.GITHUB_PATH, '/opt/bin\\n')
    if (process.env.GITHUB_ARTIFACTS) appendFileSync(process.env.GITHUB_ARTIFACTS, 'oci://x\\n')
    output('list', readFileSync('lists/images.txt', 'utf8'))
  },
  log: () => {
    console.log('::add-mask::hunter2\\nthe password is hunter2, the token gh-token')
    console.error('::warning title=W::a%0Ab')
    console.log('::group::one\\ninside\\n::endgroup::')
    console.log('::debug::details')
  },
  wait: () => {
    process.on('SIGTERM', () => { console.log('stopping'); clearInterval(timer); process.exitCode = 3 })
    const timer = setInterval(() => undefined, 1000)
    console.log('ready')
  },
  hang: () => setInterval(() => undefined, 1000),
}
does[process.env['INPUT_SOME-INPUT']]?.()
`

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-action-'))
  await writeFile(join(folder, 'action.yml'), metadata)
  await writeFile(join(folder, 'index.mjs'), program)
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function run(options: ActionOptions = {}) {
  return runAction({ action: folder, ...options })
}

async function envOf(options: ActionOptions = {}) {
  const { outputs } = await run(options)
  return JSON.parse(outputs['env'] ?? '{}') as Record<string, string>
}

describe('the environment of the action', () => {
  test('has the inputs, or their defaults', async () => {
    expect(
      await envOf({ inputs: { 'some-input': 'given' }, githubToken: 'gh-token' }),
    ).toMatchObject({
      'INPUT_SOME-INPUT': 'given',
      INPUT_TWO_WORDS: '7',
      INPUT_FLAG: 'false',
      INPUT_TOKEN: 'gh-token',
      INPUT_NOTHING: '',
    })
    expect(await envOf()).toMatchObject({ 'INPUT_SOME-INPUT': 'the default', INPUT_TOKEN: '' })
  })

  test('has nothing of the environment of the tests but the path', async () => {
    process.env['LEAKED_BY_THE_TEST'] = 'yes'
    const env = await envOf()
    delete process.env['LEAKED_BY_THE_TEST']
    expect(env).not.toHaveProperty('LEAKED_BY_THE_TEST')
    expect(env['PATH']).toBe(process.env['PATH'])
    expect(env['HOME']).not.toBe(process.env['HOME'])
  })

  test('is that of a runner', async () => {
    const env = await envOf({ actor: 'robot', repository: 'acme/tools', env: { EXTRA: '1' } })
    expect(env).toMatchObject({
      CI: 'true',
      EXTRA: '1',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTOR: 'robot',
      GITHUB_REPOSITORY: 'acme/tools',
      GITHUB_REPOSITORY_OWNER: 'acme',
    })
    expect(env).not.toHaveProperty('RUNNER_DEBUG')
    expect(await envOf({ debug: true })).toMatchObject({ RUNNER_DEBUG: '1' })
  })

  test('starts in the workspace, with the event at hand', async () => {
    const { outputs } = await run({ event: { action: 'opened' } })
    expect(JSON.parse(outputs['event'] ?? '')).toEqual({ action: 'opened' })
    const env = JSON.parse(outputs['env'] ?? '') as Record<string, string>
    expect(outputs['cwd']).toBe(env['GITHUB_WORKSPACE'])
  })
})

describe('the result', () => {
  test('has the exit code', async () => {
    expect(await run()).toMatchObject({ exitCode: 0, signal: null })
    expect(await run({ inputs: { 'some-input': 'fail' } })).toMatchObject({ exitCode: 1 })
  })

  test('has everything that was written to files', async () => {
    const result = await run({
      inputs: { 'some-input': 'files' },
      workspace: { 'lists/images.txt': 'alpine:3.20\n' },
      artifacts: true,
    })
    expect(result.summary).toBe('# Done\n')
    expect(result.state).toEqual({ a: 'b' })
    expect(result.exportedEnv).toEqual({ c: 'd' })
    expect(result.addedPaths).toEqual(['/opt/bin'])
    expect(result.artifacts).toBe('oci://x\n')
    expect(result.outputs['list']).toBe('alpine:3.20\n')
    const report = [...result.files.keys()].find((path) => path.endsWith('report.json')) ?? ''
    expect(result.files.get(report)?.toString()).toBe('{}')
    expect(existsSync(dirname(report))).toBe(false)
  })

  test('has the log as people see it, and as it was', async () => {
    const result = await run({ inputs: { 'some-input': 'log' }, githubToken: 'gh-token' })
    expect(result.log).toContain('the password is ***, the token ***')
    expect(result.unmaskedLog).toContain('the password is hunter2, the token gh-token')
    expect(result.stdout).toContain('::add-mask::hunter2\n')
    expect(result.stderr).toBe('::warning title=W::a%0Ab\n')
    expect(result.masks).toEqual(['hunter2'])
    expect(result.groups).toEqual([{ name: 'one', lines: ['inside'] }])
    expect(result.annotations).toEqual([
      { level: 'warning', message: 'a\nb', properties: { title: 'W' } },
    ])
    expect(result.log).not.toContain('##[debug]details')
  })

  test('warns of an input that action.yml does not name', async () => {
    const result = await run({ inputs: { typo: 'x' } })
    expect(result.annotations[0]?.message).toBe("Unexpected input(s) 'typo'")
    expect(JSON.parse(result.outputs['env'] ?? '')).toMatchObject({ INPUT_TYPO: 'x' })
  })

  test('has the peak of memory, if asked for, and a clean environment all the same', async () => {
    const result = await run({ measureMemory: true })
    expect(result.peakMemory).toBeGreaterThan(10 * 1024 * 1024)
    expect(JSON.parse(result.outputs['env'] ?? '')).not.toHaveProperty('NODE_OPTIONS')
    expect((await run()).peakMemory).toBeUndefined()
  })
})

describe('a running action', () => {
  test('can be sent a signal once it says that it is ready', async () => {
    const action = await startAction({ action: folder, inputs: { 'some-input': 'wait' } })
    await action.line(/^ready$/)
    action.kill('SIGTERM')
    await action.line(/^stopping$/)
    expect(await action.result).toMatchObject({ exitCode: 3, signal: null })
  })

  test('is killed when it takes too long', async () => {
    const result = await run({ inputs: { 'some-input': 'hang' }, timeout: 1 })
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
  })

  test('does not leave the test waiting for a line that never comes', async () => {
    const action = await startAction({ action: folder })
    await expect(action.line(/never/)).rejects.toThrow('ended without a line')
    await action.result
  })
})
