import { describe, expect, test } from '@jest/globals'
import { runAction, startAction } from '../../testkit/runner/action-runner.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { errorsOf, outputsOf, startPair, warningsOf } from './bundle.ts'

/** Images that share nothing, so that every line about one of them can be told. */
async function manyImages(count: number) {
  const { source, destination } = await startPair()
  const images = Array.from({ length: count }, (_, index) => {
    const image = buildMultiPlatform({
      layers: (platform) => [{ files: { content: `${index} ${platform}` } }],
    })
    pushTo(source.store, `acme/app-${index}`, 'v1', image)
    return {
      source: `${source.host}/acme/app-${index}:v1`,
      destination: `${destination.host}/prod/app-${index}:v1`,
      digests: [image, ...image.children].map(({ manifest }) => manifest.digest),
    }
  })
  const list = images.map((image) => `${image.source} => ${image.destination}`).join('\n')
  return { source, destination, images, list }
}

describe('the log', () => {
  test('has one whole group for each of many images', async () => {
    const { images, list } = await manyImages(12)
    const result = await runAction({ inputs: { images: list } })
    expect(result.exitCode).toBe(0)
    expect(result.groups).toHaveLength(images.length)
    for (const { source, destination, digests } of images) {
      const [group, ...others] = result.groups.filter(({ name }) => name.includes(destination))
      expect(others).toEqual([])
      expect(group?.name).toMatch(/^copied .+ => .+ \([\d.]+ m?s\)$/)
      expect(group?.name).toContain(`${source} => ${destination}`)
      const digest = outputsOf(result).digests[destination]
      const named = new Set(group?.lines.join('\n').match(/sha256:[0-9a-f]{64}/g))
      expect(named).toEqual(new Set([...digests, digest]))
    }
    const inside = result.groups.reduce((sum, { lines }) => sum + lines.length, 0)
    const markers = result.log.filter((line) => /^##\[(?:end)?group\]/.test(line))
    expect(markers).toHaveLength(2 * images.length)
    const outside = result.log.length - inside - markers.length
    // Who speaks to the two registries, and the totals.
    expect(outside).toBe(3)
    expect(result.log.at(-1)).toMatch(/^12 images in .+: 12 copied, 0 unchanged, 0 skipped, 0 fail/)
  })

  test('ends with the pulls that are left, where a registry counts them (Q28)', async () => {
    const { source, list } = await manyImages(1)
    source.use(async (_request, next) => {
      const answer = await next()
      const left = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '76;w=21600' }
      return { ...answer, headers: { ...answer.headers, ...left } }
    })
    const result = await runAction({ inputs: { images: list } })
    const line = `${source.host} (anonymous): 76 of 100 pulls left, counted over 6 h 00 min`
    expect(result.log.at(-1)).toBe(line)
    expect(result.summary).toContain(line)
    const report = result.files.get(result.outputs['report'] ?? '')
    expect(JSON.parse(String(report))).toMatchObject({
      pullsLeft: [{ registry: source.host, remaining: 76, limit: 100, windowSeconds: 21_600 }],
    })
  })

  test('has groups in the order in which images are done, not of the list', async () => {
    const { source, destination } = await startPair()
    const slow = buildImage({ layers: [{ files: { slow: 'slow' } }] })
    pushTo(source.store, 'acme/slow', 'v1', slow)
    pushTo(source.store, 'acme/fast', 'v1', buildImage())
    const blobs = source.hold({ method: 'GET', path: '/acme/slow/blobs/' })
    const action = await startAction({
      inputs: {
        images: `
          ${source.host}/acme/slow:v1 => ${destination.host}/prod/slow:v1
          ${source.host}/acme/fast:v1 => ${destination.host}/prod/fast:v1`,
      },
    })
    await blobs.arrived()
    await action.line(/^::group::.*fast/)
    blobs.release()
    const result = await action.result
    expect(result.groups.map(({ name }) => /acme\/(\w+)/.exec(name)?.[1])).toEqual(['fast', 'slow'])
    expect(outputsOf(result).results.map(({ source: from }) => from)).toEqual([
      `${source.host}/acme/slow:v1`,
      `${source.host}/acme/fast:v1`,
    ])
  })

  test('names what was left out of an index', async () => {
    const { source, destination } = await startPair()
    const image = buildMultiPlatform({
      platforms: ['linux/amd64', 'linux/arm64', 'linux/s390x'],
      attestations: true,
    })
    pushTo(source.store, 'acme/app', 'v1', image)
    const images = `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`
    const { groups } = await runAction({ inputs: { images } })
    const line = groups[0]?.lines.find((text) => text.startsWith('left out: '))
    expect(line).toContain('linux/s390x')
    expect(line).toContain('attestation')
    expect(line).not.toContain('linux/amd64')
  })

  test('has the cause and the hint of a failure in its group', async () => {
    const { source, destination } = await startPair()
    const images = `${source.host}/acme/app:lost => ${destination.host}/prod/app:v1`
    const { groups } = await runAction({ inputs: { images } })
    expect(groups[0]?.name).toMatch(/^failed /)
    expect(groups[0]?.lines).toContainEqual(expect.stringMatching(/^NOT_FOUND: .*HTTP 404/))
    expect(groups[0]?.lines).toContainEqual(expect.stringMatching(/^hint: /))
  })
})

