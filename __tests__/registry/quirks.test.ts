import { describe, expect, test } from '@jest/globals'
import { hintFor } from '../../src/action/hints.ts'
import { copyBlob } from '../../src/registry/copy/copy-blob.ts'
import { RegistryError } from '../../src/registry/errors.ts'
import { buildArtifact, buildImage, buildIndex } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { acr } from '../../testkit/profiles/acr.ts'
import { artifactory } from '../../testkit/profiles/artifactory.ts'
import { ecr } from '../../testkit/profiles/ecr.ts'
import { ghcr } from '../../testkit/profiles/ghcr.ts'
import { gitea } from '../../testkit/profiles/gitea.ts'
import { gitlab } from '../../testkit/profiles/gitlab.ts'
import { nexus } from '../../testkit/profiles/nexus.ts'
import { quay } from '../../testkit/profiles/quay.ts'
import { removeHeader, replyWith } from '../../testkit/registry/faults.ts'
import { ProfileWorld } from './profile-world.ts'
import { failureOf, RegistryWorld } from './registry-world.ts'

// What registries are known for, and how it is met. What needs more than one test has a file of its
// own; docs/registry-quirks.md has the whole list.

const image = buildImage()
const context = { eventName: 'push', actor: '', repository: '', isFork: false, isDependabot: false }

function refusal(status: number, code: string, message: string) {
  return replyWith(status, { body: JSON.stringify({ errors: [{ code, message }] }) })
}

describe('Amazon ECR', () => {
  test('is not asked again for a repository that is missing, and the command is told (Q02)', async () => {
    await using world = await ProfileWorld.start(ecr)
    pushTo(world.plain.store, 'acme/app', '1.0', image)
    const copying = world.plainClient.copyImage('acme/app:1.0', 'team/app:1.0', world.client)
    const error = await failureOf(copying)
    expect(error).toMatchObject({ code: 'NOT_FOUND', registryCode: 'NAME_UNKNOWN' })
    expect(world.clock.pauses).toEqual([])
    expect(hintFor(error, context)).toContain('--region eu-west-1 --repository-name team/app')
  })

  test('has its refusal of a manifest without a media type explained (Q05)', async () => {
    await using world = await ProfileWorld.start(ecr)
    const repository = world.repository('app')
    world.profile.createRepository(repository)
    pushTo(world.plain.store, 'acme/app', '1.0', image)
    const invalid = refusal(400, 'UNSUPPORTED', 'Invalid JSON syntax')
    world.profile.registry.fault({ method: 'PUT', path: '/manifests/' }, invalid)
    const copying = world.plainClient.copyImage('acme/app:1.0', `${repository}:1.0`, world.client)
    expect(hintFor(await failureOf(copying), context)).toContain('without `mediaType`')
  })

  test('sends readers to a storage that gets no login (Q07)', async () => {
    await using world = await ProfileWorld.start(ecr)
    const repository = world.repository('app')
    pushTo(world.profile.registry.store, repository, '1.0', image)
    await world.client.copyImage(`${repository}:1.0`, 'mirror/app:1.0', world.plainClient)
    const api = world.profile.profile.host
    const storage = world.profile.requests.filter(({ host }) => host !== api)
    expect(storage.length).toBeGreaterThan(0)
    for (const { request } of storage) expect(request.headers.authorization).toBeUndefined()
  })
})

describe('GHCR', () => {
  test('that does not let us look at a package is written to all the same (Q14)', async () => {
    await using world = await ProfileWorld.start(ghcr)
    const repository = world.repository('app')
    pushTo(world.plain.store, 'acme/app', '1.0', image)
    world.profile.registry.fault({ method: 'HEAD', path: '/blobs/' }, replyWith(403))
    await world.plainClient.copyImage('acme/app:1.0', `${repository}:1.0`, world.client)
    expect(world.profile.registry.store.tag(repository, '1.0')).toBe(image.manifest.digest)
  })
})

