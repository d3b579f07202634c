import { afterEach, describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import type { Profile } from '../../testkit/profiles/profile.ts'
import { profiles } from '../../testkit/profiles/profiles.ts'
import { bearerOf, ProfileClient } from './profile-client.ts'

const open: ProfileClient[] = []
const image = buildImage()

async function start(profile: Profile) {
  const client = await ProfileClient.start(profile)
  open.push(client)
  return client
}

/** With an image at `v1`. */
async function startStocked(profile: Profile) {
  const client = await start(profile)
  const repository = profile.repository('app')
  client.running.createRepository(repository)
  pushTo(client.running.registry.store, repository, 'v1', image)
  return { client, repository }
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
})

test('ids, names and hosts are all different', () => {
  for (const member of ['id', 'name', 'host'] as const) {
    expect(new Set(profiles.map((profile) => profile[member])).size).toBe(profiles.length)
  }
})

describe.each(rowsOf(profiles))('$name', ({ profile }) => {
  const repository = profile.repository('app')

  test('takes an image with several platforms from its account', async () => {
    const client = await start(profile)
    client.running.createRepository(repository)
    const index = buildMultiPlatform()
    const pushed = await client.push(repository, 'v1', index)
    expect([200, 201]).toContain(pushed.status)
    expect(client.running.registry.store.tag(repository, 'v1')).toBe(index.manifest.digest)
  })

  test('gives an image to its account', async () => {
    const { client } = await startStocked(profile)
    const { bytes } = await client.manifest(repository, 'v1')
    expect(bytes.equals(image.manifest.bytes)).toBe(true)
    for (const [digest, content] of image.blobs) {
      expect((await client.blob(repository, digest)).equals(content)).toBe(true)
    }
  })

  test('takes nothing from strangers, and nothing for a wrong password', async () => {
    const { client } = await startStocked(profile)
    const path = `/v2/${repository}/blobs/uploads/`
    const asked = await client.send(path, { method: 'POST' })
    expect(asked.status).toBe(401)
    const { username } = client.running.account
    const wrong = `Basic ${Buffer.from(`${username}:wrong`).toString('base64')}`
    const bearer = bearerOf(asked.headers['www-authenticate'])
    const refused =
      bearer === undefined
        ? await client.send(path, { method: 'POST', headers: { authorization: wrong } })
        : await client.tokenAnswer(bearer, `repository:${repository}:pull,push`, wrong)
    expect([400, 401, 403]).toContain(refused.status)
    expect(refused.text).not.toContain('token":')
    expect(client.running.registry.store.uploads.size).toBe(0)
  })

  test('creates repositories by a push, or else before it', async () => {
    const client = await start(profile)
    const word = profile.repository('fresh')
    const begin = async () => client.ask(word, 'blobs/uploads/', { method: 'POST' })
    expect((await begin()).status).toBe(profile.createsRepositories ? 202 : 404)
    client.running.createRepository(word)
    expect((await begin()).status).toBe(202)
  })

  test('takes a token until it is over, and the password in any case', async () => {
    const { client } = await startStocked(profile)
    const path = `/v2/${repository}/manifests/v1`
    const headers = { authorization: await client.authorization(repository) }
    const isToken = headers.authorization.startsWith('Bearer ')
    expect((await client.send(path, { headers })).status).toBe(200)
    client.running.expireTokens()
    const { status } = await client.send(path, { headers })
    expect(status === 200).toBe(!isToken)
    expect((await client.manifest(repository, 'v1')).status).toBe(200)
  })

  test('records what arrives, with the host that it arrived at', async () => {
    const { client } = await startStocked(profile)
    await client.blob(repository, [...image.blobs.keys()][0] ?? '')
    const { requests, routes } = client.running
    expect(requests.length).toBeGreaterThan(1)
    for (const { host, request } of requests) {
      expect(request.headers.host).toBe(host)
      expect(Object.keys(routes)).toContain(`${host}:443`)
    }
  })
})

function rowsOf(some: readonly Profile[]) {
  return some.map((profile) => ({ name: profile.name, profile }))
}

test.each(rowsOf(profiles.filter(({ immutableTags }) => immutableTags)))(
  '$name lets no frozen tag be moved, and any other be made',
  async ({ profile }) => {
    const { client, repository } = await startStocked(profile)
    const { running } = client
    running.freezeTags()
    const moved = buildImage({ annotations: { moved: 'yes' } })
    for (const bytes of moved.blobs.values()) await client.putBlob(repository, bytes)
    const { status, text } = await client.putManifest(repository, 'v1', moved.manifest)
    expect([400, 403, 405, 409, 412]).toContain(status)
    expect(text).toContain('"code"')
    expect(running.registry.store.tag(repository, 'v1')).toBe(image.manifest.digest)
    expect([200, 201]).toContain((await client.push(repository, 'v2', moved)).status)
  },
)

test.each(rowsOf(profiles.filter(({ immutableTags }) => !immutableTags)))(
  '$name says that it cannot freeze tags',
  async ({ profile }) => {
    const { client } = await startStocked(profile)
    expect(() => client.running.freezeTags()).toThrow('no immutable tags')
  },
)
