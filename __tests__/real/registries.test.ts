import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { buildImage, buildIndex, type BuiltImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { syntheticBlob } from '../../testkit/registry/content.ts'
import { isWanted, type Program, type RegistryKind } from './real-registry.ts'
import { RealPair, type Side, type Step } from './real-pair.ts'

interface Route {
  readonly source: RegistryKind
  readonly destination: RegistryKind
}

/** Every program on either side, and every way to log in. */
const routes: readonly Route[] = [
  {
    source: { program: 'Distribution 2', login: 'a token server' },
    destination: { program: 'Distribution 2', login: 'a password file' },
  },
  {
    source: { program: 'Distribution 2', login: 'no login' },
    destination: { program: 'Distribution 3', login: 'a password file' },
  },
  {
    source: { program: 'Distribution 3', login: 'a token server' },
    destination: { program: 'Distribution 2', login: 'a token server' },
  },
  {
    source: { program: 'Distribution 2', login: 'a password file' },
    destination: { program: "crane's registry", login: 'no login' },
  },
  {
    source: { program: "crane's registry", login: 'no login' },
    destination: { program: 'Distribution 3', login: 'a token server' },
  },
  {
    source: { program: 'Distribution 2', login: 'no login' },
    destination: { program: 'zot', login: 'a password file' },
  },
  {
    source: { program: 'zot', login: 'a password file' },
    destination: { program: 'Distribution 2', login: 'no login' },
  },
  {
    source: { program: 'olareg', login: 'a token server' },
    destination: { program: 'Distribution 2', login: 'docker_auth' },
  },
  {
    source: { program: 'Distribution 2', login: 'no login' },
    destination: { program: 'olareg', login: 'a password file' },
  },
]

const tool = buildImage({
  format: 'docker',
  layers: [{ files: { 'bin/tool': 'one platform' } }, { files: {}, compression: 'gzip' }],
})

const app = buildMultiPlatform({
  platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'],
  attestations: true,
  layers: (platform) => [
    { files: { base: 'the same for all' } },
    { files: { 'bin/app': platform.repeat(20_000) }, compression: 'zstd' },
  ],
})
const [amd64, arm64] = app.children.map(({ manifest }) => manifest.digest)

const nested = buildIndex({
  children: [
    buildMultiPlatform({ platforms: ['linux/riscv64'], attestations: true }),
    buildImage({ platform: 'linux/s390x' }),
  ],
})

const mebibytes = 1024 * 1024
// Made once, as bytes: it is pushed on every route.
const layer = Buffer.concat([...syntheticBlob(32 * mebibytes, 'large').read()])
const large = buildImage({ layers: [{ bytes: layer }] })
const largeDigest = large.layers[0]?.digest ?? ''

const copies = `
  - SOURCE/acme/tool:v1 => DESTINATION/single/tool:v1
  - SOURCE/acme/app:v1 => DESTINATION/multi/app:v1 DESTINATION/multi/app:v2 DESTINATION/other/app:v1
  - {source: SOURCE/acme/app:v1, destination: DESTINATION/arm/app:v1, platforms: linux/arm64}
  - {source: SOURCE/acme/app:v1, destination: DESTINATION/whole/app:v1, platforms: all}
  - {source: SOURCE/acme/nested:v1, destination: DESTINATION/whole/nested:v1, platforms: all}
  - {source: SOURCE/acme/app:v1, destination: ':stable', platforms: all}
  - SOURCE/acme/tool:v1 => SOURCE/mounted/tool:v1
  - SOURCE/acme/large:v1 => DESTINATION/large/app:v1
`
const before = '- SOURCE/acme/tool:v1 => DESTINATION/moving/app:latest'
const after = `
  - SOURCE/acme/app:v1 => DESTINATION/moving/app:latest
  - SOURCE/acme/tool:none => DESTINATION/single/tool:none
`

const sides: readonly Side[] = ['source', 'destination']

function nameOf({ program, login }: RegistryKind): string {
  return `${program} with ${login}`
}

function isThere({ source, destination }: Route): boolean {
  return [source, destination].every(({ program, login }) => isWanted(program, login))
}

function describeRoute(title: string, route: Route, body: () => void) {
  // The condition is what is installed; the last lines of the run name what was left out.
  const describeWanted = isThere(route) ? describe : describe.skip
  describeWanted(title, body)
}

function repositoriesShareBlobs(program: Program): boolean {
  return program === 'zot' || program === "crane's registry"
}

function sizeOf({ blobs }: BuiltImage): number {
  return [...blobs.values()].reduce((sum, blob) => sum + blob.length, 0)
}

async function startedPair({ source, destination }: Route): Promise<RealPair> {
  const pair = await RealPair.start(source, destination)
  await pair.push('acme/tool', 'v1', tool)
  await pair.push('acme/app', 'v1', app)
  return pair
}

for (const route of routes) {
  const title = `from ${nameOf(route.source)} to ${nameOf(route.destination)}`
  describeRoute(title, route, () => {
    let pair: RealPair
    let first: Step
    let second: Step

    beforeAll(async () => {
      pair = await startedPair(route)
      await pair.push('acme/nested', 'v1', nested)
      await pair.push('acme/large', 'v1', large)
      first = await pair.step(`${copies}  ${before}`)
      second = await pair.step(`${copies}${after}`)
    })

    afterAll(async () => {
      // Not there where it could not be started.
      await (pair as RealPair | undefined)?.close()
    })

    function resultOf(step: Step, side: Side, name: string) {
      const destination = pair.reference(side, name)
      return step.results.find((result) => result.destination === destination)
    }

    test('everything is copied', () => {
      expect(first.errors).toEqual([])
      expect(first.counts).toEqual({ copied: 11, unchanged: 0, skipped: 0, failed: 0 })
    })

    test('an image of one platform arrives byte for byte', async () => {
      const pulled = await pair.pull('destination', 'single/tool', 'v1')
      expect(pulled.bytes).toEqual(tool.manifest.bytes)
      expect(resultOf(first, 'destination', 'single/tool:v1')?.digest).toBe(pulled.digest)
    })

    test('an index of the two usual platforms is at every destination', async () => {
      const places = [
        ['multi/app', 'v1'],
        ['multi/app', 'v2'],
        ['other/app', 'v1'],
      ] as const
      for (const [repository, tag] of places) {
        const pulled = await pair.pull('destination', repository, tag)
        expect(pulled.children.map((child) => child.digest)).toEqual([amd64, arm64])
        expect(resultOf(first, 'destination', `${repository}:${tag}`)).toMatchObject({
          digest: pulled.digest,
          sourceDigest: app.manifest.digest,
        })
      }
    })

    test('an index of the platforms that are wanted', async () => {
      const pulled = await pair.pull('destination', 'arm/app', 'v1')
      expect(pulled.children.map((child) => child.digest)).toEqual([arm64])
    })

    test('everything, attestations too, under the same digest', async () => {
      const pulled = await pair.pull('destination', 'whole/app', 'v1')
      expect(pulled.bytes).toEqual(app.manifest.bytes)
      expect(pulled.children).toHaveLength(6)
    })

    test('an index within an index', async () => {
      const pulled = await pair.pull('destination', 'whole/nested', 'v1')
      expect(pulled.bytes).toEqual(nested.manifest.bytes)
      expect(pulled.children[0]?.children).toHaveLength(2)
    })

    test('another tag in the same repository takes no byte of a blob', async () => {
      expect(resultOf(first, 'source', 'acme/app:stable')?.bytes.copied).toBe(0)
      const pulled = await pair.pull('source', 'acme/app', 'stable')
      expect(pulled.digest).toBe(app.manifest.digest)
    })

    test('another repository of the same registry gets the blobs without moving them', async () => {
      const bytes = resultOf(first, 'source', 'mounted/tool:v1')?.bytes
      // Where repositories share their blobs, there is nothing left to mount.
      const way = repositoriesShareBlobs(route.source.program) ? 'existing' : 'mounted'
      expect(bytes).toEqual({ copied: 0, mounted: 0, existing: 0, [way]: sizeOf(tool) })
      const pulled = await pair.pull('source', 'mounted/tool', 'v1')
      expect(pulled.digest).toBe(tool.manifest.digest)
    })

    test('a layer of 32 MiB', async () => {
      const { url, authorization } = pair.destination
      const login = await authorization('large/app')
      const headers = login === undefined ? {} : { authorization: login }
      const blob = `${url}/v2/large/app/blobs/${largeDigest}`
      const { status, headers: answer } = await fetch(blob, { method: 'HEAD', headers })
      expect([status, answer.get('content-length')]).toEqual([200, String(layer.length)])
    })

    test('the same once more writes nothing', () => {
      const unchanged = second.results.filter(({ status }) => status === 'unchanged')
      expect(unchanged).toHaveLength(10)
      expect(new Set(unchanged.map(({ bytes }) => bytes.copied))).toEqual(new Set([0]))
    })

    test('a tag is overwritten', async () => {
      const pulled = await pair.pull('destination', 'moving/app', 'latest')
      expect(pulled.children.map((child) => child.digest)).toEqual([amd64, arm64])
      expect(resultOf(second, 'destination', 'moving/app:latest')).toMatchObject({
        status: 'copied',
        digest: pulled.digest,
        previousDigest: tool.manifest.digest,
      })
    })

    test('a tag that the source does not have fails, and nothing else does', () => {
      const result = resultOf(second, 'destination', 'single/tool:none')
      expect(result?.error?.code).toBe('NOT_FOUND')
      expect(second.counts).toEqual({ copied: 1, unchanged: 10, skipped: 0, failed: 1 })
      expect(second.errors[0]).toContain(pair.reference('source', 'acme/tool:none'))
    })

    for (const side of sides.filter((one) => route[one].login !== 'no login')) {
      test(`a wrong password for the ${side} fails, and nothing is written`, async () => {
        const list = 'SOURCE/acme/tool:v1 => DESTINATION/denied/tool:v1'
        const { results, errors } = await pair.step(list, { wrong: side })
        expect(results[0]?.error?.code).toBe('AUTHENTICATION')
        expect(errors[0]).toContain(pair[side].host)
        expect(errors[0]).toContain(side)
        await expect(pair.pull('destination', 'denied/tool', 'v1')).rejects.toThrow('404')
      })
    }
  })
}

const plain: Route = {
  source: { program: 'Distribution 2', login: 'a password file' },
  destination: { program: 'Distribution 2', login: 'a password file' },
}

describeRoute('a real registry', plain, () => {
  let pair: RealPair

  beforeAll(async () => {
    pair = await startedPair(plain)
  })

  afterAll(async () => {
    await (pair as RealPair | undefined)?.close()
  })

  test('keeps its tag where that is wanted', async () => {
    await pair.sync('SOURCE/acme/tool:v1 => DESTINATION/kept/app:latest')
    const { counts } = await pair.sync('SOURCE/acme/app:v1 => DESTINATION/kept/app:latest', {
      'on-existing': 'skip',
    })
    expect(counts).toEqual({ copied: 0, unchanged: 0, skipped: 1, failed: 0 })
    const pulled = await pair.pull('destination', 'kept/app', 'latest')
    expect(pulled.digest).toBe(tool.manifest.digest)
  })

  test('is not written to by a dry run', async () => {
    const list = 'SOURCE/acme/app:v1 => DESTINATION/dry/app:v1'
    const dry = await pair.sync(list, { 'dry-run': 'true' })
    await expect(pair.pull('destination', 'dry/app', 'v1')).rejects.toThrow('404')
    expect((await pair.sync(list)).digest).toBe(dry.digest)
  })
})