describe('Azure Container Registry', () => {
  test('gets a new session for one that is lost, and its storage no login (Q19)', async () => {
    await using world = await ProfileWorld.start(acr)
    const repository = world.repository('app')
    pushTo(world.plain.store, 'acme/app', '1.0', image)
    const lost = world.profile.registry.fault(
      { method: 'PUT', path: '/blobs/uploads/' },
      refusal(404, 'BLOB_UPLOAD_INVALID', 'blob upload invalid'),
      { times: 1 },
    )
    await world.plainClient.copyImage('acme/app:1.0', `${repository}:1.0`, world.client)
    expect(lost.hits).toBe(1)
    await world.client.copyImage(`${repository}:1.0`, 'mirror/app:1.0', world.plainClient)
    const storage = world.profile.requests.filter(({ host }) => host.includes('.data.'))
    expect(storage.length).toBeGreaterThan(0)
    for (const { request } of storage) expect(request.headers.authorization).toBeUndefined()
  })
})

describe('Quay', () => {
  test('is always told where to mount from (Q20)', async () => {
    await using world = await ProfileWorld.start(quay)
    const [from, to] = [world.repository('app'), world.repository('mirror')]
    pushTo(world.profile.registry.store, from, '1.0', image)
    const { moved } = await world.client.copyImage(`${from}:1.0`, `${to}:1.0`, world.client)
    expect(moved.copied).toBe(0)
    const mounts = world.profile.registry
      .select('POST')
      .filter(({ query }) => query.includes('mount='))
    expect(mounts.length).toBeGreaterThan(0)
    for (const { query } of mounts) expect(new URLSearchParams(query).get('from')).toBe(from)
  })

  test('has its refusal of what it does not know explained (Q21)', async () => {
    await using world = await ProfileWorld.start(quay)
    pushTo(world.plain.store, 'acme/app', '1.0', image)
    const invalid = refusal(400, 'MANIFEST_INVALID', 'manifest schema mismatch')
    world.profile.registry.fault({ method: 'PUT', path: '/manifests/' }, invalid)
    const repository = world.repository('app')
    const copying = world.plainClient.copyImage('acme/app:1.0', `${repository}:1.0`, world.client)
    expect(hintFor(await failureOf(copying), context)).toMatch(/mixes OCI and Docker.*digests/)
  })
})

test('what is not found is told by the status, whatever the code says (Q26, Q47)', async () => {
  await using world = await RegistryWorld.start()
  for (const code of ['NOT_FOUND', 'UNKNOWN', 'ARTIFACT_MISSING']) {
    world.source.fault({}, refusal(404, code, 'artifact not found'), { times: 1 })
    expect(await world.from.checkExists('acme/app:1.0')).toBe(false)
  }
})

describe('GitLab', () => {
  test('gets what a manifest is about before the manifest (Q27)', async () => {
    await using world = await ProfileWorld.start(gitlab)
    const { digest } = image.manifest
    const signature = buildArtifact({ artifactType: 'application/vnd.example', subject: image })
    // The one that refers comes first in the index.
    const index = buildIndex({ children: [signature, image] })
    pushTo(world.plain.store, 'acme/app', '1.0', index)
    const repository = world.repository('app')
    const held = world.plain.hold({ path: digest })
    const copying = world.plainClient.copyIndex('acme/app:1.0', `${repository}:1.0`, world.client)
    await held.arrived()
    held.release()
    await copying
    const { store } = world.profile.registry
    const pushed = store.completedManifests(repository)
    expect(pushed.indexOf(digest)).toBeLessThan(pushed.indexOf(signature.manifest.digest))
  })
})

describe('Artifactory', () => {
  test('is pushed to although it says 403 of a tag that is missing (Q31)', async () => {
    await using world = await ProfileWorld.start(artifactory)
    const repository = world.repository('app')
    const hidden = refusal(403, 'DENIED', 'The client does not have permission for manifest')
    world.profile.registry.fault({ method: ['GET', 'HEAD'], path: '/manifests/', nth: 1 }, hidden)
    const index = buildIndex({ children: [image] })
    pushTo(world.plain.store, 'acme/app', '1.0', index)
    await world.plainClient.copyIndex('acme/app:1.0', `${repository}:1.0`, world.client)
    expect(world.profile.registry.store.tag(repository, '1.0')).toBe(index.manifest.digest)
  })
})

describe('Nexus', () => {
  test('may write its scheme in capitals (Q34)', async () => {
    await using world = await ProfileWorld.start(nexus)
    const repository = world.repository('app')
    pushTo(world.profile.registry.store, repository, '1.0', image)
    const { digest } = await world.client.getImage(`${repository}:1.0`)
    expect(digest).toBe(image.manifest.digest)
    const schemes = world.profile.requests.map(({ request }) => request.headers.authorization)
    expect(schemes.at(-1)).toMatch(/^Basic /)
  })
})