async function copyOne(debug: boolean) {
  const { source, destination, list } = await manyImages(1)
  const result = await runAction({ inputs: { images: list }, debug })
  expect(result.exitCode).toBe(0)
  const lines = result.stdout.split('\n').filter((line) => line.startsWith('::debug::'))
  return { source, destination, lines }
}

describe('requests are in the log', () => {
  test('not without the debug switch', async () => {
    expect((await copyOne(false)).lines).toEqual([])
  })

  test('with the debug switch: method, URL without query, status, milliseconds', async () => {
    const { source, destination, lines } = await copyOne(true)
    const requests = lines.filter((line) => line.includes('://'))
    for (const line of requests) {
      expect(line).toMatch(/^::debug::[A-Z]+ http:\/\/127\.0\.0\.1:\d+\/v2\/[^?\s]+ \d{3} \d+ ms$/)
    }
    const seen = [...source.requests, ...destination.requests]
    expect(seen.some(({ query }) => query !== '')).toBe(true)
    expect(requests).toHaveLength(seen.length)
  })
})

describe('the annotations', () => {
  test('of more than ten failures are ten, and the last says how many there are', async () => {
    const { source, destination } = await startPair()
    const images = Array.from(
      { length: 14 },
      (_, index) => `${source.host}/acme/app:${index} => ${destination.host}/prod/app:${index}`,
    )
    const result = await runAction({ inputs: { images: images.join('\n') } })
    expect(result.exitCode).toBe(1)
    const errors = errorsOf(result)
    expect(errors).toHaveLength(10)
    expect(errors.at(-1)).toBe(
      '14 of 14 images failed; the annotations show 9, and 5 more are in the log.',
    )
    expect(result.groups).toHaveLength(14)
    expect(outputsOf(result).counts.failed).toBe(14)
  })

  test('of a warning name the image, once for all of its destinations', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', buildMultiPlatform({ platforms: ['linux/amd64'] }))
    const to = ['a', 'b', 'c'].map((name) => `${destination.host}/prod/${name}:v1`).join(' ')
    const result = await runAction({ inputs: { images: `${source.host}/acme/app:v1 => ${to}` } })
    const warning = `${source.host}/acme/app:v1: the image lacks linux/arm64`
    expect(warningsOf(result)).toEqual([warning])
    expect(result.summary.split('</code>: the image lacks linux/arm64')).toHaveLength(2)
    const report = result.files.get(result.outputs['report'] ?? '')
    expect(JSON.parse(String(report))).toMatchObject({ warnings: [warning] })
  })

  test('of more than ten warnings are ten, and all of them are in the log', async () => {
    const { source, destination } = await startPair()
    const image = buildMultiPlatform({ platforms: ['linux/amd64'] })
    const images = Array.from({ length: 12 }, (_, index) => {
      pushTo(source.store, 'acme/app', `v${index}`, image)
      return `${source.host}/acme/app:v${index} => ${destination.host}/prod/app:v${index}`
    })
    const result = await runAction({ inputs: { images: images.join('\n') } })
    expect(result.exitCode).toBe(0)
    expect(warningsOf(result)).toHaveLength(10)
    const lines = result.groups.flatMap((group) => group.lines)
    expect(lines.filter((line) => line.includes('linux/arm64'))).toHaveLength(12)
  })
})
