import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { failedTests, parseFeatures, shortfalls } from '../../testkit/conformance-suite.ts'

const report = `
OCI Conformance Result: Pass
  Pass..........................:        986

API conformance:
  Tag listing...................:       Pass
  Tag delete....................:       Pass
  Tag delete atomic.............:       Pass
  Blob upload cancel............:       Pass
  Blob push.....................:       Pass
  Blob post only................:       Pass
  Blob post put.................:       Pass
  Blob chunked..................:       Pass
  Blob streaming................:       Pass
  Blob mount....................:       Pass
  Blob get......................:       Pass
  Blob get range................:       Pass
  Blob head.....................:       Pass
  Blob delete...................:       Pass
  Blob delete atomic............:       Pass
  Manifest put by digest........:       Pass
  Manifest put by tag...........:       Pass
  Manifest put with tag params..:       Pass
  Manifest put with subject.....:       Pass
  Manifest get by digest........:       Pass
  Manifest get by tag...........:       Pass
  Manifest head by digest.......:       Pass
  Manifest head by tag..........:       Pass
  Manifest delete...............:       Pass
  Manifest delete atomic........:       Pass
  Referrers.....................:       Pass
  Ping..........................:       Pass
`

async function runScript(env: Record<string, string>) {
  const script = fileURLToPath(new URL('../../testkit/conformance.ts', import.meta.url))
  return new Promise<{ code: unknown; output: string }>((resolve) => {
    execFile(process.execPath, [script], { env: { PATH: '', ...env } }, (error, stdout) => {
      resolve({ code: error?.code ?? 0, output: stdout })
    })
  })
}

describe('the report of the conformance suite', () => {
  test('is read feature by feature', () => {
    const features = parseFeatures(report)
    expect(features.get('Blob get range')).toBe('Pass')
    expect(features.has('Pass')).toBe(false)
  })

  test('leaves no category short when everything passed', () => {
    expect([...shortfalls(parseFeatures(report)).values()].flat()).toEqual([])
  })

  test('leaves a category short of what failed, was skipped or is missing', () => {
    const worse = report
      .replace(
        'Tag delete atomic.............:       Pass',
        'Tag delete atomic.............:       Skip',
      )
      .replace(
        'Blob get range................:       Pass',
        'Blob get range................:       FAIL',
      )
      .replace(/ {2}Referrers.*\n/, '')
    expect(Object.fromEntries(shortfalls(parseFeatures(worse)))).toEqual({
      pull: ['Blob get range: FAIL'],
      push: [],
      'content discovery': ['Referrers: not tested'],
      'content management': ['Tag delete atomic: Skip'],
    })
  })
})

test('of many failures the first ones are shown', () => {
  const lines = Array.from({ length: 25 }, (_, n) => `level=WARN msg="failed test" name="${n}"`)
  const shown = failedTests(['Conformance', ...lines].join('\n')).split('\n')
  expect(shown).toEqual([...lines.slice(0, 20), 'and 5 more'])
})

describe('without Go', () => {
  test('the script says that nothing was tested', async () => {
    const { code, output } = await runScript({})
    expect(output).toContain('nothing was tested')
    expect(code).toBe(0)
  })

  test('the script fails where the suite is required', async () => {
    expect(await runScript({ REQUIRE_CONFORMANCE: '1' })).toMatchObject({ code: 1 })
  })
})