describe('Gitea', () => {
  test('may say in plain text that something is missing (Q35)', async () => {
    await using world = await ProfileWorld.start(gitea)
    expect(await world.client.checkExists(`${world.repository('app')}:9.9`)).toBe(false)
  })
})

describe('any registry', () => {
  test("may not take Docker's formats, and then the type is named (Q36)", async () => {
    const docker = buildImage({ format: 'docker' })
    await using world = await RegistryWorld.start({
      destination: { manifestTypes: ['application/vnd.oci.image.manifest.v1+json'] },
    })
    world.give(docker)
    const error = await failureOf(world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to))
    expect(error).toMatchObject({ code: 'UNSUPPORTED', status: 415 })
    expect(error.message).toContain(`does not take the type ${docker.manifest.mediaType}`)
    expect(hintFor(error, context)).toContain('"compat": ["docker2s2"]')
  })

  test('may be read-only, which no second try changes (Q41)', async () => {
    await using world = await RegistryWorld.start({ network: { retries: 5 } })
    world.give(image)
    const readOnly = refusal(405, 'UNSUPPORTED', 'The operation is unsupported.')
    const refused = world.destination.fault({ method: 'POST' }, readOnly)
    const error = await failureOf(world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to))
    expect(error).toMatchObject({ code: 'UPLOAD', status: 405, registryCode: 'UNSUPPORTED' })
    expect(refused.hits).toBeLessThanOrEqual(2)
    expect(world.clock.pauses).toEqual([])
  })

  test.each(['BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID'])(
    'may lose a session (%s), which is opened anew three times and no more (Q38)',
    async (code) => {
      await using world = await RegistryWorld.start({ network: { retries: 9 } })
      const bytes = Buffer.from('a layer')
      const digest = world.source.store.putBlob('acme/app', bytes) as `sha256:${string}`
      const lost = world.destination.fault({ method: 'PUT' }, refusal(404, code, 'blob upload'))
      const blob = { digest, size: bytes.length }
      const copy = async () =>
        copyBlob(world.sourceRepository(), world.destinationRepository(), blob)
      expect(await failureOf(copy())).toMatchObject({ registryCode: code })
      expect(lost.hits).toBe(4)
      expect(world.destination.count('POST')).toBe(4)
      lost.remove()
      expect(await copy()).toBe('copied')
    },
  )

  test.each([500, 502, 503, 504])(
    'may answer a page and %i for a moment, for a cache that fills or a gateway (Q57, Q59)',
    async (status) => {
      await using world = await RegistryWorld.start({ network: { retries: 5 } })
      world.give(image)
      const page = replyWith(status, {
        headers: { 'content-type': 'text/html' },
        body: '<html><h1>Bad Gateway</h1></html>',
      })
      world.source.fault({ path: '/manifests/' }, page, { times: 3 })
      await world.from.getImage('acme/app:1.0')
      expect(world.log.lines.join()).not.toContain('<h1>')
    },
  )

  test('may name no digest with what it stores (Q33, Q47)', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    world.source.use(removeHeader('docker-content-digest'))
    world.destination.use(removeHeader('docker-content-digest'))
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
  })
})

test.each<[string, string, string, string, RegExp]>([
  ['Q25', 'harbor.example', 'PROJECTPOLICYVIOLATION', 'vulnerable', /policy of the Harbor project/],
  [
    'Q42',
    'registry.cn-hangzhou.aliyuncs.com',
    'DENIED',
    'unknown manifest class for application/vnd.oci.empty.v1+json',
    /platforms/,
  ],
  ['Q43', 'swr.eu-west-101.myhuaweicloud.com', 'X', "fail to parse 'manifest.json'", /platforms/],
  ['Q44', 'cr.yandex', 'MANIFEST_INVALID', 'manifest invalid', /platforms/],
  [
    'Q53',
    'registry.digitalocean.com',
    'DENIED',
    'registry contains 1 repositories, limit is 1',
    /plan/,
  ],
])(
  'the refusal of %s at %s is explained (%s)',
  (id, registry, registryCode, registryMessage, words) => {
    const family = id === 'Q25' ? 'Harbor' : undefined
    const place = { operation: 'push manifest', side: 'destination', registry, family } as const
    const details = { ...place, status: 400, registryCode, registryMessage }
    expect(hintFor(new RegistryError('REGISTRY', 'refused', details), context)).toMatch(words)
  },
)
