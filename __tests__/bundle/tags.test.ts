import { describe, expect, test } from '@jest/globals'
import { buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import type { RegistryOptions, TestRegistry } from '../../testkit/registry/registry.ts'
import { runAction, startAction } from '../../testkit/runner/action-runner.ts'
import { errorsOf, outputsOf, startPair } from './bundle.ts'

const list = '/tags/list'
const HEX = 'a'.repeat(64)

/** Images that differ by their name. */
function imageNamed(name: string): BuiltImage {
  return buildImage({ layers: [{ files: { name } }] })
}

function give(registry: TestRegistry, repository: string, tags: readonly string[]) {
  for (const tag of tags) pushTo(registry.store, repository, tag, imageNamed(repository + tag))
}

async function run(images: string, inputs: Record<string, string> = {}) {
  const result = await runAction({ inputs: { images, ...inputs } })
  return { ...result, errors: errorsOf(result) }
}

/** Two registries, of which the first has `acme/app` with these tags. */
async function startWithTags(tags: readonly string[], source: RegistryOptions = {}) {
  const pair = await startPair({ source })
  give(pair.source, 'acme/app', tags)
  const from = `${pair.source.host}/acme/app`
  const to = `${pair.destination.host}/prod/app`
  return { ...pair, from, to, copied: () => pair.destination.store.tags('prod/app') }
}

describe('tags by pattern', () => {
  test('are copied under their own names, and the log says which and why not others', async () => {
    const world = await startWithTags(['v2.9', 'v3.0', 'v3.1', 'latest', `sha256-${HEX}.sig`])
    const result = await run(`${world.from}:v3.* => ${world.to}`)
    expect(result).toMatchObject({ exitCode: 0, errors: [] })
    expect(world.copied()).toEqual(['v3.0', 'v3.1'])
    expect(result.log).toContain(
      `${world.from} (v3.*): 2 of 5 tags selected: v3.1, v3.0; left out: 2 not matching, 1 named after a digest, as signatures are`,
    )
    expect(outputsOf(result).results.map(({ destination }) => destination)).toEqual([
      `${world.to}:v3.1`,
      `${world.to}:v3.0`,
    ])
    const report = JSON.parse(result.files.get(result.outputs['report'] ?? '')?.toString() ?? '')
    expect(report).toMatchObject({
      selections: [
        {
          source: world.from,
          tags: { match: ['v3.*'], exclude: [], min: 1 },
          destinations: [world.to],
          listed: 5,
          selected: ['v3.1', 'v3.0'],
          leftOut: { unmatched: 2, artifacts: 1 },
        },
      ],
    })
  })

  test('may be a range of versions and the newest of them', async () => {
    const tags = ['3.0', '3.1', '3.2', '3.10', '3.11-rc1', '4.0', 'latest']
    const world = await startWithTags(tags)
    const result = await run(`
- source: ${world.from}
  destination: ${world.to}:{tag}-copy
  tags: { semver: '>=3.1 <4', newest: 2 }
`)
    expect(result).toMatchObject({ exitCode: 0, errors: [] })
    expect(world.copied()).toEqual(['3.10-copy', '3.2-copy'])
  })

  test('are listed once for all selections of a repository, page by page', async () => {
    const world = await startWithTags(['a1', 'a2', 'b1', 'b2', 'c1'], { tagsPageSize: 2 })
    const result = await run(`
      ${world.from}:a* => ${world.to} ${world.destination.host}/other/app
      ${world.from}:b* => ${world.to}
    `)
    expect(result).toMatchObject({ exitCode: 0, errors: [] })
    expect(world.copied()).toEqual(['a1', 'a2', 'b1', 'b2'])
    expect(world.destination.store.tags('other/app')).toEqual(['a1', 'a2'])
    expect(world.source.count('GET', list)).toBe(3)
  })

  test('cost a list that has none no request and no line of the log', async () => {
    const world = await startWithTags(['v1', 'v2'])
    const result = await run(`- {source: ${world.from}, destination: ${world.to}, tags: [v1, v2]}`)
    expect(result).toMatchObject({ exitCode: 0 })
    expect(world.copied()).toEqual(['v1', 'v2'])
    expect(world.source.count('GET', list)).toBe(0)
    expect(result.log.filter((line) => line.includes('selected'))).toEqual([])
  })

  test('are shown by a dry run, which writes nothing', async () => {
    const world = await startWithTags(['v1', 'v2', 'w1'])
    const result = await run(`${world.from}:v* => ${world.to}`, { 'dry-run': 'true' })
    expect(result).toMatchObject({ exitCode: 0 })
    expect(result.log).toContain(
      `${world.from} (v*): 2 of 3 tags selected: v2, v1; left out: 1 not matching`,
    )
    expect(outputsOf(result).counts).toMatchObject({ copied: 2 })
    expect(world.destination.store.events).toEqual([])
  })

  test('are asked for with the login of the source', async () => {
    const users = { alice: 'open-sesame' }
    const auth = { kind: 'bearer', users } as const
    const world = await startWithTags(['v1'], { auth })
    const result = await run(`${world.from}:* => ${world.to}`, {
      'source-username': 'alice',
      'source-password': 'open-sesame',
    })
    expect(result).toMatchObject({ exitCode: 0, errors: [] })
    expect(world.copied()).toEqual(['v1'])
  })
})

describe('a selection that finds too few', () => {
  test('is one failed result, and the others are copied', async () => {
    const world = await startWithTags(['v1', 'v2'])
    const result = await run(`
      ${world.from}:v9.* => ${world.to}
      ${world.from}:v1 => ${world.to}
    `)
    expect(result.exitCode).toBe(1)
    expect(outputsOf(result)).toMatchObject({
      counts: { copied: 1, failed: 1 },
      results: [
        {
          source: `${world.from}:v9.*`,
          destination: world.to,
          status: 'failed',
          error: {
            code: 'NO_TAGS',
            message: `select tags at source ${world.from}: 0 of its 2 tags are selected, and at least 1 should be (2 not matching)`,
          },
        },
        { status: 'copied' },
      ],
    })
    expect(result.outputs['pinned']).toContain(
      `# failed (NO_TAGS): ${world.from}:v9.* => ${world.to}\n`,
    )
  })

  test('is told by its min, and writes none of those that it found', async () => {
    const world = await startWithTags(['v1', 'v2'])
    const images = `- {source: ${world.from}, destination: ${world.to}, tags: {match: v*, min: 3}}`
    const result = await run(images)
    expect(result.exitCode).toBe(1)
    expect(result.errors[0]).toMatch(/2 of its 2 tags are selected, and at least 3 should be$/)
    expect(world.copied()).toEqual([])
    expect((await run(images.replace('min: 3', 'min: 2'))).exitCode).toBe(0)
  })

  test('may find none where min says so', async () => {
    const world = await startWithTags(['v1'])
    const result = await run(
      `- {source: ${world.from}, destination: ${world.to}, tags: {match: x*, min: 0}}`,
    )
    expect(result).toMatchObject({ exitCode: 0, errors: [] })
    expect(outputsOf(result).results).toEqual([])
  })

  test('lets nothing begin with fail-fast', async () => {
    const world = await startWithTags(['v1'])
    const result = await run(`${world.from}:v1 => ${world.to}\n${world.from}:x* => ${world.to}`, {
      'fail-fast': 'true',
    })
    expect(outputsOf(result).counts).toMatchObject({ copied: 0, skipped: 1, failed: 1 })
    expect(world.copied()).toEqual([])
  })

  test('is one whose registry gives no list', async () => {
    const world = await startWithTags(['v1'])
    give(world.source, 'acme/other', ['v1'])
    world.source.fault({ path: `acme/app${list}` }, replyWith(200, { body: '<html>' }))
    const result = await run(`
      ${world.from}:* => ${world.to}
      ${world.source.host}/acme/other:* => ${world.destination.host}/prod/other
      ${world.source.host}/acme/none:* => ${world.destination.host}/prod/none
    `)
    expect(outputsOf(result).results.map(({ error }) => error?.code)).toEqual([
      'REGISTRY',
      undefined,
      'NOT_FOUND',
    ])
    expect(world.destination.store.tags('prod/other')).toEqual(['v1'])
  })
})

describe('what was selected must go together, before anything is written', () => {
  test('so that two sources of one destination are an error', async () => {
    const world = await startWithTags(['v1', 'v2'])
    give(world.source, 'acme/other', ['v2', 'v3'])
    const result = await run(
      `${world.from}:v1 => ${world.to}\n${world.from}:* => ${world.to}\n${world.source.host}/acme/other:v* => ${world.to}`,
    )
    expect(result.exitCode).toBe(1)
    expect(result.errors).toEqual([
      `Input images, line 3: ${world.to}:v2 is the destination of line 2 already, from ${world.from}:v2; line 3 has ${world.source.host}/acme/other:v2`,
    ])
    expect(world.destination.store.events).toEqual([])
    expect(outputsOf(result).results).toEqual([])
  })

  test('so that a tag that fits into no repository is an error', async () => {
    const world = await startWithTags(['v1', 'V2'])
    const result = await run(`${world.from}:* => ${world.to}-{tag}:copy`)
    expect(result.errors).toEqual([
      expect.stringMatching(/^Input images, line 1: destination: reference ".*" has upper case/),
    ])
    expect(world.destination.store.events).toEqual([])
  })

  test('and the same image from two lines is copied once', async () => {
    const world = await startWithTags(['v1', 'v2'])
    const result = await run(
      `${world.from}:v1 => ${world.to}\n${world.from}:v* => ${world.to}\n${world.from}:*1 => ${world.to}`,
    )
    expect(result).toMatchObject({ exitCode: 0, errors: [] })
    expect(outputsOf(result).results.map(({ destination }) => destination)).toEqual([
      `${world.to}:v1`,
      `${world.to}:v2`,
    ])
  })
})

test('a run that ends while tags are listed has a failed result for each line', async () => {
  const world = await startWithTags(['v1'])
  const listing = world.source.hold({ path: list })
  const images = `${world.from}:v1 => ${world.to}\n${world.from}:v* => ${world.to}`
  const action = await startAction({ inputs: { images } })
  await listing.arrived()
  action.kill('SIGTERM')
  const result = await action.result
  expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
  expect(outputsOf(result).results.map(({ error }) => error?.code)).toEqual([
    'CANCELLED',
    'CANCELLED',
  ])
  expect(world.copied()).toEqual([])
})

test('the time of a run counts from when its tags are listed', async () => {
  const world = await startWithTags(['v1'])
  world.source.hold({ path: list })
  const result = await run(`${world.from}:v* => ${world.to}`, { deadline: '1' })
  const report = JSON.parse(result.files.get(result.outputs['report'] ?? '')?.toString() ?? '')
  expect(report.totals.durationMs).toBeGreaterThanOrEqual(1000)
  expect(result.log.filter((line) => line.startsWith('1 image in 0 ms'))).toEqual([])
})

test('a name that is not there fails beside a pattern that is', async () => {
  const world = await startWithTags(['v1', 'w1'])
  const result = await run(`- {source: ${world.from}, destination: ${world.to}, tags: ['v*', w2]}`)
  expect(outputsOf(result).results).toMatchObject([
    { destination: `${world.to}:v1`, status: 'copied' },
    { destination: `${world.to}:w2`, status: 'failed', error: { code: 'NOT_FOUND' } },
  ])
})

test('a range that is none is told with everything else that is wrong, before any request', async () => {
  const world = await startWithTags(['v1'])
  const result = await run(`
- source: ${world.from}
  destination: ${world.to}
  tags: { semver: newest }
- A
`)
  expect(result.errors).toEqual([
    [
      '2 problems with the inputs:',
      '- images, line 2: tags: semver "newest" is no range of versions',
      '- images, line 5: source: reference "A" has upper case in the repository; write "a"',
    ].join('\n'),
  ])
  expect(world.source.requests).toEqual([])
})
