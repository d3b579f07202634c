import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { allImages } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pullAllReferrers, pullReferrers } from '../../testkit/image/pull-referrers.ts'
import { tagOf } from '../../testkit/image/referrers.ts'
import { ociIndex } from '../../testkit/registry/media-types.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { findProgram } from '../../testkit/servers/programs.ts'
import { errorsOf, outputsOf } from '../bundle/bundle.ts'
import { isWanted, startRealRegistry, type Program, type RealRegistry } from './real-registry.ts'
import { amd64, app, SignedApp } from './signed-app.ts'

/** Those with the API, and those without. */
const programs: readonly Program[] = [
  'Distribution 2',
  'Distribution 3',
  "crane's registry",
  "go-containerregistry's registry",
  'zot',
  'olareg',
]
const wanted = programs.filter((program) => isWanted(program))
const regctl = findProgram('regctl')
const oras = findProgram('oras')
const crane = findProgram('crane')

let signed: SignedApp
let folder: string
const started = new AsyncDisposableStack()
const sources = new Map<Program, RealRegistry>()
const destinations = new Map<Program, RealRegistry>()
/** What came of copying to every destination, and of doing it again, by source. */
const steps = new Map<Program, ReturnType<typeof outputsOf>[]>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'referrers-'))
  started.defer(async () => rm(folder, { recursive: true }))
  signed = await SignedApp.sign()
  const start = async (program: Program) => {
    const registry = await startRealRegistry({ program, login: 'no login' })
    return started.adopt(registry, async ({ close }) => close())
  }
  for (const program of wanted) {
    const source = await start(program)
    await signed.push(source.url, 'acme/app')
    sources.set(program, source)
    destinations.set(program, await start(program))
  }
  for (const program of wanted) {
    steps.set(program, [await copyFrom(program), await copyFrom(program)])
  }
})

afterAll(async () => started.disposeAsync())

function at(registries: ReadonlyMap<Program, RealRegistry>, program: Program): RealRegistry {
  const registry = registries.get(program)
  if (registry === undefined) throw new Error(`${program} was not started`)
  return registry
}

/** The repository of a destination that holds what came from a source. */
function repositoryFor(source: Program): string {
  return `from/${source.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
}

/** One step that copies to every destination. */
async function copyFrom(program: Program) {
  const to = wanted.map((one) => `${at(destinations, one).host}/${repositoryFor(program)}:v1`)
  const images = `${at(sources, program).host}/acme/app:v1 => ${to.join(' ')}`
  const result = await runAction({ inputs: { images, platforms: 'all', referrers: 'all' } })
  expect(errorsOf(result)).toEqual([])
  return outputsOf(result)
}

function digestsOf(images: Iterable<{ manifest: { digest: string } }>): string[] {
  return Array.from(images, ({ manifest }) => manifest.digest).sort()
}

for (const source of programs) {
  for (const destination of programs) {
    const isThere = isWanted(source) && isWanted(destination)
    // The condition is what is installed; the last lines of the run name what was left out.
    const describeWanted = isThere ? describe : describe.skip
    describeWanted(`an image with signatures from ${source} to ${destination}`, () => {
      const repository = repositoryFor(source)

      function referrersOf(step: number) {
        const reference = `${at(destinations, destination).host}/${repository}:v1`
        const { results = [] } = steps.get(source)?.[step] ?? {}
        return results.find((one) => one.destination === reference)
      }

      test('has everything that belongs to it', async () => {
        const { url } = at(destinations, destination)
        const subjects = digestsOf(allImages(app))
        const referrers = digestsOf([...signed.referrers.values()].flat())
        expect(await pullAllReferrers(url, repository, subjects)).toEqual(referrers)
        for (const [tag, { manifest }] of signed.cosign) {
          expect((await pullAndVerify(url, repository, tag)).digest).toBe(manifest.digest)
        }
        expect((await pullAndVerify(url, repository, 'v1')).digest).toBe(app.manifest.digest)
        expect(referrersOf(0)).toMatchObject({ status: 'copied', referrers: { copied: 7 } })
      })

      test('verifies', async () => {
        const { url } = at(destinations, destination)
        await expect(signed.verify(url, repository)).resolves.toBeUndefined()
      })

      test('has no tag for lists where the registry lists them itself', async () => {
        const { url } = at(destinations, destination)
        const base = `${url}/v2/${repository}`
        const { ok } = await fetch(`${base}/referrers/${app.manifest.digest}`)
        const headers = { accept: ociIndex }
        const answer = await fetch(`${base}/manifests/${tagOf(app)}`, { headers })
        expect(answer.status).toBe(ok ? 404 : 200)
      })

      test('is left as it is the second time', () => {
        const referrers = { copied: 0, existing: 7 }
        expect(referrersOf(1)).toMatchObject({ status: 'unchanged', referrers })
      })
    })
  }
}

/** Runs a program that knows nothing of the user's configuration. */
async function run(program: string | undefined, ...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, DOCKER_CONFIG: folder }
  const { stdout } = await promisify(execFile)(program ?? '', args, { env })
  return stdout
}

interface Listed {
  readonly digest: string
  readonly referrers?: readonly Listed[]
}

function allListed(listed: readonly Listed[] = []): string[] {
  return listed.flatMap(({ digest, referrers }) => [digest, ...allListed(referrers)])
}

for (const destination of programs) {
  const isThere = isWanted(destination) && isWanted('Distribution 2')
  const describeWith = (tool: string | undefined) =>
    isThere && tool !== undefined ? describe : describe.skip
  const repository = repositoryFor('Distribution 2')

  describeWith(regctl)(`regctl at ${destination}`, () => {
    test.each([
      ['the index', app],
      ['a platform', amd64],
    ])('lists what belongs to %s', async (_what, subject) => {
      const { host, url } = at(destinations, destination)
      const { digest } = subject.manifest
      const flags = ['--host', `reg=${host},tls=disabled`, '--format', '{{json .}}']
      const list = await run(
        regctl,
        'artifact',
        'list',
        ...flags,
        `${host}/${repository}@${digest}`,
      )
      const { descriptors } = JSON.parse(list) as { descriptors: { digest: string }[] }
      const listed = descriptors.map((one) => one.digest).sort()
      expect(listed).toEqual(digestsOf(signed.referrers.get(subject) ?? []))
      expect(listed).toEqual((await pullReferrers(url, repository, digest)).sort())
    })
  })

  describeWith(oras)(`oras at ${destination}`, () => {
    test('discovers referrers of referrers', async () => {
      const { host } = at(destinations, destination)
      const name = `${host}/${repository}@${amd64.manifest.digest}`
      const found = await run(oras, 'discover', '--plain-http', '--format', 'json', name)
      const { referrers } = JSON.parse(found) as { referrers: Listed[] }
      const own = signed.referrers.get(amd64) ?? []
      const all = [...own, ...own.flatMap((one) => signed.referrers.get(one) ?? [])]
      expect(allListed(referrers).sort()).toEqual(digestsOf(all))
    })
  })

  describeWith(crane)(`crane at ${destination}`, () => {
    test("reads cosign's images by their tags", async () => {
      const { host } = at(destinations, destination)
      for (const [tag, { manifest }] of signed.cosign) {
        const digest = await run(crane, 'digest', '--insecure', `${host}/${repository}:${tag}`)
        expect(digest.trim()).toBe(manifest.digest)
      }
    })
  })
}
