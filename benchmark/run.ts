/**
 * `npm run bench`: what the committed bundle needs for jobs of different shapes, between two registries on loopback.
 * Exits with 1 where a run fails or takes more memory than it may.
 */
import { performance } from 'node:perf_hooks'
import { type ActionResult, runAction } from '../testkit/runner/action-runner.ts'
import { serveRegistry } from './served-registry.ts'
import { type Shape, shapes } from './shapes.ts'

const MiB = 1024 * 1024

/** The largest shape takes seconds; this is for a machine that is busy with something else. */
const TIMEOUT_MS = 10 * 60_000

interface Measurement {
  readonly shape: string
  readonly run: 'cold' | 'unchanged'
  readonly seconds: number
  /** Bytes of blobs that were sent. */
  readonly sent: number
  /** Bytes. */
  readonly peakMemory: number
  readonly problem: string | undefined
}

async function measureShape(shape: Shape): Promise<readonly Measurement[]> {
  const source = await serveRegistry(shape.images)
  const destination = await serveRegistry()
  try {
    const inputs = {
      images: shape.images.map(({ repository, tag }) => `${repository}:${tag}`).join('\n'),
      'source-registry': source.host,
      'destination-registry': destination.host,
    }
    return [await measureRun(shape, 'cold', inputs), await measureRun(shape, 'unchanged', inputs)]
  } finally {
    await Promise.all([source.close(), destination.close()])
  }
}

async function measureRun(
  shape: Shape,
  run: Measurement['run'],
  inputs: Readonly<Record<string, string>>,
): Promise<Measurement> {
  const startedAt = performance.now()
  const result = await runAction({ inputs, measureMemory: true, timeout: TIMEOUT_MS })
  const seconds = (performance.now() - startedAt) / 1000
  const peakMemory = result.peakMemory ?? Number.NaN
  return {
    shape: shape.name,
    run,
    seconds,
    sent: sentBytes(result),
    peakMemory,
    problem: problemOf(shape, run, result, peakMemory),
  }
}

function sentBytes({ outputs }: ActionResult): number {
  const results = JSON.parse(outputs['results'] ?? '[]') as { bytes: { copied: number } }[]
  return results.reduce((sum, { bytes }) => sum + bytes.copied, 0)
}

function problemOf(
  shape: Shape,
  run: Measurement['run'],
  { exitCode, outputs, log }: ActionResult,
  peakMemory: number,
): string | undefined {
  const done = outputs[run === 'cold' ? 'copied' : 'unchanged']
  if (exitCode !== 0) return `exit code ${exitCode}: ${log.at(-1) ?? ''}`
  if (done !== String(shape.images.length)) return `only ${done ?? 'none'} of the images done`
  // NaN, where memory could not be measured, is not below the limit either.
  if (!(peakMemory / MiB < shape.memoryLimit)) return `more than ${shape.memoryLimit} MiB of memory`
  return undefined
}

function row({ shape, run, seconds, sent, peakMemory, problem }: Measurement): string {
  const rate = sent === 0 ? '' : `${(sent / 1e6 / seconds).toFixed(0)} MB/s`
  const cells = [
    shape.padEnd(6),
    run.padEnd(9),
    `${seconds.toFixed(2)} s`.padStart(9),
    `${(sent / 1e6).toFixed(1)} MB`.padStart(11),
    rate.padStart(9),
    `${(peakMemory / MiB).toFixed(0)} MiB`.padStart(8),
  ]
  return `| ${cells.join(' | ')} |${problem === undefined ? '' : ` FAILED: ${problem}`}`
}

let failed = false
console.log(`Node ${process.versions.node}\n`)
for (const { name, what, memoryLimit } of shapes) {
  console.log(`${name}: ${what}; memory below ${memoryLimit} MiB`)
}
console.log('\n| shape  | run       |      wall |        sent |      rate |   memory |')
console.log('| ------ | --------- | --------: | ----------: | --------: | -------: |')
for (const shape of shapes) {
  for (const measurement of await measureShape(shape)) {
    console.log(row(measurement))
    failed ||= measurement.problem !== undefined
  }
}
process.exitCode = failed ? 1 : 0
