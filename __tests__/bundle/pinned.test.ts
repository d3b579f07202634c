import { describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { removeHeader, replyWith } from '../../testkit/registry/faults.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { errorsOf, outputsOf, startPair } from './bundle.ts'

const first = buildMultiPlatform({ platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'] })
const second = buildMultiPlatform({
  layers: () => [{ files: { version: 'two' } }],
  platforms: ['linux/amd64', 'linux/arm64'],
})
const single = buildImage({ layers: [{ files: { single: 'one platform' } }] })
const otherPlatform = buildImage({ platform: 'linux/s390x' })

/** Two registries, and a list of which one image is new, one moves a tag and one is not there. */
async function startRelease() {
  const { source, destination } = await startPair()
  pushTo(source.store, 'acme/app', 'v1', first)
  pushTo(source.store, 'acme/tool', 'v1', single)
  pushTo(destination.store, 'prod/app', 'stable', second)
  const images = `
    ${source.host}/acme/app:v1 => ${destination.host}/prod/app:stable
    ${source.host}/acme/tool:v1 => ${destination.host}/prod/tool:v1
    ${source.host}/acme/none:v1 => ${destination.host}/prod/none:v1
  `
  const tags = () => ({
    stable: destination.store.tag('prod/app', 'stable'),
    tool: destination.store.tag('prod/tool', 'v1'),
  })
  return { source, destination, images, tags }
}

describe('pinned', () => {
  test('has each source by digest, and what failed as a comment', async () => {
    const { source, destination, images } = await startRelease()
    const { outputs } = await runAction({ inputs: { images } })
    expect(outputs['pinned']).toBe(
      `- source: ${source.host}/acme/app@${first.manifest.digest}
  destination: ${destination.host}/prod/app:stable
  platforms: [linux/amd64, linux/arm64]
  attestations: drop
  referrers: none
- source: ${source.host}/acme/tool@${single.manifest.digest}
  destination: ${destination.host}/prod/tool:v1
  platforms: all
  attestations: drop
  referrers: none
# failed (NOT_FOUND): ${source.host}/acme/none:v1 => ${destination.host}/prod/none:v1`,
    )
  })

  test('gives the same bytes when it is run again, whatever tags and inputs say by then', async () => {
    const { source, destination, images, tags } = await startRelease()
    const { outputs } = await runAction({ inputs: { images } })
    const before = tags()
    pushTo(source.store, 'acme/app', 'v1', second)
    pushTo(destination.store, 'prod/app', 'stable', second)
    pushTo(destination.store, 'prod/tool', 'v1', second)
    const again = await runAction({
      inputs: {
        images: outputs['pinned'] ?? '',
        platforms: 'all',
        'source-registry': 'quay.io/other',
        'destination-registry': 'quay.io/other',
      },
    })
    expect(again.exitCode).toBe(0)
    expect(tags()).toEqual(before)
    expect(again.outputs['pinned']).toBe(outputs['pinned']?.replace(/\n#.*$/, ''))
  })

  test('is what would be copied in a dry run', async () => {
    const { images } = await startRelease()
    const inputs = { images }
    const dry = await runAction({ inputs: { ...inputs, 'dry-run': 'true' } })
    const wet = await runAction({ inputs })
    expect(dry.outputs['pinned']).toBe(wet.outputs['pinned'])
  })

  test('keeps platforms: all, and those of a line', async () => {
    const { source, destination } = await startRelease()
    const images = `
      --platform=linux/arm/v7 ${source.host}/acme/app:v1 => ${destination.host}/a/arm
      ${source.host}/acme/app:v1 => ${destination.host}/a/all
    `
    const { outputs } = await runAction({ inputs: { images, platforms: 'all' } })
    expect(outputs['pinned']?.match(/platforms: .*/g)).toEqual([
      'platforms: [linux/arm/v7]',
      'platforms: all',
    ])
  })

  test('gives the bytes of a single image again that was unchanged, whatever it is for', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/tool', 'v1', otherPlatform)
    pushTo(destination.store, 'prod/tool', 'v1', otherPlatform)
    const images = `${source.host}/acme/tool:v1 => ${destination.host}/prod/tool:v1`
    const { outputs } = await runAction({ inputs: { images } })
    pushTo(destination.store, 'prod/tool', 'v1', single)
    const again = await runAction({ inputs: { images: outputs['pinned'] ?? '' } })
    expect(errorsOf(again)).toEqual([])
    expect(destination.store.tag('prod/tool', 'v1')).toBe(otherPlatform.manifest.digest)
  })

  test.each(['', ':v1'])(
    'does not have a single image taken for wanted because it is there, with a source of %j',
    async (tag) => {
      const { source, destination } = await startPair()
      pushTo(source.store, 'acme/tool', 'v1', otherPlatform)
      pushTo(destination.store, 'prod/tool', 'other', otherPlatform)
      const entry = {
        source: `${source.host}/acme/tool${tag}@${otherPlatform.manifest.digest}`,
        destination: `${destination.host}/prod/tool:v1`,
        platforms: ['linux/amd64'],
        attestations: 'drop',
        referrers: 'none',
      }
      const result = await runAction({ inputs: { images: JSON.stringify([entry]) } })
      expect(outputsOf(result).results[0]).toMatchObject({ error: { code: 'PLATFORM' } })
      expect(destination.store.tag('prod/tool', 'v1')).toBeUndefined()
    },
  )

  test('is an empty list where nothing is there, and that is a run with nothing to do', async () => {
    const { source, destination } = await startRelease()
    const images = `${source.host}/acme/none:v1 => ${destination.host}/prod/none:v1`
    const { outputs } = await runAction({ inputs: { images } })
    expect(outputs['pinned']).toMatch(/^# failed \(NOT_FOUND\): .*\n\[\]$/)
    const again = await runAction({ inputs: { images: outputs['pinned'] ?? '' } })
    expect(again).toMatchObject({ exitCode: 0, annotations: [] })
    expect(outputsOf(again)).toMatchObject({ results: [], changed: false })
  })
})

describe('rollback', () => {
  test('gives every tag that was moved what it had, byte for byte', async () => {
    const { destination, images, tags } = await startRelease()
    const { outputs } = await runAction({ inputs: { images } })
    expect(tags().stable).not.toBe(second.manifest.digest)
    expect(outputs['rollback']).toBe(
      `- source: ${destination.host}/prod/app@${second.manifest.digest}
  destination: ${destination.host}/prod/app:stable
  platforms: all
# was not there before: ${destination.host}/prod/tool:v1`,
    )
    const back = await runAction({ inputs: { images: outputs['rollback'] ?? '' } })
    expect(back).toMatchObject({ exitCode: 0, annotations: [] })
    expect(tags().stable).toBe(second.manifest.digest)
    expect(outputsOf(back).counts).toMatchObject({ copied: 1 })
  })

  test('leads forth again where it is that of a rollback', async () => {
    const { images, tags } = await startRelease()
    const there = await runAction({ inputs: { images } })
    const after = tags()
    const back = await runAction({ inputs: { images: there.outputs['rollback'] ?? '' } })
    await runAction({ inputs: { images: back.outputs['rollback'] ?? '' } })
    expect(tags()).toEqual(after)
  })

  test('gives back what a registry shows otherwise than it was pushed', async () => {
    const { destination, images, tags } = await startRelease()
    const put = { method: 'PUT', path: '/prod/app/manifests/stable' }
    destination.fault(put, removeHeader('docker-content-digest'))
    destination.fault(
      put,
      async (_request, next) => {
        const answer = await next()
        pushTo(destination.store, 'prod/app', 'stable', single)
        return answer
      },
      { times: 1 },
    )
    const result = await runAction({ inputs: { images } })
    const { results, changed } = outputsOf(result)
    expect(results[0]).toMatchObject({ error: { code: 'VERIFICATION' } })
    expect(changed).toBe(true)
    await runAction({ inputs: { images: result.outputs['rollback'] ?? '' } })
    expect(tags().stable).toBe(second.manifest.digest)
  })

  test('leaves a tag alone whose write was refused', async () => {
    const { destination, images } = await startRelease()
    const put = { method: 'PUT', path: '/prod/app/manifests/stable' }
    destination.fault(put, replyWith(403))
    const result = await runAction({ inputs: { images } })
    expect(outputsOf(result).results[0]).toMatchObject({ error: { code: 'DENIED' } })
    expect(result.outputs['rollback']).toMatch(/^# was not there before: .*\n\[\]$/)
  })

  test('is empty in a dry run, where nothing was moved, and where an input was wrong', async () => {
    const { images } = await startRelease()
    const dry = await runAction({ inputs: { images, 'dry-run': 'true' } })
    expect(dry.outputs['rollback']).toBe('[]')
    await runAction({ inputs: { images } })
    const again = await runAction({ inputs: { images } })
    expect(again.outputs['rollback']).toBe('[]')
    const wrong = await runAction({ inputs: { images: 'A' } })
    expect(wrong.outputs).toMatchObject({ rollback: '[]', pinned: '[]' })
  })
})
