/**
 * Puts holes into the policy of `verify`, one after the other, and looks whether the tests of it see
 * them: `npm run mutate:trust`. It takes some minutes. Arguments are words of those to try, all by
 * default. The changes are made to a copy; ends with status 1 where one of them survives.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Mutation } from './mutation.ts'
import { trustMutations } from './trust-mutations.ts'

const COPIED = ['src', 'testkit', '__tests__', 'docs', 'package.json', 'jest.config.ts']
const ALL_TESTS = ['__tests__/trust', '__tests__/registry/http/web-client.test.ts']
/** Where a hole in a file is likely to be seen, which saves the time for all others. */
const LIKELY_TESTS: Readonly<Record<string, readonly string[]>> = {
  'certificate.ts': ['certificate', 'adversaries'],
  'claims.ts': ['github'],
  'github-store.ts': ['github'],
  'image-glob.ts': ['read-rules'],
  'pattern.ts': ['pattern'],
  'public-key.ts': ['read-rules'],
  'read-requirement.ts': ['read-rules'],
  'rule.ts': ['read-rules', 'verify-image'],
  'tuf.ts': ['tuf'],
  'verify-image.ts': ['verify-image'],
}
const JEST = 'node_modules/jest/bin/jest.js'

const wanted = process.argv.slice(2)
const chosen = trustMutations.filter(
  ({ what, file }) =>
    wanted.length === 0 || wanted.some((word) => `${file} ${what}`.includes(word)),
)
const copy = mkdtempSync(join(tmpdir(), 'mutations-'))
try {
  for (const name of COPIED) cpSync(name, join(copy, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'))
  if (!passes(ALL_TESTS)) throw new Error('the tests fail without any change')
  const survivors = chosen.filter((mutation) => !isCaught(mutation))
  console.log(`${chosen.length - survivors.length} of ${chosen.length} changes are caught.`)
  process.exitCode = survivors.length === 0 ? 0 : 1
} finally {
  rmSync(copy, { recursive: true })
}

function isCaught({ what, file, from, to }: Mutation): boolean {
  const path = join(copy, 'src/trust', file)
  const source = readFileSync(path, 'utf8')
  const parts = source.split(from)
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places of: ${from}`)
  writeFileSync(path, parts.join(to))
  const likely = (LIKELY_TESTS[file] ?? ['key', 'keyless']).map((name) => `trust/${name}.test`)
  const isSeen = !passes(likely) || !passes(ALL_TESTS)
  writeFileSync(path, source)
  console.log(`${isSeen ? 'caught  ' : 'SURVIVED'} ${file}: ${what}`)
  return isSeen
}

function passes(tests: readonly string[]): boolean {
  const flags = ['--no-warnings', '--experimental-vm-modules', JEST, '--bail', '--silent']
  const { status } = spawnSync(process.execPath, [...flags, ...tests], {
    cwd: copy,
    stdio: 'ignore',
  })
  return status === 0
}
