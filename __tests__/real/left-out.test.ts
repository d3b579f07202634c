import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Milliseconds; below the time that a test has, so that no run of jest outlives its test. */
const timeout = 45_000

/** Runs a file of tests on a machine that has no programs. */
async function runWithout(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const flags = ['--no-warnings=ExperimentalWarning', '--experimental-vm-modules']
  const file = '__tests__/real/registries.test.ts'
  const command = [...flags, 'node_modules/jest/bin/jest.js', '--ci', file, ...args]
  const options = {
    cwd: root,
    timeout,
    env: { ...process.env, PATH: '', REQUIRE_REAL_REGISTRY: '', REQUIRE_GO_TOOLS: '', ...env },
  }
  return new Promise<{ status: number; stderr: string }>((resolve) => {
    execFile(process.execPath, command, options, (error, _stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stderr })
    })
  })
}

describe('where no real registry is installed', () => {
  test('its tests are left out, and the last lines of the run say so', async () => {
    const { status, stderr } = await runWithout({})
    expect(status).toBe(0)
    const [before = '', after = ''] = stderr.split('\nThese tests did not run:\n')
    expect(before).toContain('Ran all test suites')
    const [tests = '', advice = ''] = after.split('They need what is not in PATH:\n')
    expect(tests).toMatch(
      /registries\.test\.ts: from Distribution 2 with .* to zot with .* \(\d+ tests\)\n/,
    )
    expect(tests).toMatch(/registries\.test\.ts: a real registry \(\d+ tests\)\n/)
    expect(advice).toMatch(/^ {2}Distribution 2: apt-get install docker-registry/)
    expect(advice).toMatch(/\n {2}Distribution 3: .*\.ci\/install-go-tools/)
    expect(advice).toMatch(/\n {2}zot: /)
  })

  test('its tests fail where it has to be there', async () => {
    const { status, stderr } = await runWithout({ REQUIRE_REAL_REGISTRY: '1' })
    expect(status).toBe(1)
    expect(stderr).toContain('Distribution 2 (docker-registry or registry) is not in PATH')
    expect(stderr).not.toContain('ts: a real registry')
  })

  test('nothing is said of tests that were left out on purpose', async () => {
    const { status, stderr } = await runWithout({}, '--testNamePattern', 'no such test')
    expect(status).toBe(0)
    expect(stderr).not.toContain('did not run')
  })
})
