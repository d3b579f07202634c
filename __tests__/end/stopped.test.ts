import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { startAction, type ActionOptions } from '../../testkit/runner/action-runner.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { errorsOf, outputsOf, startPair } from '../bundle/bundle.ts'
import { describeOnUnix } from '../describe-on-unix.ts'
import { preloaded } from './step.ts'

const done = buildImage()

interface Registries {
  readonly source: TestRegistry
  readonly destination: TestRegistry
}

/** Copies one image that is there already, and one that is not. */
async function startCopy({ source, destination }: Registries, options: ActionOptions = {}) {
  pushTo(source.store, 'acme/done', 'v1', done)
  pushTo(destination.store, 'prod/done', 'v1', done)
  pushTo(source.store, 'acme/app', 'v1', buildMultiPlatform())
  const action = await startAction({
    entry: 'src/index.ts',
    // More patience than a cancelled job has: a step that is killed has not ended promptly.
    timeout: 20_000,
    ...options,
    inputs: {
      images: `
        ${source.host}/acme/done:v1 => ${destination.host}/prod/done:v1
        ${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
      ...options.inputs,
    },
  })
  await action.line(/^::group::unchanged /)
  return action
}

/** What every run here ends with: the finished image in the outputs, the other one failed, no tag. */
async function expectStopped(
  action: Awaited<ReturnType<typeof startAction>>,
  { destination }: Registries,
) {
  const result = await action.result
  expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
  expect(outputsOf(result)).toMatchObject({
    digest: done.manifest.digest,
    digests: { [`${destination.host}/prod/done:v1`]: done.manifest.digest },
    counts: { unchanged: 1, failed: 1 },
    results: [{ status: 'unchanged' }, { status: 'failed', error: { code: 'CANCELLED' } }],
  })
  expect(errorsOf(result)).toEqual([
    expect.stringContaining('the run was cancelled'),
    '1 of 2 images failed.',
  ])
  expect(result.summary).toMatch(/❌ \d failed/)
  expect(destination.store.tags('prod/app')).toEqual([])
  expect(destination.store.tagWrites()).toEqual([])
  return result
}

describeOnUnix('a step that is stopped', () => {
  test('ends its open requests, gives its uploads back, and asks for nothing more', async () => {
    const registries = await startPair()
    const { source, destination } = registries
    const uploads = destination.hold({ method: ['PATCH', 'PUT'], path: '/blobs/uploads/' })
    // One request at a time, so that nothing else is on its way when the signal comes.
    const action = await startCopy(registries, { inputs: { concurrency: '1' } })
    await uploads.arrived()
    const seen = { source: source.requests.length, destination: destination.requests.length }
    const open = destination.requests.filter(({ endedAt }) => endedAt === undefined)
    action.kill('SIGTERM')
    await expectStopped(action, registries)
    expect(open).toMatchObject([{ method: 'PUT', aborted: true }])
    expect(source.requests.slice(seen.source)).toEqual([])
    const late = destination.requests.slice(seen.destination)
    // Another session may be open already that waits for its turn.
    expect(new Set(late.map(({ method }) => method))).toEqual(new Set(['DELETE']))
    expect(destination.store.uploads.size).toBe(0)
    expect(destination.store.eventsOf('upload-cancelled')).toHaveLength(late.length)
  })

  test('ends although the registry does not take its uploads back, and more signals come', async () => {
    const registries = await startPair()
    const { destination } = registries
    const uploads = destination.hold({ method: ['PATCH', 'PUT'], path: '/blobs/uploads/' })
    const cancels = destination.hold({ method: 'DELETE' })
    const action = await startCopy(registries)
    await uploads.arrived()
    action.kill('SIGINT')
    await cancels.arrived()
    action.kill('SIGTERM')
    action.kill('SIGINT')
    const result = await expectStopped(action, registries)
    expect(result.log.filter((line) => line.endsWith(': stopping'))).toEqual(['SIGINT: stopping'])
  })

  test('ends although a part of it never does', async () => {
    const registries = await startPair()
    const uploads = registries.destination.hold({ method: 'PUT', path: '/blobs/uploads/' })
    registries.destination.hold({ method: 'DELETE' })
    const action = await startCopy(registries, {
      // The bound on what is waited for at the end is gone, and something keeps the process alive.
      env: preloaded(`
        AbortSignal.timeout = () => new AbortController().signal
        setInterval(() => undefined, 1000)`),
    })
    await uploads.arrived()
    action.kill('SIGTERM')
    const { log } = await expectStopped(action, registries)
    expect(log.at(-1)).toBe('##[error]1 of 2 images failed.')
  })

  test('does not wait for a host that has asked it to', async () => {
    const registries = await startPair()
    const { source } = registries
    const busy = replyWith(429, { headers: { 'retry-after': '100' } })
    source.fault({ path: /\/acme\/app\/blobs\// }, busy)
    const action = await startCopy(registries, { debug: true, inputs: { concurrency: '1' } })
    await action.line(/acme\/app\/blobs\/sha256:\w+ 429/)
    const seen = source.requests.length
    action.kill('SIGTERM')
    await expectStopped(action, registries)
    expect(source.requests.slice(seen)).toEqual([])
  })

  test('does not try again to connect to a host that is away', async () => {
    const registries = await startPair()
    const { source, destination } = registries
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    const action = await startCopy(registries, {
      inputs: {
        images: `
          ${source.host}/acme/done:v1 => ${destination.host}/prod/done:v1
          127.0.0.1:${port}/acme/app:v1 => ${destination.host}/prod/app:v1`,
        retries: '20',
      },
    })
    action.kill('SIGTERM')
    const { log } = await expectStopped(action, registries)
    // The last of the twenty tries would be minutes away.
    expect(log.join('\n')).not.toContain('20 of 20')
  })

  test('in the middle of a download ends the download', async () => {
    const registries = await startPair()
    const { source } = registries
    const blobs = source.hold({ method: 'GET', path: /\/acme\/app\/blobs\// })
    const action = await startCopy(registries, { inputs: { concurrency: '1' } })
    await blobs.arrived()
    const open = source.requests.filter(({ endedAt }) => endedAt === undefined)
    action.kill('SIGINT')
    await expectStopped(action, registries)
    expect(open).toMatchObject([{ method: 'GET', aborted: true }])
  })

  test('in the middle of its last write counts as failed, since nobody has confirmed the tag', async () => {
    const registries = await startPair()
    const { destination } = registries
    // Written, but the answer never comes.
    const answers = Promise.withResolvers<void>()
    destination.use(async (request, next) => {
      const answer = await next()
      if (request.method === 'PUT' && request.path.endsWith('/manifests/v1')) {
        answers.resolve()
        await request.closed
      }
      return answer
    })
    const action = await startCopy(registries)
    await answers.promise
    action.kill('SIGTERM')
    const result = await action.result
    expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
    expect(outputsOf(result).results[1]).toMatchObject({ status: 'failed' })
    expect(destination.store.tags('prod/app')).toEqual(['v1'])
  })
})

test('a step that has done everything when it is stopped still fails', async () => {
  const registries = await startPair()
  const action = await startCopy(registries, {
    env: preloaded(`
      const write = process.stdout.write.bind(process.stdout)
      process.stdout.write = (text, ...rest) => {
        if (String(text).includes('2 images in ')) process.emit('SIGTERM', 'SIGTERM')
        return write(text, ...rest)
      }`),
  })
  const result = await action.result
  expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
  expect(errorsOf(result)).toEqual(['SIGTERM ended the run.'])
  expect(outputsOf(result).counts).toEqual({ copied: 1, unchanged: 1, skipped: 0, failed: 0 })
})
