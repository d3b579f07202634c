import { afterEach, describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { acr, acrBodyLimit, ACR_BODY_LIMIT } from '../../testkit/profiles/acr.ts'
import {
  artifactRegistry,
  artifactRegistryQuota,
} from '../../testkit/profiles/artifact-registry.ts'
import { artifactory, artifactoryOldUploads } from '../../testkit/profiles/artifactory.ts'
import {
  dockerHub,
  dockerHubAbuseLimit,
  dockerHubQuota,
} from '../../testkit/profiles/docker-hub.ts'
import { ecrPublic, ecrPublicDataLimit } from '../../testkit/profiles/ecr-public.ts'
import { ecr, ecrThrottling } from '../../testkit/profiles/ecr.ts'
import { ghcr, ghcrBadGateway } from '../../testkit/profiles/ghcr.ts'
import { gitea } from '../../testkit/profiles/gitea.ts'
import { gitlab } from '../../testkit/profiles/gitlab.ts'
import {
  harbor,
  harborQuota,
  harborReadOnly,
  harborVulnerabilityPolicy,
} from '../../testkit/profiles/harbor.ts'
import type { Profile } from '../../testkit/profiles/profile.ts'
import { quay } from '../../testkit/profiles/quay.ts'
import { zot } from '../../testkit/profiles/zot.ts'
import type { Middleware, RegistryRequest } from '../../testkit/registry/exchange.ts'
import { bearerOf, ProfileClient, type Answer } from './profile-client.ts'

const open: ProfileClient[] = []
const image = buildImage()
const [layer = Buffer.alloc(0)] = image.blobs.values()

async function start(profile: Profile) {
  const client = await ProfileClient.start(profile)
  open.push(client)
  const repository = profile.repository('app')
  client.running.createRepository(repository)
  pushTo(client.running.registry.store, repository, 'v1', image)
  return { client, repository }
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
})

function named(profile: Profile) {
  return { name: profile.name, profile }
}

async function challengeOf(profile: Profile, path?: string) {
  const { client, repository } = await start(profile)
  const { headers } = await client.send(path ?? `/v2/${repository}/manifests/v1`)
  return headers['www-authenticate']
}

describe('challenges', () => {
  test.each([
    { ...named(dockerHub), realm: 'https://auth.docker.io/token', service: 'registry.docker.io' },
    { ...named(ghcr), realm: 'https://ghcr.io/token', service: 'ghcr.io' },
    { ...named(ecrPublic), realm: 'https://public.ecr.aws/token/', service: 'public.ecr.aws' },
    {
      ...named(artifactRegistry),
      realm: 'https://europe-docker.pkg.dev/v2/token',
      service: 'europe-docker.pkg.dev',
    },
    { ...named(acr), realm: 'https://acme.azurecr.io/oauth2/token', service: 'acme.azurecr.io' },
    { ...named(quay), realm: 'https://quay.io/v2/auth', service: 'quay.io' },
    { ...named(harbor), realm: 'https://harbor.example/service/token', service: 'harbor-registry' },
    { ...named(gitlab), realm: 'https://gitlab.com/jwt/auth', service: 'container_registry' },
  ])(
    'of $name name the realm $realm and the service $service',
    async ({ profile, realm, service }) => {
      const { client, repository } = await start(profile)
      // ECR Public lets everybody pull, so only a write is challenged there.
      const { headers } = await client.send(`/v2/${repository}/blobs/uploads/`, { method: 'POST' })
      expect(headers['www-authenticate']).toMatch(`Bearer realm="${realm}",service="${service}"`)
    },
  )

  test('of ECR are Basic, and their text is no JSON', async () => {
    expect(await challengeOf(ecr)).toMatch(/^Basic realm=.*,service="ecr\.amazonaws\.com"$/)
  })

  test('of ECR Public and of Gitea hold a scope that is none of the grammar', async () => {
    const { client, repository } = await start(ecrPublic)
    const { headers } = await client.send(`/v2/${repository}/blobs/uploads/`, { method: 'POST' })
    expect(headers['www-authenticate']).toContain('scope="aws"')
    expect([await challengeOf(gitea)].flat().join()).toContain('scope="*"')
  })

  test('of GHCR make up a repository where none was asked for', async () => {
    expect(await challengeOf(ghcr, '/v2/')).toContain('scope="repository:user/image:pull"')
  })

  test('of Artifact Registry name no service at /v2/', async () => {
    expect(await challengeOf(artifactRegistry, '/v2/')).not.toContain('service=')
  })

  test('of Artifactory offer two schemes in one header, and a realm by repository', async () => {
    expect(await challengeOf(artifactory)).toBe(
      'Basic realm="Artifactory Realm", Bearer realm="https://acme.jfrog.io/artifactory/api/docker/docker-virtual/v2/token",service="acme.jfrog.io",scope="repository:docker-virtual/acme/app:pull"',
    )
  })

  test('of Gitea come in two headers, without a service', async () => {
    expect(await challengeOf(gitea)).toEqual([
      'Bearer realm="https://gitea.example/v2/token",scope="*"',
      'Basic',
    ])
  })

  test.each([named(artifactory), named(gitea)])(
    'of $name mean both schemes that they offer',
    async ({ profile }) => {
      const { client, repository } = await start(profile)
      const headers = { authorization: client.basic }
      const answer = await client.send(`/v2/${repository}/manifests/v1`, { headers })
      expect(answer.status).toBe(200)
    },
  )
})

