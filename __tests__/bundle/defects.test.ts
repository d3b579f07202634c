import { describe, expect, test } from '@jest/globals'
import { runAction, startAction } from '../../testkit/runner/action-runner.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { preloaded } from '../end/step.ts'
import { errorsOf, outputsOf, startPair } from './bundle.ts'
import { describeOnUnix } from '../describe-on-unix.ts'

/** Loaded in front of the action: makes the process throw where nobody catches, when it is told to. */
function trapdoor(statement: string) {
  return preloaded(`process.on('SIGUSR2', () => { ${statement} })`)
}

const entry = 'src/index.ts'

async function startWith(statement: string, { debug = false, flags = '' } = {}) {
  const { source, destination } = await startPair()
  const done = buildImage()
  pushTo(source.store, 'acme/done', 'v1', done)
  pushTo(destination.store, 'prod/done', 'v1', done)
  pushTo(source.store, 'acme/app', 'v1', buildMultiPlatform())
  const blobs = source.hold({ method: 'GET', path: '/acme/app/blobs/' })
  const { NODE_OPTIONS } = trapdoor(statement)
  const action = await startAction({
    entry,
    inputs: {
      images: `
        ${source.host}/acme/done:v1 => ${destination.host}/prod/done:v1
        ${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
    },
    env: { NODE_OPTIONS: `${NODE_OPTIONS} ${flags}` },
    debug,
    timeout: 20_000,
  })
  await blobs.arrived()
  await action.line(/^::group::unchanged /)
  action.kill('SIGUSR2')
  return { result: await action.result, destination, done }
}

describeOnUnix('an error that nothing catches', () => {
  test.each([
    ['thrown', "throw new Error('out of nowhere', { cause: new Error('a reason') })"],
    ['rejected', "void Promise.reject(new Error('out of nowhere', { cause: 'a reason' }))"],
    [
      'thrown by a callback of a stream',
      `process.getBuiltinModule('node:stream').Readable.from(['text']).on('data', () => {
        throw new Error('out of nowhere', { cause: 'a reason' })
      })`,
    ],
    [
      'the error of a stream that nobody listens to',
      `process.getBuiltinModule('node:stream')
        .Readable.from([])
        .destroy(new Error('out of nowhere', { cause: 'a reason' }))`,
    ],
    [
      'thrown by a timer, and again right after it',
      `setTimeout(() => {
        process.nextTick(() => { throw new Error('too late') })
        throw new Error('out of nowhere', { cause: 'a reason' })
      })`,
    ],
    [
      'rejected while a signal is handled',
      `process.prependListener('SIGINT', () => {
        void Promise.reject(new Error('out of nowhere', { cause: 'a reason' }))
      })
      process.emit('SIGINT', 'SIGINT')`,
    ],
  ])('fails the step with its cause, when it is %s', async (_how, statement) => {
    const { result, destination, done } = await startWith(statement)
    expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
    expect(errorsOf(result).at(-1)).toBe('out of nowhere: a reason')
    expect(outputsOf(result)).toMatchObject({
      digest: done.manifest.digest,
      counts: { unchanged: 1, failed: 1 },
      results: [{}, { error: { code: 'CANCELLED' } }],
    })
    expect(destination.store.tags('prod/app')).toEqual([])
  })

  test.each(['', '--unhandled-rejections=none'])(
    'fails the step even where it is nothing at all, whatever Node is told of it: %s',
    async (flags) => {
      const { result } = await startWith('void Promise.reject()', { flags })
      expect(result).toMatchObject({ exitCode: 1, stderr: '' })
      expect(errorsOf(result)).toHaveLength(2)
    },
  )

  test('is in the debug log, with the place where it came from', async () => {
    const { result } = await startWith("throw new Error('out of nowhere')", { debug: true })
    expect(result.log).toContain('##[debug]Error: out of nowhere')
    expect(result.log).toContainEqual(expect.stringMatching(/^##\[debug\] {4}at .*data:text/))
  })
})

describe('an error when all is over', () => {
  test.each([
    ['thrown', "throw new Error('too late')"],
    ['rejected', "void Promise.reject(new Error('too late'))"],
  ])('still fails the step, when it is %s', async (_how, statement) => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', buildImage())
    const result = await runAction({
      entry,
      inputs: { images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1` },
      env: preloaded(`process.once('beforeExit', () => { ${statement} })`),
    })
    expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
    expect(errorsOf(result)).toEqual(['too late'])
    expect(outputsOf(result).counts).toMatchObject({ copied: 1, failed: 0 })
  })

  test('does not keep the step from its end, nor does anything else', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', buildImage())
    const result = await runAction({
      entry,
      inputs: { images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1` },
      env: preloaded('setInterval(() => undefined, 1000)'),
    })
    expect(result).toMatchObject({ exitCode: 0, signal: null, stderr: '', annotations: [] })
  })
})
