import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { createCertificate } from '../../testkit/registry/certificate.ts'
import { readActionMetadata } from '../../testkit/runner/action-metadata.ts'
import { startAction } from '../../testkit/runner/action-runner.ts'
import { replyWith, stallBody } from '../../testkit/registry/faults.ts'
import { TestProxy } from '../../testkit/servers/proxy.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { buildBundle, giveReferrers } from '../../testkit/image/referrers.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { actionFile, kept, outputsOf, startPair, warningsOf } from './bundle.ts'
import { image, login, other, startCopy } from './copy.ts'
import { ghcrBehindProxy } from './ghcr.ts'

/** Two accounts on one host, each for repositories of its own. */
function byPrefix(user: string | undefined, repository: string): boolean {
  return user === (repository.startsWith('prod/') ? 'deployer' : 'reader')
}

async function platformsAt(url: string): Promise<number> {
  return (await pullAndVerify(url, 'prod/app', 'v1')).children.length
}

/** Every input, and how the outcome is another one with it than without. */
const differences: Readonly<Record<string, () => Promise<void>>> = {
  images: async () => {
    const { source, destination, run } = await startCopy()
    const { parsed } = await run({
      images: `${source.host}/acme/app:v1 => ${destination.host}/a/b:c ${destination.host}/d/e:f`,
    })
    expect(Object.keys(parsed.digests)).toEqual([
      `${destination.host}/a/b:c`,
      `${destination.host}/d/e:f`,
    ])
  },

  'images-file': async () => {
    const { source, destination, run } = await startCopy()
    const list = `# from a file\n${source.host}/acme/app:v1 => ${destination.host}/filed/app:v1\n`
    const { parsed } = await run(
      { 'images-file': 'lists/app.txt' },
      { workspace: { 'lists/app.txt': list } },
    )
    expect(Object.keys(parsed.digests)).toEqual([
      `${destination.host}/prod/app:v1`,
      `${destination.host}/filed/app:v1`,
    ])
  },

  'source-registry': async () => {
    const { source, destination, run } = await startCopy()
    const { parsed } = await run({
      images: `app:v1 => ${destination.host}/prod/app:v1`,
      'source-registry': `${source.host}/acme`,
    })
    expect(parsed.results).toMatchObject([
      { source: `${source.host}/acme/app:v1`, status: 'copied' },
    ])
  },

  'source-username': async () => {
    const { run } = await startCopy({ source: { auth: login } })
    const wrong = await run({ 'source-username': 'bob', 'source-password': 'open-sesame' })
    expect(wrong.parsed.results).toMatchObject([{ error: { code: 'AUTHENTICATION' } }])
    const right = await run({ 'source-username': 'alice', 'source-password': 'open-sesame' })
    expect(right.exitCode).toBe(0)
  },

  'source-password': async () => {
    const { destination, run } = await startCopy({ source: { auth: login } })
    expect((await run()).exitCode).toBe(1)
    const wrong = await run({ 'source-username': 'alice', 'source-password': 'open' })
    expect(wrong.parsed.results).toMatchObject([{ error: { code: 'AUTHENTICATION' } }])
    const right = await run({ 'source-username': 'alice', 'source-password': 'open-sesame' })
    expect(right.exitCode).toBe(0)
    // They are for the source alone.
    expect(destination.requests.filter(({ headers }) => headers.authorization)).toEqual([])
  },

  'destination-registry': async () => {
    const { source, destination, run } = await startCopy()
    const { parsed } = await run({
      images: `${source.host}/acme/app:v1 => renamed/app:v1\n${source.host}/acme/app:v1`,
      'destination-registry': `${destination.host}/mirror`,
    })
    expect(Object.keys(parsed.digests)).toEqual([
      `${destination.host}/mirror/renamed/app:v1`,
      `${destination.host}/mirror/acme/app:v1`,
    ])
  },

  'destination-username': async () => {
    const { run } = await startCopy({ destination: { auth: login } })
    const wrong = await run({
      'destination-username': 'bob',
      'destination-password': 'open-sesame',
    })
    expect(wrong.parsed.results).toMatchObject([{ error: { code: 'AUTHENTICATION' } }])
    const right = await run({
      'destination-username': 'alice',
      'destination-password': 'open-sesame',
    })
    expect(right.exitCode).toBe(0)
  },

  'destination-password': async () => {
    const { source, run } = await startCopy({ destination: { auth: login } })
    expect((await run()).exitCode).toBe(1)
    const inputs = { 'destination-username': 'alice', 'destination-password': 'open-sesame' }
    expect((await run(inputs)).exitCode).toBe(0)
    expect(source.requests.filter(({ headers }) => headers.authorization)).toEqual([])
  },

  'registry-auth': async () => {
    const users = { reader: 'read-me', deployer: 'write-me' }
    const { source, destination, run } = await startCopy({
      source: { auth: login },
      destination: { auth: { kind: 'basic', users, grants: byPrefix } },
    })
    const logins = [
      { registry: destination.host, username: 'reader', password: 'read-me' },
      { registry: `${destination.host}/prod`, username: 'deployer', password: 'write-me' },
      { registry: source.host, username: 'alice', password: 'open-sesame' },
    ]
    const yaml = logins.map(
      (one) =>
        `- registry: ${one.registry}\n  username: ${one.username}\n  password: ${one.password}`,
    )
    expect((await run({ 'registry-auth': yaml.slice(0, 2).join('\n') })).exitCode).toBe(1)
    expect((await run({ 'registry-auth': yaml.join('\n') })).errors).toEqual([])
  },

  'github-token': async () => {
    const ghcr = await ghcrBehindProxy({ users: { octocat: 'job-token' } })
    const { source, run } = await startCopy()
    const images = `${source.host}/acme/app:v1 => ghcr.io/prod/app:v1`
    expect((await run({ images }, ghcr.options)).parsed.counts.failed).toBe(1)
    const { parsed, log } = await run({ images }, { ...ghcr.options, githubToken: 'job-token' })
    expect(parsed.results).toMatchObject([{ status: 'copied' }])
    expect(log).toContain('ghcr.io (destination): user octocat from github-token')
    expect(ghcr.registry.store.tag('prod/app', 'v1')).toBe(parsed.digest)
  },

  platforms: async () => {
    const { destination, run } = await startCopy()
    expect((await run()).parsed.digest).not.toBe(image.manifest.digest)
    expect(await platformsAt(destination.url)).toBe(2)
    await run({ platforms: 'linux/arm/v7' })
    expect(await platformsAt(destination.url)).toBe(1)
    expect((await run({ platforms: 'all' })).parsed.digest).toBe(image.manifest.digest)
    expect(await platformsAt(destination.url)).toBe(3)
  },

  'on-missing-platform': async () => {
    const { destination, run } = await startCopy()
    const platforms = 'linux/amd64,linux/s390x'
    const failed = await run({ platforms, 'on-missing-platform': 'fail' })
    expect(failed.parsed.results).toMatchObject([{ error: { code: 'PLATFORM' } }])
    expect(destination.store.tags('prod/app')).toEqual([])
    const warned = await run({ platforms })
    expect(warned.exitCode).toBe(0)
    expect(warningsOf(warned)).toEqual([expect.stringContaining('linux/s390x')])
  },

  'on-existing': async () => {
    const { destination, run } = await startCopy()
    pushTo(destination.store, 'prod/app', 'v1', other)
    const before = other.manifest.digest
    const failed = await run({ 'on-existing': 'fail' })
    expect(failed.parsed.results).toMatchObject([{ error: { code: 'EXISTS' } }])
    expect(failed.exitCode).toBe(1)
    const skipped = await run({ 'on-existing': 'skip' })
    expect(skipped.parsed).toMatchObject({ changed: false, digest: before, counts: { skipped: 1 } })
    expect(skipped.exitCode).toBe(0)
    expect(destination.store.tag('prod/app', 'v1')).toBe(before)
    expect((await run()).parsed.results).toMatchObject([
      { status: 'copied', previousDigest: before },
    ])
    // What is the same already is unchanged, whatever is to happen to what is not.
    expect((await run({ 'on-existing': 'fail' })).parsed.counts.unchanged).toBe(1)
  },

  'dry-run': async () => {
    const { destination, run } = await startCopy()
    const dry = await run({ 'dry-run': 'true' })
    expect(dry.parsed).toMatchObject({ changed: true, counts: { copied: 1 } })
    expect(dry.summary).toContain('Dry run: nothing was written.')
    expect(destination.requests.filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual(
      [],
    )
    expect((await run()).parsed.digest).toBe(dry.parsed.digest)
  },

  'fail-fast': async () => {
    const { source, destination, run } = await startCopy()
    const lost = `${source.host}/acme/lost:v1 => ${destination.host}/prod/lost:v1`
    // More than are worked on side by side: some are still to be started when the first one fails.
    const many = Array.from(
      { length: 60 },
      (_, index) => `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v${index}`,
    )
    const images = [lost, ...many].join('\n')
    const hold = destination.hold({ path: /\/prod\/app\/manifests\/v\d+$/ })
    const action = await startAction({ inputs: { images, 'fail-fast': 'true' } })
    await action.line(/^::group::failed .*lost/)
    hold.release()
    const fast = outputsOf(await action.result)
    expect(fast.counts.failed).toBe(1)
    expect(fast.counts.skipped).toBeGreaterThan(0)
    expect(fast.counts.skipped).toBe(60 - fast.counts.copied)
    expect(fast.results.at(-1)?.status).toBe('skipped')
    const { parsed } = await run({ images })
    expect(parsed.counts).toMatchObject({ failed: 1, skipped: 0 })
  },

  concurrency: async () => {
    for (const concurrency of [1, 3]) {
      const { source, destination } = await startPair()
      const lines = ['a', 'b', 'c', 'd'].map((author) => {
        pushTo(source.store, `acme/${author}`, 'v1', buildImage({ config: { author } }))
        return `${source.host}/acme/${author}:v1 => ${destination.host}/prod/${author}:v1`
      })
      const images = lines.join('\n')
      const blobs = source.hold({ method: 'GET', path: '/blobs/' })
      const action = await startAction({ inputs: { images, concurrency: String(concurrency) } })
      await blobs.arrived(concurrency)
      blobs.release()
      expect(await action.result).toMatchObject({ exitCode: 0 })
      expect(source.peakRequests).toBe(concurrency)
      expect(destination.peakRequests).toBeLessThanOrEqual(concurrency)
    }
  },

  retries: async () => {
    const { source, run } = await startCopy()
    const busy = replyWith(503, { headers: { 'retry-after': '0' } })
    source.fault({ path: '/manifests/v1' }, busy)
    for (const retries of [0, 2]) {
      source.clearRequests()
      expect((await run({ retries: String(retries) })).exitCode).toBe(1)
      expect(source.count()).toBe(1 + retries)
    }
  },

  timeout: async () => {
    const { source, run } = await startCopy()
    const fault = source.fault({ method: 'GET', path: '/manifests/v1' }, stallBody(10))
    const { parsed } = await run({ timeout: '1', retries: '0' })
    expect(parsed.results).toMatchObject([{ error: { code: 'TIMEOUT' } }])
    expect(fault.hits).toBe(1)
  },

  deadline: async () => {
    const { source, run } = await startCopy()
    const held = source.hold({ method: 'GET', path: '/blobs/' })
    const { parsed, errors, log } = await run({ deadline: '1' })
    held.release()
    const message = expect.stringContaining('the deadline of 1 s has passed')
    expect(parsed.results).toMatchObject([{ error: { code: 'CANCELLED', message } }])
    expect(errors).toEqual([message, '1 of 1 image failed. The deadline of 1 s ended the run.'])
    expect(log).toContain('The deadline of 1 s: stopping')
  },

  verify: async () => {
    const { destination, run } = await startCopy()
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    const { parsed } = await run({ verify: JSON.stringify({ key }) })
    expect(parsed.results).toMatchObject([{ status: 'failed', error: { code: 'UNTRUSTED' } }])
    expect(destination.store.tagWrites()).toEqual([])
  },

  'all-or-nothing': async () => {
    const { source, destination, run } = await startCopy()
    const lost = `${source.host}/acme/lost:v1 => ${destination.host}/prod/lost:v1`
    const images = `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1\n${lost}`
    const { parsed } = await run({ images, 'all-or-nothing': 'true' })
    expect(parsed.results).toMatchObject([
      { status: 'skipped', error: { code: 'ABORTED' } },
      { status: 'failed', error: { code: 'NOT_FOUND' } },
    ])
    expect(destination.store.tagWrites()).toEqual([])
  },

  stage: async () => {
    const { destination, run } = await startCopy()
    const staged = await run({ stage: 'true' })
    expect(destination.store.tagWrites()).toEqual([])
    const published = await run({ images: staged.outputs['pinned'] ?? '' })
    expect(published.parsed.digest).toBe(staged.parsed.digest)
    expect(destination.store.tag('prod/app', 'v1')).toBe(staged.parsed.digest)
  },

  shard: async () => {
    const { run } = await startCopy()
    const parts = [await run({ shard: '1/2' }), await run({ shard: '2/2' })]
    const [first, second] = parts.map(({ parsed }) => parsed.results.length)
    expect([
      [0, 1],
      [1, 0],
    ]).toContainEqual([first, second])
  },

  'declare-artifacts': async () => {
    const { destination, run } = await startCopy()
    const world = { artifacts: true }
    expect((await run({}, world)).artifacts).toBe('')
    const name = `${destination.host}/prod/app:v1`
    const { artifacts, parsed } = await run({ 'declare-artifacts': 'true' }, world)
    expect(artifacts).toBe(`oci://${name}@${parsed.digest}\n`)
    const before = [{ name, digest: `sha256:${'0'.repeat(64)}`, kind: 'oci' }] as const
    const again = await run({ 'declare-artifacts': 'true' }, { ...world, artifactsBefore: before })
    expect(again).toMatchObject({ artifacts: '', exitCode: 0 })
    expect(warningsOf(again)).toEqual([expect.stringContaining(`${name} (the job has declared it`)])
  },

  'insecure-registries': async () => {
    const { destination, source, run } = await startCopy()
    const routes = { 'registry.test:5000': destination.host }
    const proxy = kept(await TestProxy.start({ routes }))
    const env = { http_proxy: proxy.url, https_proxy: proxy.url }
    const images = `${source.host}/acme/app:v1 => registry.test:5000/prod/app:v1`
    const secure = await run({ images, retries: '0' }, { env })
    expect(secure.exitCode).toBe(1)
    expect(destination.requests).toEqual([])
    const insecure = await run(
      { images, 'insecure-registries': 'x.test registry.test:5000' },
      { env },
    )
    expect(insecure.errors).toEqual([])
    expect(destination.store.tag('prod/app', 'v1')).toBe(insecure.parsed.digest)
  },

  'registry-tls': async () => {
    const { destination, run } = await startCopy({
      source: { tls: true },
      destination: { tls: { clientCertificate: true } },
    })
    const { cert, key } = await createCertificate()
    const workspace = { 'ca.pem': destination.ca ?? '', 'tls/cert.pem': cert }
    // The authority of the environment is trusted beside the one of the input.
    const env = { NODE_EXTRA_CA_CERTS: 'ca.pem' }
    const entry = { registry: destination.host, ca: 'ca.pem' }
    const given = JSON.stringify([entry])
    const without = await run({ retries: '0', 'registry-tls': given }, { workspace, env })
    expect(without.parsed.results).toMatchObject([{ error: { code: 'TLS' } }])
    const list = JSON.stringify([{ ...entry, cert: 'tls/cert.pem', key }])
    const { errors, masks, ...result } = await run({ 'registry-tls': list }, { workspace, env })
    expect(errors).toEqual([])
    expect(result.parsed.counts.copied).toBe(1)
    const keyLines = key.split('\n').slice(1, -2)
    expect(masks).toEqual(expect.arrayContaining(keyLines))
  },

  referrers: async () => {
    const { source, destination, run } = await startCopy()
    const [amd64 = image] = image.children
    const signature = buildBundle(amd64)
    giveReferrers(source.store, 'acme/app', amd64, [signature])
    const { digest } = signature.manifest
    const without = await run()
    expect(without.parsed.results).toMatchObject([{ status: 'copied' }])
    expect(without.stdout).not.toContain('referrers')
    expect(destination.store.manifest('prod/app', digest)).toBeUndefined()
    const { parsed, stdout } = await run({ referrers: 'all' })
    const referrers = { copied: 1, existing: 0, filtered: 0, lost: [] }
    expect(parsed.results).toMatchObject([{ status: 'copied', referrers }])
    expect(parsed).toMatchObject({ changed: true, counts: { copied: 1, unchanged: 0 } })
    expect(stdout).toContain('referrers: 1 copied')
    expect(destination.store.manifest('prod/app', digest)).toBeDefined()
  },

  'on-lost-referrers': async () => {
    const { source, destination, run } = await startCopy()
    giveReferrers(source.store, 'acme/app', image, [buildBundle(image)])
    const failed = await run({ referrers: 'all', 'on-lost-referrers': 'fail' })
    expect(failed.parsed.results).toMatchObject([{ error: { code: 'LOST_REFERRERS' } }])
    expect(destination.store.tags('prod/app')).toEqual([])
    const warned = await run({ referrers: 'all' })
    expect(warned.exitCode).toBe(0)
    expect(warningsOf(warned)).toEqual([expect.stringContaining('does not fit the new index')])
  },

  attestations: async () => {
    const { source, destination, run } = await startCopy()
    pushTo(source.store, 'acme/app', 'v1', buildMultiPlatform({ attestations: true }))
    await run()
    expect(await platformsAt(destination.url)).toBe(2)
    const { stdout } = await run({ attestations: 'keep' })
    expect(await platformsAt(destination.url)).toBe(4)
    expect(stdout).not.toContain('left out')
  },

  summary: async () => {
    const { run } = await startCopy()
    expect((await run()).summary).toContain('<table>')
    expect((await run({ summary: 'false' })).summary).toBe('')
  },
}

describe('the outcome depends on', () => {
  test.each(Object.entries(differences))('%s', async (_input, show) => {
    expect.hasAssertions()
    await show()
  })

  test('every input of action.yml, and there is no other', async () => {
    const { inputs } = await readActionMetadata(actionFile)
    expect(Object.keys(differences)).toEqual([...inputs.keys()])
  })
})