async function tokenOf(profile: Profile, authorization?: string): Promise<Answer> {
  const { client, repository } = await start(profile)
  const { headers } = await client.send(`/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  const challenge = bearerOf(headers['www-authenticate']) ?? ''
  return client.tokenAnswer(challenge, `repository:${repository}:pull`, authorization)
}

describe('token answers', () => {
  test.each([
    { ...named(dockerHub), members: ['access_token', 'token', 'expires_in', 'issued_at'] },
    { ...named(ghcr), members: ['token'] },
    { ...named(ecrPublic), members: ['token'] },
    { ...named(artifactRegistry), members: ['token', 'expires_in'] },
    { ...named(acr), members: ['access_token'] },
    { ...named(quay), members: ['token'] },
    { ...named(harbor), members: ['token', 'access_token', 'expires_in', 'issued_at'] },
    { ...named(gitlab), members: ['token'] },
    { ...named(artifactory), members: ['token', 'expires_in'] },
    { ...named(gitea), members: ['token'] },
  ])('of $name hold $members', async ({ profile, members }) => {
    const { text } = await tokenOf(profile)
    expect(Object.keys(JSON.parse(text) as object)).toEqual(members)
  })

  test('of Harbor have an access token that is empty', async () => {
    expect(JSON.parse((await tokenOf(harbor)).text)).toHaveProperty('access_token', '')
  })

  test.each([
    { ...named(dockerHub), status: 401 },
    { ...named(ghcr), status: 403 },
    { ...named(ecrPublic), status: 400 },
    { ...named(artifactRegistry), status: 403 },
    { ...named(acr), status: 401 },
    { ...named(quay), status: 401 },
    { ...named(harbor), status: 401 },
    { ...named(gitlab), status: 401 },
    { ...named(artifactory), status: 401 },
    { ...named(gitea), status: 401 },
  ])('of $name to wrong credentials have the status $status', async ({ profile, status }) => {
    const wrong = `Basic ${Buffer.from('somebody:else').toString('base64')}`
    expect((await tokenOf(profile, wrong)).status).toBe(status)
  })

  test.each([
    { ...named(artifactRegistry), path: '/v2/token', status: 404 },
    { ...named(acr), path: '/oauth2/token', status: 400 },
    { ...named(quay), path: '/v2/auth', status: 405 },
    { ...named(harbor), path: '/service/token', status: 405 },
    { ...named(artifactory), path: '/artifactory/api/docker/docker-virtual/v2/token', status: 401 },
    { ...named(gitea), path: '/v2/token', status: 405 },
  ])(
    'of $name to a form with a password at $path have the status $status',
    async ({ profile, path, status }) => {
      const { client } = await start(profile)
      const { username, password } = client.running.account
      const form = { grant_type: 'password', client_id: 'test', username, password }
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const body = new URLSearchParams(form).toString()
      expect((await client.send(path, { method: 'POST', headers, body })).status).toBe(status)
    },
  )
})

async function anyManifest(client: ProfileClient, repository: string) {
  return client.manifest(repository, 'v1')
}

async function anyUpload(client: ProfileClient, repository: string) {
  return client.ask(repository, 'blobs/uploads/', { method: 'POST' })
}

async function anyPush(client: ProfileClient, repository: string) {
  return client.putManifest(repository, 'v2', image.manifest)
}

async function anyBlob(client: ProfileClient, repository: string) {
  return client.putBlob(repository, layer)
}

async function largeBlob(client: ProfileClient, repository: string) {
  return client.putBlob(repository, Buffer.alloc(ACR_BODY_LIMIT + 1))
}

/** What a registry does only when it is told to. */
interface Trouble {
  readonly says: string
  readonly profile: Profile
  readonly behaviour: Middleware
  readonly ask: (client: ProfileClient, repository: string) => Promise<Answer>
  readonly status: number
  readonly text: string
}

const troubles: readonly Trouble[] = [
  {
    says: 'Docker Hub has no pulls left (Q29)',
    profile: dockerHub,
    behaviour: dockerHubQuota,
    ask: anyManifest,
    status: 429,
    text: 'TOOMANYREQUESTS',
  },
  {
    says: 'Docker Hub has enough of an address (Q29)',
    profile: dockerHub,
    behaviour: dockerHubAbuseLimit,
    ask: anyUpload,
    status: 429,
    text: 'Too Many Requests',
  },
  {
    says: 'GHCR gives up for a moment (Q59)',
    profile: ghcr,
    behaviour: ghcrBadGateway,
    ask: anyUpload,
    status: 502,
    text: '<html>',
  },
  {
    says: 'ECR throttles (Q09)',
    profile: ecr,
    behaviour: ecrThrottling,
    ask: anyUpload,
    status: 429,
    text: 'ThrottlingException',
  },
  {
    says: 'ECR Public has given all data of the month (Q10)',
    profile: ecrPublic,
    behaviour: ecrPublicDataLimit,
    ask: anyManifest,
    status: 429,
    text: 'Data limit exceeded',
  },
  {
    says: 'Artifact Registry has no quota left (Q16)',
    profile: artifactRegistry,
    behaviour: artifactRegistryQuota,
    ask: anyUpload,
    status: 429,
    text: 'Quota Exceeded.',
  },
  {
    says: 'ACR refuses a large body (Q18)',
    profile: acr,
    behaviour: acrBodyLimit,
    ask: largeBlob,
    status: 413,
    text: 'Request Entity Too Large',
  },
  {
    says: 'Harbor found something in an image (Q25)',
    profile: harbor,
    behaviour: harborVulnerabilityPolicy,
    ask: anyManifest,
    status: 412,
    text: 'PROJECTPOLICYVIOLATION',
  },
  {
    says: 'Harbor has no space left (Q25)',
    profile: harbor,
    behaviour: harborQuota,
    ask: anyPush,
    status: 403,
    text: 'storage resource',
  },
  {
    says: 'Harbor can only be read (Q25)',
    profile: harbor,
    behaviour: harborReadOnly,
    ask: anyUpload,
    status: 403,
    text: 'read only mode',
  },
  {
    says: 'an old Artifactory wants PATCH before PUT (Q32)',
    profile: artifactory,
    behaviour: artifactoryOldUploads,
    ask: anyBlob,
    status: 400,
    text: 'UNSUPPORTED',
  },
]

describe('when it is told to,', () => {
  test.each(troubles)('$says', async ({ profile, behaviour, ask, status, text }) => {
    const { client, repository } = await start(profile)
    // A request with a login, so that it is the request itself which meets the trouble.
    const matcher = {
      path: `/v2/${repository}/`,
      where: ({ headers }: RegistryRequest) => headers.authorization !== undefined,
    }
    client.running.registry.fault(matcher, behaviour)
    const answer = await ask(client, repository)
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(text)
  })
})

test("zot takes Docker's images, being in its compatible mode", async () => {
  const { client, repository } = await start(zot)
  const docker = buildImage({ format: 'docker' })
  expect((await client.push(repository, 'v2', docker)).status).toBe(201)
})

test.each([
  { ...named(dockerHub), pull: 401, push: 404 },
  { ...named(ghcr), pull: 403, push: 403 },
  { ...named(ecr), pull: 404, push: 404 },
  { ...named(ecrPublic), pull: 404, push: 404 },
  { ...named(artifactRegistry), pull: 404, push: 404 },
  { ...named(quay), pull: 401, push: 404 },
  { ...named(harbor), pull: 404, push: 404 },
  { ...named(artifactory), pull: 403, push: 403 },
])(
  '$name answers $pull for a missing repository, and $push to those who may make it',
  async ({ profile, pull, push }) => {
    const { client } = await start(profile)
    const missing = profile.repository('missing')
    const statusFor = async (actions: string) => {
      const headers = { authorization: await client.authorization(missing, actions) }
      return (await client.send(`/v2/${missing}/manifests/v1`, { headers })).status
    }
    expect([await statusFor('pull'), await statusFor('pull,push')]).toEqual([pull, push])
  },
)

/** Names in what only an administrator creates: a project, or a repository for many images. */
test.each([
  { ...named(harbor), stranger: 'strangers/app' },
  { ...named(artifactRegistry), stranger: 'acme-project/strangers/app' },
])('$name creates images by a push, but not what holds them', async ({ profile, stranger }) => {
  const { client } = await start(profile)
  const asked = await client.send(`/v2/${stranger}/blobs/uploads/`, { method: 'POST' })
  expect(asked.status).toBe(401)
  const refused = await client.ask(stranger, 'blobs/uploads/', { method: 'POST' })
  expect(refused.status).toBe(404)
  expect(client.running.registry.store.repository(stranger)).toBeUndefined()
  client.running.createRepository(stranger)
  expect((await client.putBlob(stranger, layer)).status).toBe(201)
})
