import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

const program = fileURLToPath(new URL('../testkit/demo.ts', import.meta.url))

/** Milliseconds; below the time that a test has, so that nothing outlives its test. */
const timeout = 45_000

let folder: string
let temp: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-'))
  temp = join(folder, 'temp')
  await mkdir(temp)
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

async function runDemo(...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, TMPDIR: temp, TEMP: temp, TMP: temp, NO_COLOR: '1' }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, timeout }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

/** The demonstration of an action that does what `source` says in place of copying. */
async function demoOf(source: string): Promise<Ended> {
  await writeFile(join(folder, 'action.yml'), 'runs: { using: node24, main: index.mjs }\n')
  await writeFile(join(folder, 'index.mjs'), source)
  return runDemo(folder)
}

describe('the demonstration', () => {
  test('shows a copy from the image to its deployment, and keeps every promise', async () => {
    const { status, stdout, stderr } = await runDemo()
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const headings = [
      'The image, as it was built',
      'The step of the workflow',
      'Its log',
      'Its outputs, for the steps that follow',
      'Its summary, for the page of the job',
      'The same step once more',
      'Deployed by digest, as a cluster would do it',
      'With `attestations: keep` and `referrers: all`',
      'With `verify`: v1.2.0 is signed with the key of the rule, v1.3.0 is not signed',
      'A release of three images to two registries, with `all-or-nothing: true`',
    ]
    expect(stdout.split('\n').filter((line) => headings.includes(line))).toEqual(headings)
    expect(stdout).toMatch(/^ {4}linux\/arm\/v7 +sha256:[0-9a-f]{12} +gzip layer .* zstd layer/m)
    expect(stdout).toMatch(/^ {2}\| {5}left out: .*attestation.*linux\/arm\/v7$/m)
    expect(stdout).toMatch(/^ {2}\| changed += true$/m)
    expect(stdout).toMatch(/^ {2}\| Image, from +127\.0\.0\.1:\d+\/production\/app:v1\.2\.0 from /m)
    expect(stdout).toMatch(/^ {2}\| Digest +sha256:[0-9a-f]{12}$/m)
    expect(stdout).toMatch(/^ {2}\| unchanged .*acme\/app:v1\.2\.0 => /m)
    expect(stdout).toMatch(/^ {2}\| {5}referrers: 1 copied$/m)
    expect(stdout).toMatch(/^ {2}The index has 4 entries now, and the signature/m)
    expect(stdout).toMatch(/^ {2}\| {5}verified: by a key \(rule 1\), found as a referrer$/m)
    expect(stdout).toMatch(/^ {2}\| {5}UNTRUSTED: .*no signature was found$/m)
    expect(stdout).toMatch(/^ {2}Each of the six tags shows v1 after the first, and v2 after/m)
    expect(stdout).toMatch(/\n\nEverything is as promised\.\n$/)
  })

  test('deploys by the digest that the outputs name', async () => {
    const { stdout } = await runDemo()
    const digest = /^ {2}\| digest += (sha256:[0-9a-f]{64})$/m.exec(stdout)?.[1]
    const deployed = /Pulled 127\.0\.0\.1:\d+\/production\/app@(\S+)$/m.exec(stdout)?.[1]
    expect(deployed).toBeDefined()
    expect(deployed).toBe(digest)
  })

  test('shows no password and leaves nothing behind', async () => {
    const { stdout } = await runDemo()
    expect(stdout).not.toContain('correct-horse')
    expect(await readdir(temp)).toEqual([])
  })
})

describe('the demonstration ends with status 1 and a sentence', () => {
  test.each([
    {
      what: 'where the step fails',
      source: "console.log('::error::no route to host'); process.exitCode = 1",
      sentence: 'the step should succeed; it ended with 1: no route to host.',
    },
    {
      what: 'where the step copies nothing',
      source: `import { appendFileSync } from 'node:fs'
        appendFileSync(process.env.GITHUB_OUTPUT, 'copied=0\\n')`,
      sentence: '1 image should be copied; it was 0.',
    },
    {
      what: 'where the step lets its password out',
      source: `console.log('::add-mask::' + process.env['INPUT_DESTINATION-PASSWORD'])
        console.log('logging in with ' + process.env['INPUT_DESTINATION-PASSWORD'])`,
      sentence: 'the password should never be in the log, masked or not.',
    },
    {
      what: 'where the copy lacks the images of the source',
      source: `import { appendFileSync } from 'node:fs'
        const image = { platforms: {} }
        appendFileSync(process.env.GITHUB_OUTPUT, 'copied=1\\nresults=' + JSON.stringify([image]) + '\\n')`,
      sentence: 'the copy should have the two images of the default platforms and nothing else.',
    },
  ])('$what', async ({ source, sentence }) => {
    const { status, stderr, stdout } = await demoOf(source)
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `\nThe demonstration failed: ${sentence}\n`,
    })
    expect(stdout).not.toContain('Everything is as promised')
    expect(await readdir(temp)).toEqual([])
  })
})
