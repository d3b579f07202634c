import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readActionMetadata } from '../../testkit/runner/action-metadata.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { actionFile, errorsOf, outputNames, outputsOf, startPair, warningsOf } from './bundle.ts'

const multi = buildMultiPlatform({ platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'] })
const single = buildImage({ layers: [{ files: { single: 'one platform' } }] })
const [amd64, arm64] = multi.children
const platforms = {
  'linux/amd64': amd64?.manifest.digest,
  'linux/arm64': arm64?.manifest.digest,
}

test('the outputs are those of action.yml', async () => {
  const { outputs } = await readActionMetadata(actionFile)
  expect(outputs).toEqual([...outputNames])
})

describe('a run in which everything goes well', () => {
  test('has every output', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', multi)
    pushTo(source.store, 'acme/tool', 'v2', single)
    const result = await runAction({
      inputs: {
        images: `
          ${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1 ${destination.host}/prod/app:latest
          ${source.host}/acme/tool:v2 => ${destination.host}/prod/tool:v2`,
      },
    })
    expect(result).toMatchObject({ exitCode: 0, signal: null, stderr: '', annotations: [] })

    const app = await pullAndVerify(destination.url, 'prod/app', 'v1')
    expect(app.children.map(({ digest }) => digest)).toEqual(Object.values(platforms))
    const { digest, digests, images, results, changed, counts, totals } = outputsOf(result)
    expect(digest).toBe(app.digest)
    expect(digests).toEqual({
      [`${destination.host}/prod/app:v1`]: app.digest,
      [`${destination.host}/prod/app:latest`]: app.digest,
      [`${destination.host}/prod/tool:v2`]: single.manifest.digest,
    })
    expect(images).toEqual([
      `${destination.host}/prod/app@${app.digest}`,
      `${destination.host}/prod/tool@${single.manifest.digest}`,
    ])
    expect(changed).toBe(true)
    expect(counts).toEqual({ copied: 3, unchanged: 0, skipped: 0, failed: 0 })
    expect(results[0]).toMatchObject({
      source: `${source.host}/acme/app:v1`,
      destination: `${destination.host}/prod/app:v1`,
      status: 'copied',
      digest: app.digest,
      sourceDigest: multi.manifest.digest,
      platforms,
    })
    expect(results[2]).toMatchObject({
      digest: single.manifest.digest,
      sourceDigest: single.manifest.digest,
      platforms: { 'linux/amd64': single.manifest.digest },
    })
    const sent = destination.store.eventsOf('blob').reduce((sum, { size }) => sum + size, 0)
    expect(totals.bytes.copied).toBe(sent)
  })

  test('that writes nothing says so', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', multi)
    const inputs = { images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1` }
    const first = outputsOf(await runAction({ inputs }))
    destination.clearRequests()
    const second = outputsOf(await runAction({ inputs }))
    expect(second).toMatchObject({
      digest: first.digest,
      digests: first.digests,
      images: first.images,
      changed: false,
      counts: { copied: 0, unchanged: 1, skipped: 0, failed: 0 },
      results: [
        { status: 'unchanged', digest: first.digest, previousDigest: first.digest, platforms },
      ],
      totals: { bytes: { copied: 0, mounted: 0, existing: 0 } },
    })
    expect(destination.requests.map(({ method }) => method)).toEqual(['HEAD'])
  })

  test('a tag that moves is reported with the digest that it had', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', single)
    pushTo(destination.store, 'prod/app', 'v1', multi)
    const images = `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`
    const { results } = outputsOf(await runAction({ inputs: { images } }))
    expect(results).toMatchObject([
      {
        status: 'copied',
        digest: single.manifest.digest,
        previousDigest: multi.manifest.digest,
      },
    ])
  })

  test('an image without a tag is reported by its repository', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', single)
    const { digest } = single.manifest
    const images = `${source.host}/acme/app@${digest} => ${destination.host}/prod/app`
    const outputs = outputsOf(await runAction({ inputs: { images } }))
    expect(outputs.digests).toEqual({ [`${destination.host}/prod/app`]: digest })
    expect(outputs.images).toEqual([`${destination.host}/prod/app@${digest}`])
    expect(destination.store.tags('prod/app')).toEqual([])
    await pullAndVerify(destination.url, 'prod/app', digest)
  })
})

describe('a run in which some images fail', () => {
  test('copies the others, reports all, and fails the step', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', multi)
    pushTo(source.store, 'acme/tool', 'v2', single)
    const result = await runAction({
      inputs: {
        images: `
          ${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1
          ${source.host}/acme/app:lost => ${destination.host}/prod/app:lost
          ${source.host}/acme/tool:v2 => ${destination.host}/prod/tool:v2`,
      },
    })
    expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
    const { digest, digests, images, changed, counts, results } = outputsOf(result)
    expect(counts).toEqual({ copied: 2, unchanged: 0, skipped: 0, failed: 1 })
    expect(changed).toBe(true)
    expect(digest).toBe(destination.store.tag('prod/app', 'v1'))
    expect(Object.keys(digests)).toEqual([
      `${destination.host}/prod/app:v1`,
      `${destination.host}/prod/tool:v2`,
    ])
    expect(images).toHaveLength(2)
    expect(results[1]).toMatchObject({
      status: 'failed',
      destination: `${destination.host}/prod/app:lost`,
      error: { code: 'NOT_FOUND' },
    })
    expect(destination.store.tags('prod/app')).toEqual(['v1'])
    await pullAndVerify(destination.url, 'prod/tool', 'v2')
  })

  test('has one annotation for each of them, and one for the step', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', single)
    const result = await runAction({
      inputs: {
        images: `
          ${source.host}/acme/app:lost => ${destination.host}/prod/app:lost
          ${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
      },
    })
    expect(result.annotations).toEqual([
      {
        level: 'error',
        message: expect.stringContaining('MANIFEST_UNKNOWN'),
        properties: { title: `Image not synced: ${destination.host}/prod/app:lost` },
      },
      { level: 'error', message: '1 of 2 images failed.', properties: {} },
    ])
    const [message = ''] = errorsOf(result)
    expect(message).toContain(`get manifest at source ${source.host}/acme/app:lost`)
    expect(message).toContain('HTTP 404')
    expect(message).toContain('Hint: Check the spelling')
    expect(result.summary).toContain('❌ 1 failed')
  })

  test('has no digest where the first one is among them', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', single)
    const result = await runAction({
      inputs: {
        images: `
          ${source.host}/acme/app:lost => ${destination.host}/prod/app:lost
          ${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
      },
    })
    expect(outputsOf(result)).toMatchObject({
      digest: '',
      digests: { [`${destination.host}/prod/app:v1`]: single.manifest.digest },
    })
  })
})

async function copyWith(env: Readonly<Record<string, string>>) {
  const { source, destination } = await startPair()
  pushTo(source.store, 'acme/app', 'v1', single)
  const images = `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`
  const result = await runAction({ inputs: { images }, env })
  return { result, wrote: destination.store.tag('prod/app', 'v1') === single.manifest.digest }
}

describe('the files of the runner', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bundle-'))
  })

  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  test('get every output exactly once', async () => {
    const file = join(folder, 'output')
    await writeFile(file, '')
    await copyWith({ GITHUB_OUTPUT: file })
    const text = await readFile(file, 'utf8')
    const names = [...text.matchAll(/^([a-z]+)<<ghadelimiter_/gm)].map(([, name]) => name)
    expect(names).toEqual([...outputNames])
  })

  test('the report is for the user of the runner only', async () => {
    const { result } = await copyWith({ RUNNER_TEMP: folder })
    const report = result.outputs['report'] ?? ''
    expect(report.startsWith(folder)).toBe(true)
    const { mode } = await stat(report)
    // Windows knows no such bits.
    expect(mode & 0o777).toBe(process.platform === 'win32' ? mode & 0o777 : 0o600)
  })

  test('a report that cannot be written is a warning', async () => {
    const { result, wrote } = await copyWith({ RUNNER_TEMP: join(folder, 'missing') })
    expect(wrote).toBe(true)
    expect(result).toMatchObject({ exitCode: 0, outputs: { report: '', copied: '1' } })
    expect(warningsOf(result)).toEqual([
      expect.stringContaining('the report could not be written'),
      expect.stringContaining('the checksums could not be written'),
    ])
  })

  test('a summary that cannot be written is no failure', async () => {
    for (const GITHUB_STEP_SUMMARY of ['', join(folder, 'missing', 'summary')]) {
      const { result, wrote } = await copyWith({ GITHUB_STEP_SUMMARY })
      expect(wrote).toBe(true)
      expect(result.exitCode).toBe(0)
    }
  })

  test('outside of a runner, where nobody takes outputs, the copy succeeds all the same', async () => {
    const { result, wrote } = await copyWith({ GITHUB_OUTPUT: '' })
    expect(wrote).toBe(true)
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test('outputs that cannot be written fail the step with the reason', async () => {
    const file = join(folder, 'missing', 'output')
    const { result } = await copyWith({ GITHUB_OUTPUT: file })
    expect(result).toMatchObject({ exitCode: 1, stderr: '' })
    expect(errorsOf(result)).toEqual([expect.stringContaining(file)])
  })
})
