import { expect, test } from '@jest/globals'
import { startAction, type ActionOptions } from '../../testkit/runner/action-runner.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { errorsOf, outputsOf, startPair } from './bundle.ts'
import { describeOnUnix } from '../describe-on-unix.ts'

const image = buildMultiPlatform()

/** More patience than a cancelled job has: a step that is killed has not ended promptly. */
const timeout = 20_000

async function startCopy(
  { source, destination }: Record<'source' | 'destination', TestRegistry>,
  options: ActionOptions = {},
) {
  pushTo(source.store, 'acme/app', 'v1', image)
  return startAction({
    timeout,
    ...options,
    inputs: {
      images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
      ...options.inputs,
    },
  })
}

describeOnUnix('a step that is cancelled', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s ends in the middle of an upload, with its outputs and without a tag',
    async (signal) => {
      const registries = await startPair()
      const { destination } = registries
      // Never let go: the step has to end all the same.
      const uploads = destination.hold({ method: ['PATCH', 'PUT'], path: '/blobs/uploads/' })
      const action = await startCopy(registries)
      await uploads.arrived()
      action.kill(signal)
      const result = await action.result

      expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
      expect(result.log).toContain(`${signal}: stopping`)
      expect(outputsOf(result)).toMatchObject({
        digest: '',
        digests: {},
        changed: false,
        counts: { copied: 0, failed: 1 },
        results: [{ status: 'failed', error: { code: 'CANCELLED' } }],
      })
      expect(errorsOf(result)).toHaveLength(2)
      expect(result.summary).toMatch(/❌ \d failed/)
      expect(destination.store.tags('prod/app')).toEqual([])
      expect(destination.store.completedManifests()).toEqual([])
    },
  )

  test('ends while it downloads', async () => {
    const registries = await startPair()
    const blobs = registries.source.hold({ method: 'GET', path: '/blobs/' })
    const action = await startCopy(registries)
    await blobs.arrived()
    action.kill('SIGTERM')
    const result = await action.result
    expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
    expect(outputsOf(result).counts.failed).toBe(1)
    expect(registries.destination.store.tags('prod/app')).toEqual([])
  })

  test('ends while it waits for another try', async () => {
    const registries = await startPair()
    const busy = replyWith(503, { headers: { 'retry-after': '100' } })
    registries.source.fault({ path: '/manifests/' }, busy)
    const action = await startCopy(registries, { debug: true })
    await action.line(/manifests\/v1 503/)
    action.kill('SIGTERM')
    const result = await action.result
    expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
    expect(outputsOf(result).results).toMatchObject([{ error: { code: 'CANCELLED' } }])
    expect(registries.source.count()).toBe(1)
  })

  test('ends while it logs in', async () => {
    const registries = await startPair({
      source: { auth: { kind: 'bearer', users: {}, anonymousPull: true } },
    })
    const tokens = registries.source.hold({ path: '/token' })
    const action = await startCopy(registries)
    await tokens.arrived()
    action.kill('SIGTERM')
    const result = await action.result
    expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
    expect(outputsOf(result).counts.failed).toBe(1)
  })

  test('does not move the tag that is there', async () => {
    const registries = await startPair()
    const { destination } = registries
    const before = buildImage()
    pushTo(destination.store, 'prod/app', 'v1', before)
    const tag = destination.hold({ method: 'PUT', path: '/manifests/sha256:' })
    const action = await startCopy(registries)
    await tag.arrived()
    action.kill('SIGINT')
    expect(await action.result).toMatchObject({ exitCode: 1 })
    expect(destination.store.tag('prod/app', 'v1')).toBe(before.manifest.digest)
    expect(destination.store.tagWrites()).toEqual([])
  })

  test('starts no further image, and reports those that were done before', async () => {
    const registries = await startPair()
    const { source, destination } = registries
    const uploads = destination.hold({ method: 'POST', path: '/prod/app/blobs/uploads/' })
    const done = buildImage()
    pushTo(destination.store, 'prod/first', 'v1', done)
    pushTo(source.store, 'acme/first', 'v1', done)
    const many = Array.from(
      { length: 80 },
      (_, index) => `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v${index}`,
    )
    const first = `${source.host}/acme/first:v1 => ${destination.host}/prod/first:v1`
    const action = await startCopy(registries, { inputs: { images: [first, ...many].join('\n') } })
    await uploads.arrived()
    await action.line(/^::group::unchanged /)
    action.kill('SIGTERM')
    const result = await action.result
    expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
    expect(outputsOf(result)).toMatchObject({
      digest: done.manifest.digest,
      counts: { unchanged: 1, failed: 80 },
    })
    expect(errorsOf(result)).toHaveLength(10)
    expect(destination.store.tags('prod/app')).toEqual([])
    expect(destination.count('HEAD', '/prod/app/manifests/v79')).toBe(0)
  })

  test('gives back the uploads that it had begun', async () => {
    const registries = await startPair()
    const { destination } = registries
    const uploads = destination.hold({ method: ['PATCH', 'PUT'], path: '/blobs/uploads/' })
    const action = await startCopy(registries)
    await uploads.arrived()
    action.kill('SIGTERM')
    await action.result
    expect(destination.count('DELETE', '/blobs/uploads/')).toBeGreaterThan(0)
  })
})
