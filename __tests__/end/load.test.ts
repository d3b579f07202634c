import { beforeAll, afterAll, describe, expect, test } from '@jest/globals'
import { runAction, type ActionResult } from '../../testkit/runner/action-runner.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import type { Result } from '../bundle/bundle.ts'

const IMAGES = 2000
/** Every hundredth is not there. */
const LOST = 100

/** What GitHub keeps of a step: bytes of the summary, annotations of a kind, bytes of a job's outputs. */
const MAX_SUMMARY = 1024 * 1024
const MAX_ANNOTATIONS = 10
const MAX_OUTPUTS = 1_000_000

describe('two thousand images in one run', () => {
  let source: TestRegistry
  let destination: TestRegistry
  let result: ActionResult

  beforeAll(async () => {
    source = await TestRegistry.start()
    destination = await TestRegistry.start()
    const lines = Array.from({ length: IMAGES }, (_, number) => {
      if (number % LOST !== 0) {
        pushTo(
          source.store,
          'acme/app',
          `v${number}`,
          buildImage({ config: { author: `${number}` } }),
        )
      }
      return `${source.host}/acme/app:v${number} => ${destination.host}/prod/app:v${number}`
    })
    result = await runAction({
      entry: 'src/index.ts',
      inputs: { 'images-file': 'images.txt' },
      workspace: { 'images.txt': lines.join('\n') },
      timeout: 110_000,
    })
  })

  afterAll(async () => {
    await source.close()
    await destination.close()
  })

  test('are all copied, but for those that are not there', () => {
    expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
    expect(result.outputs).toMatchObject({ copied: '1980', failed: '20', changed: 'true' })
    expect(destination.store.tags('prod/app')).toHaveLength(1980)
    // A config each, and one layer for all.
    expect(destination.store.completedBlobs()).toHaveLength(1981)
  })

  test('have a summary that GitHub takes, failures first, and no more annotations than it shows', () => {
    expect(Buffer.byteLength(result.summary)).toBeLessThan(MAX_SUMMARY)
    const [, failed = '', copied = ''] = result.summary.split(/### (?:❌ 20 failed|✅ 1980 copied)/)
    expect(failed.match(/<b>NOT_FOUND<\/b>/g)).toHaveLength(20)
    const rows = copied.match(/✅&nbsp;copied/g) ?? []
    const leftOut = Number(/<\/table>\n\n(\d+) more left out/.exec(copied)?.[1] ?? 0)
    expect(rows.length + leftOut).toBe(1980)
    const errors = result.annotations.filter(({ level }) => level === 'error')
    expect(errors).toHaveLength(MAX_ANNOTATIONS)
    expect(errors.at(-1)?.message).toBe(
      '20 of 2000 images failed; the annotations show 9, and 11 more are in the log.',
    )
  })

  test('have outputs that GitHub keeps, and say which of them had to be left empty', () => {
    const { outputs, annotations } = result
    const bytes = Object.values(outputs).reduce((sum, value) => sum + 2 * value.length, 0)
    expect(bytes).toBeLessThan(MAX_OUTPUTS)
    expect(outputs['results']).toBe('[]')
    expect(Object.keys(JSON.parse(outputs['digests'] ?? '') as object)).toHaveLength(1980)
    expect(outputs['images']?.split('\n')).toHaveLength(1980)
    const warnings = annotations.filter(({ level }) => level === 'warning')
    expect(warnings.map(({ message }) => message)).toEqual([
      'the outputs of 2000 images are more than GitHub keeps of a job, so these are left empty: ' +
        'results, pinned, rollback; the file that the output report names has everything',
    ])
  })

  test('are all in the report', () => {
    const file = result.files.get(result.outputs['report'] ?? '')?.toString() ?? ''
    const report = JSON.parse(file) as { results: Result[]; totals: Record<string, unknown> }
    expect(report.results).toHaveLength(IMAGES)
    expect(report.totals).toMatchObject({ images: IMAGES, copied: 1980, failed: 20 })
  })
})
