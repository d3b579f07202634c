import { expect } from '@jest/globals'
import { buildImage, buildIndex } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { ACR_LOOKUPS } from '../../testkit/profiles/acr.ts'
import {
  CLOUDFLARE_BODY_LIMIT,
  CLOUDFLARE_CHUNK_MINIMUM,
} from '../../testkit/profiles/cloudflare.ts'
import { DOCKER_HUB_PULLS } from '../../testkit/profiles/docker-hub.ts'
import { ECR_EXPIRED_PASSWORD, ECR_PAGE_LIMIT } from '../../testkit/profiles/ecr.ts'
import { GHCR_CHUNK_LIMIT } from '../../testkit/profiles/ghcr.ts'
import { digestOf } from '../../testkit/registry/content.ts'
import { ociManifest } from '../../testkit/registry/media-types.ts'
import { bearerOf, type Answer, type ProfileClient } from './profile-client.ts'

/** What shows a quirk of a registry in its profile. */
export interface QuirkCheck {
  /** Behind the registry's name: `answers a mount with an upload`. */
  readonly says: string
  readonly check: (client: ProfileClient, repository: string) => Promise<void>
}

const image = buildImage()
const other = buildImage({ annotations: { other: 'yes' } })
const [layer = Buffer.alloc(0)] = image.blobs.values()
const layerDigest = digestOf(layer)

/** `v1` in the store, without HTTP. */
function stock({ running }: ProfileClient, repository: string) {
  pushTo(running.registry.store, repository, 'v1', image)
}

function codeOf({ text }: Answer): unknown {
  const body = JSON.parse(text) as { errors?: { code?: unknown }[] }
  return body.errors?.[0]?.code
}

async function mount(client: ProfileClient, to: string, from: string | undefined) {
  const query = { mount: layerDigest, ...(from === undefined ? {} : { from }) }
  return client.ask(to, 'blobs/uploads/', { method: 'POST', query })
}

async function patch(
  client: ProfileClient,
  { repository, location, bytes, start }: ChunkAt,
): Promise<Answer> {
  const end = (start ?? 0) + bytes.length - 1
  return client.send(location, {
    method: 'PATCH',
    headers: {
      authorization: await client.authorization(repository),
      'content-type': 'application/octet-stream',
      ...(start === undefined ? {} : { 'content-range': `${start}-${end}` }),
    },
    body: bytes,
  })
}

interface ChunkAt {
  readonly repository: string
  readonly location: string
  readonly bytes: Uint8Array
  /** Without it the chunk does not say where it belongs. */
  readonly start?: number
}

async function close(client: ProfileClient, repository: string, location: string, digest: string) {
  return client.send(client.upgraded(location), {
    method: 'PUT',
    headers: { authorization: await client.authorization(repository) },
    query: { digest },
  })
}

/** Sends a blob in two chunks; the answers to both, and to the end. */
async function inTwoChunks(client: ProfileClient, repository: string) {
  client.running.createRepository(repository)
  const opened = await client.openUpload(repository)
  const half = { repository, bytes: layer.subarray(0, 20) }
  const first = await patch(client, { ...half, location: opened, start: 0 })
  const location = client.upgraded(String(first.headers['location']))
  const rest = layer.subarray(20)
  const second = await patch(client, { repository, location, bytes: rest, start: 20 })
  const next = String(second.headers['location'])
  return { first, second, rest, end: await close(client, repository, next, layerDigest) }
}

const brokenChunks: QuirkCheck = {
  says: 'takes a chunk with 201 and loses every later one behind a Range that stays',
  async check(client, repository) {
    const { first, second, end } = await inTwoChunks(client, repository)
    expect([first.status, second.status, end.status]).toEqual([201, 201, 400])
    expect(first.headers['range']).toBe('0-19')
    expect(second.headers['range']).toBe('0-19')
  },
}

const repositoriesFirst: QuirkCheck = {
  says: 'knows no repository that was not created',
  async check(client, repository) {
    const tag = await client.manifest(repository, 'v1', 'HEAD')
    const upload = await client.ask(repository, 'blobs/uploads/', { method: 'POST' })
    expect([tag.status, upload.status]).toEqual([404, 404])
    expect(codeOf(upload)).toBe('NAME_UNKNOWN')
    expect(upload.text).toContain('does not exist in the registry')
  },
}

const mountIsUpload: QuirkCheck = {
  says: 'answers a mount with an upload',
  async check(client, repository) {
    stock(client, repository)
    client.running.createRepository(`${repository}-two`)
    expect((await mount(client, `${repository}-two`, repository)).status).toBe(202)
  },
}

const lateTag: QuirkCheck = {
  says: 'shows the old state at the first look after a push',
  async check(client, repository) {
    await client.push(repository, 'v1', image)
    const looks = [await client.manifest(repository, 'v1'), await client.manifest(repository, 'v1')]
    expect(looks.map(({ status }) => status === 200)).toEqual([false, true])
    await client.push(repository, 'v1', other)
    const digests = [
      digestOf((await client.manifest(repository, 'v1')).bytes),
      digestOf((await client.manifest(repository, 'v1')).bytes),
    ]
    expect(digests).toEqual([image.manifest.digest, other.manifest.digest])
  },
}

async function expectSignedStorage(client: ProfileClient, repository: string, host: string) {
  stock(client, repository)
  const { headers, status } = await client.ask(repository, `blobs/${layerDigest}`)
  expect([302, 307]).toContain(status)
  const location = String(headers['location'])
  expect(new URL(location).host).toBe(host)
  const authorization = await client.authorization(repository)
  const twice = await client.send(location, { headers: { authorization } })
  expect(twice.status).toBe(400)
  expect(twice.text).toContain('Only one auth mechanism allowed')
  expect((await client.send(location)).bytes.equals(layer)).toBe(true)
  expect((await client.send(location)).status).toBe(403)
}

async function refusedTag(client: ProfileClient, repository: string) {
  client.running.createRepository(repository)
  stock(client, repository)
  client.running.freezeTags()
  return client.putManifest(repository, 'v1', image.manifest)
}

/** By id of the profile, then of the quirk. */
export const quirkChecks: Readonly<Record<string, Readonly<Record<string, QuirkCheck>>>> = {
  'docker-hub': {
    Q28: {
      says: 'counts pulls in headers, and HEAD not among them',
      async check(client, repository) {
        stock(client, repository)
        const answers = [
          await client.manifest(repository, 'v1', 'HEAD'),
          await client.manifest(repository, 'v1'),
        ]
        expect(answers.map(({ headers }) => headers['ratelimit-remaining'])).toEqual([
          `${DOCKER_HUB_PULLS};w=21600`,
          `${DOCKER_HUB_PULLS - 1};w=21600`,
        ])
      },
    },
    Q30: {
      says: 'answers 401 for a missing repository and 403 for an immutable tag',
      async check(client, repository) {
        const authorization = await client.authorization(repository, 'pull')
        const headers = { authorization }
        const missing = await client.send(`/v2/${repository}/manifests/v1`, { headers })
        expect(missing.status).toBe(401)
        expect(missing.headers['www-authenticate']).toContain('error="insufficient_scope"')
        expect((await refusedTag(client, repository)).status).toBe(403)
      },
    },
    Q65: {
      says: 'says OCI-Subject and has no referrers API',
      async check(client, repository) {
        await client.push(repository, 'v1', image)
        const pushed = await client.push(repository, 'signature', buildImage({ subject: image }))
        expect(pushed.headers['oci-subject']).toBe(image.manifest.digest)
        const asked = await client.ask(repository, `referrers/${image.manifest.digest}`)
        expect(asked.status).toBe(404)
      },
    },
  },
  ghcr: {
    Q11: {
      says: 'refuses large chunks and takes each chunk for the first',
      async check(client, repository) {
        const location = await client.openUpload(repository)
        const bytes = Buffer.alloc(GHCR_CHUNK_LIMIT + 1)
        const large = await patch(client, { repository, location, bytes, start: 0 })
        expect(large.status).toBe(416)
        expect(large.text).toContain('request body is too large')
        expect((await patch(client, { repository, location, bytes })).status).toBe(202)
        const { second, rest, end } = await inTwoChunks(client, repository)
        expect(second.headers['range']).toBe(`0-${rest.length - 1}`)
        expect(end.status).toBe(400)
      },
    },
    Q12: {
      says: 'sends those who ask for referrers to a page of another host',
      async check(client, repository) {
        stock(client, repository)
        const asked = await client.ask(repository, `referrers/${image.manifest.digest}`)
        expect(asked.status).toBe(303)
        const page = await client.send(String(asked.headers['location']))
        expect(page.status).toBe(429)
        expect(page.headers['content-type']).toBe('text/html')
      },
    },
    Q14: {
      says: 'denies a look at a package that is not there',
      async check(client, repository) {
        expect((await client.manifest(repository, 'v1', 'HEAD')).status).toBe(403)
        expect((await client.ask(repository, `blobs/${layerDigest}`)).status).toBe(403)
        expect((await client.putBlob(repository, layer)).status).toBe(201)
      },
    },
  },
  ecr: {
    Q01: brokenChunks,
    Q02: repositoriesFirst,
    Q03: {
      says: 'refuses to push an immutable tag again, even with the same digest',
      async check(client, repository) {
        const { status, text } = await refusedTag(client, repository)
        expect(status).toBe(400)
        expect(text).toContain('cannot be overwritten because the repository is immutable')
      },
    },
    Q04: {
      says: 'wants the children of an index first',
      async check(client, repository) {
        client.running.createRepository(repository)
        const { manifest } = buildMultiPlatform()
        const answer = await client.putManifest(repository, 'v1', manifest)
        expect([answer.status, codeOf(answer)]).toEqual([400, 'MANIFEST_BLOB_UNKNOWN'])
        expect(answer.text).toContain('required for pushing image')
      },
    },
    Q05: {
      says: 'refuses OCI manifests without mediaType',
      async check(client, repository) {
        client.running.createRepository(repository)
        const silent = buildImage({ members: { mediaType: undefined } })
        const answer = await client.push(repository, 'v1', silent)
        expect(codeOf(answer)).toBe('UNSUPPORTED')
        expect(answer.text).toContain('Invalid JSON syntax')
      },
    },
    Q06: mountIsUpload,
    Q07: {
      says: 'sends readers of blobs to a bucket that takes one signature',
      check: async (client, repository) =>
        expectSignedStorage(
          client,
          repository,
          'prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com',
        ),
    },
    Q08: {
      says: 'answers an expired login with 403, and not in JSON',
      async check(client, repository) {
        const login = Buffer.from(`AWS:${ECR_EXPIRED_PASSWORD}`).toString('base64')
        const headers = { authorization: `Basic ${login}` }
        const answer = await client.send(`/v2/${repository}/manifests/v1`, { headers })
        expect(answer.status).toBe(403)
        expect(answer.text).toMatch(/^Your authorization token has expired/)
      },
    },
    Q09: {
      says: 'refuses tags that cannot be, and pages that are too long',
      async check(client, repository) {
        stock(client, repository)
        expect((await client.manifest(repository, '-v1', 'HEAD')).status).toBe(400)
        const pages = [ECR_PAGE_LIMIT, ECR_PAGE_LIMIT + 1].map(async (n) =>
          client.ask(repository, 'tags/list', { query: { n: String(n) } }),
        )
        expect((await Promise.all(pages)).map(({ status }) => status)).toEqual([200, 400])
      },
    },
  },
  'ecr-public': {
    Q01: brokenChunks,
    Q02: repositoriesFirst,
    Q06: mountIsUpload,
    Q10: {
      says: 'answers 400 to Basic credentials and to a token that is over',
      async check(client, repository) {
        stock(client, repository)
        const url = `/v2/${repository}/manifests/v1`
        const authorization = await client.authorization(repository)
        expect((await client.send(url, { headers: { authorization } })).status).toBe(200)
        client.running.expireTokens()
        for (const header of [authorization, client.basic]) {
          const answer = await client.send(url, { headers: { authorization: header } })
          expect([answer.status, codeOf(answer)]).toEqual([400, 'DENIED'])
          expect(answer.headers['www-authenticate']).toBeUndefined()
        }
      },
    },
  },
  'artifact-registry': {
    Q15: {
      says: 'takes no chunks',
      async check(client, repository) {
        const location = await client.openUpload(repository)
        const chunk = await patch(client, { repository, location, bytes: layer, start: 0 })
        expect([chunk.status, codeOf(chunk)]).toEqual([405, 'UNSUPPORTED'])
        expect((await client.putBlob(repository, layer)).status).toBe(201)
      },
    },
    Q16: {
      says: 'mounts without a source, and challenges no token that is over',
      async check(client, repository) {
        stock(client, repository)
        const two = `${repository}-two`
        const scope = `repository:${repository}:pull`
        const authorization = await client.authorization(two, 'pull,push', scope)
        const headers = { authorization }
        const query = { mount: layerDigest }
        const mounted = await client.send(`/v2/${two}/blobs/uploads/`, {
          method: 'POST',
          headers,
          query,
        })
        expect(mounted.status).toBe(201)
        client.running.expireTokens()
        const answer = await client.send(`/v2/${repository}/manifests/v1`, { headers })
        expect(answer.status).toBe(401)
        expect(answer.headers['www-authenticate']).toBeUndefined()
      },
    },
  },
  acr: {
    Q17: {
      says: 'refuses bodies whose length is not announced',
      async check(client, repository) {
        const location = await client.openUpload(repository)
        const authorization = await client.authorization(repository)
        const body = (async function* () {
          await Promise.resolve()
          yield layer
        })()
        const answer = await client.send(location, {
          method: 'PATCH',
          headers: { authorization },
          body,
        })
        expect([answer.status, codeOf(answer)]).toEqual([400, 'CONTENT_LENGTH_INVALID'])
      },
    },
    Q19: {
      says: 'ends a session at its first refused chunk, and keeps blobs at another host',
      async check(client, repository) {
        const location = await client.openUpload(repository)
        const chunk = { repository, location, bytes: layer }
        expect((await patch(client, { ...chunk, start: 7 })).status).toBe(416)
        const again = await patch(client, { ...chunk, start: 0 })
        expect([again.status, codeOf(again)]).toEqual([404, 'BLOB_UPLOAD_INVALID'])
        await expectSignedStorage(client, repository, 'acme.westeurope.data.azurecr.io')
      },
    },
    Q71: {
      says: 'refuses looks for referrers beyond some in a while',
      async check(client, repository) {
        stock(client, repository)
        const headers = { authorization: await client.authorization(repository) }
        const path = `/v2/${repository}/referrers/${image.manifest.digest}`
        const asked = Array.from({ length: ACR_LOOKUPS + 1 }, async () =>
          client.send(path, { headers }),
        )
        const answers = await Promise.all(asked)
        const refused = answers.filter(({ status }) => status === 429)
        expect(refused.map((answer) => answer.headers['retry-after'])).toEqual(['1'])
      },
    },
  },
  quay: {
    Q20: {
      says: 'mounts with a source only',
      async check(client, repository) {
        stock(client, repository)
        const without = await mount(client, `${repository}-two`, undefined)
        expect([without.status, codeOf(without)]).toEqual([400, 'INVALID_REQUEST'])
      },
    },
    Q21: {
      says: "refuses Docker's images in OCI's indexes",
      async check(client, repository) {
        const docker = buildImage({ format: 'docker' })
        const mixed = await client.push(repository, 'v1', buildIndex({ children: [docker] }))
        expect([mixed.status, codeOf(mixed)]).toEqual([400, 'MANIFEST_INVALID'])
        expect((await client.push(repository, 'v1', buildMultiPlatform())).status).toBe(201)
      },
    },
    Q22: {
      says: 'converts what was not asked for, and never lets an upload be cancelled',
      async check(client, repository) {
        stock(client, repository)
        const headers = { accept: 'application/vnd.docker.distribution.manifest.v2+json' }
        const old = await client.ask(repository, 'manifests/v1', { headers })
        expect(old.headers['content-type']).toMatch(/manifest\.v1\+prettyjws$/)
        const location = await client.openUpload(repository)
        const authorization = await client.authorization(repository, 'pull,push,delete')
        const cancelled = await client.send(location, {
          method: 'DELETE',
          headers: { authorization },
        })
        expect(cancelled.status).toBe(401)
      },
    },
    Q23: {
      says: 'answers 400 when asked for the referrers of what it does not have',
      async check(client, repository) {
        stock(client, repository)
        const known = await client.ask(repository, `referrers/${image.manifest.digest}`)
        const unknown = await client.ask(repository, `referrers/${other.manifest.digest}`)
        expect([known.status, unknown.status]).toEqual([200, 400])
      },
    },
  },
  harbor: {
    Q24: {
      says: 'refuses mounts from what is not there',
      async check(client, repository) {
        stock(client, repository)
        const projects = await mount(client, repository, 'strangers/app')
        const repositories = await mount(client, repository, 'acme/nothing')
        expect([projects.status, repositories.status]).toEqual([401, 403])
      },
    },
    Q25: {
      says: 'answers 412 for an immutable tag',
      async check(client, repository) {
        const answer = await refusedTag(client, repository)
        expect([answer.status, codeOf(answer)]).toEqual([412, 'PRECONDITION'])
      },
    },
    Q26: {
      says: 'has codes of its own, and no tokens for a POST',
      async check(client, repository) {
        const missing = await client.manifest(repository, 'v1')
        expect([missing.status, codeOf(missing)]).toEqual([404, 'NOT_FOUND'])
        const body = new URLSearchParams({ grant_type: 'password' }).toString()
        const headers = { 'content-type': 'application/x-www-form-urlencoded' }
        const posted = await client.send('/service/token', { method: 'POST', headers, body })
        expect(posted.status).toBe(405)
      },
    },
    Q52: {
      says: 'keeps blobs at a sub-domain of its own, where Authorization breaks the signature',
      check: async (client, repository) =>
        expectSignedStorage(client, repository, 's3.harbor.example'),
    },
    Q61: {
      says: 'answers 401 without a challenge when asked for referrers',
      async check(client, repository) {
        stock(client, repository)
        const path = `referrers/${image.manifest.digest}`
        const stranger = await client.send(`/v2/${repository}/${path}`)
        expect([stranger.status, typeof stranger.headers['www-authenticate']]).toEqual([
          401,
          'string',
        ])
        const known = await client.ask(repository, path)
        expect([known.status, known.headers['www-authenticate']]).toEqual([401, undefined])
      },
    },
  },
  gitlab: {
    Q27: {
      says: 'wants the subject of a manifest first',
      async check(client, repository) {
        const signature = buildImage({ subject: image })
        const early = await client.push(repository, 'signature', signature)
        expect([early.status, codeOf(early)]).toEqual([404, 'MANIFEST_BLOB_UNKNOWN'])
        await client.push(repository, 'v1', image)
        expect((await client.push(repository, 'signature', signature)).status).toBe(201)
      },
    },
    Q62: {
      says: 'has no referrers API, and shows an image under the tag of its digest',
      async check(client, repository) {
        stock(client, repository)
        const { digest } = image.manifest
        expect((await client.ask(repository, `referrers/${digest}`)).status).toBe(404)
        const shown = await client.manifest(repository, digest.replace(':', '-'))
        expect([shown.status, digestOf(shown.bytes)]).toEqual([200, digest])
        await client.push(repository, digest.replace(':', '-'), other)
        const pushed = await client.manifest(repository, digest.replace(':', '-'))
        expect(digestOf(pushed.bytes)).toBe(other.manifest.digest)
      },
    },
  },
  artifactory: {
    Q31: {
      says: 'answers 403 for a missing tag',
      async check(client, repository) {
        stock(client, repository)
        const fallback = image.manifest.digest.replace(':', '-')
        for (const tag of ['v2', fallback, `${fallback}.sig`]) {
          expect((await client.manifest(repository, tag, 'HEAD')).status).toBe(403)
        }
      },
    },
    Q49: {
      says: 'answers a pushed manifest with 200',
      async check(client, repository) {
        expect((await client.push(repository, 'v1', image)).status).toBe(200)
      },
    },
    Q51: {
      says: 'writes the port that goes without saying into Location',
      async check(client, repository) {
        const upload = await client.ask(repository, 'blobs/uploads/', { method: 'POST' })
        expect(upload.headers['location']).toMatch(/^https:\/\/acme\.jfrog\.io:443\/v2\//)
      },
    },
    Q58: lateTag,
  },
  nexus: {
    Q33: {
      says: 'does not know a blob at once, and tells no digest',
      async check(client, repository) {
        for (const bytes of image.blobs.values()) await client.putBlob(repository, bytes)
        const early = await client.putManifest(repository, image.manifest.digest, image.manifest)
        expect([early.status, codeOf(early)]).toEqual([400, 'MANIFEST_BLOB_UNKNOWN'])
        const late = await client.putManifest(repository, image.manifest.digest, image.manifest)
        expect(late.status).toBe(201)
        const { headers } = await client.manifest(repository, image.manifest.digest)
        expect(headers['docker-content-digest']).toBeUndefined()
        expect(headers['content-type']).toBe(`${ociManifest};charset=utf-8`)
      },
    },
    Q34: {
      says: 'writes its scheme in capitals',
      async check(client) {
        const { headers } = await client.send('/v2/')
        expect(headers['www-authenticate']).toMatch(/^BASIC /)
      },
    },
    Q56: {
      says: 'answers GET where it does not answer HEAD',
      async check(client, repository) {
        stock(client, repository)
        expect((await client.manifest(repository, 'v1', 'HEAD')).status).toBe(405)
        expect((await client.manifest(repository, 'v1')).status).toBe(200)
      },
    },
    Q58: lateTag,
  },
  gitea: {
    Q35: {
      says: 'is stricter with names, digests and chunks, and plainer in its errors',
      async check(client, repository) {
        const missing = await client.manifest(repository, 'v1')
        expect(missing.status).toBe(404)
        expect(missing.headers['content-type']).toMatch(/^text\/plain/)
        const strange = await client.ask('acme/app--two', 'blobs/uploads/', { method: 'POST' })
        expect([strange.status, codeOf(strange)]).toEqual([400, 'NAME_INVALID'])
        const location = await client.openUpload(repository)
        const sha512 = await close(client, repository, location, digestOf(layer, 'sha512'))
        expect([sha512.status, codeOf(sha512)]).toEqual([400, 'DIGEST_INVALID'])
        const chunk = { repository, location }
        const none = await patch(client, { ...chunk, bytes: Buffer.alloc(0) })
        expect(none.headers['range']).toBe('0--1')
        expect((await patch(client, { ...chunk, bytes: layer })).status).toBe(202)
        expect((await patch(client, { ...chunk, bytes: layer })).status).toBe(400)
        const start = layer.length
        expect((await patch(client, { ...chunk, bytes: layer, start })).status).toBe(202)
      },
    },
  },
  zot: {
    Q36: {
      says: 'refuses a source without a mount, untyped posts, and manifests without their blobs',
      async check(client, repository) {
        const uploads = { method: 'POST', query: { from: 'acme/other' } }
        expect((await client.ask(repository, 'blobs/uploads/', uploads)).status).toBe(405)
        const post = { method: 'POST', query: { digest: layerDigest }, body: layer }
        expect((await client.ask(repository, 'blobs/uploads/', post)).status).toBe(415)
        const empty = await client.putManifest(repository, 'v1', image.manifest)
        expect([empty.status, codeOf(empty)]).toEqual([400, 'MANIFEST_INVALID'])
        stock(client, repository)
        expect((await mount(client, 'acme/two', 'acme/wrong')).status).toBe(201)
      },
    },
    Q37: {
      says: 'reports 0-0 of an empty session, and the size to who asks beyond it',
      async check(client, repository) {
        stock(client, repository)
        const upload = await client.ask(repository, 'blobs/uploads/', { method: 'POST' })
        expect(upload.headers['range']).toBe('0-0')
        const headers = { range: `bytes=${layer.length}-` }
        const beyond = await client.ask(repository, `blobs/${layerDigest}`, { headers })
        expect(beyond.status).toBe(416)
        expect(beyond.headers['content-range']).toBe(`bytes */${layer.length}`)
      },
    },
  },
  cloudflare: {
    Q45: {
      says: 'stops large bodies with a page',
      async check(client, repository) {
        expect((await client.putBlob(repository, Buffer.alloc(CLOUDFLARE_BODY_LIMIT))).status).toBe(
          201,
        )
        const large = await client.putBlob(repository, Buffer.alloc(CLOUDFLARE_BODY_LIMIT + 1))
        expect(large.status).toBe(413)
        expect(large.headers['content-type']).toBe('text/html')
      },
    },
    Q46: {
      says: 'announces the sizes of chunks, bares the URL of the next page, and types no manifest',
      async check(client, repository) {
        const { headers } = await client.ask(repository, 'blobs/uploads/', { method: 'POST' })
        expect(headers['oci-chunk-min-length']).toBe(String(CLOUDFLARE_CHUNK_MINIMUM))
        expect(headers['oci-chunk-max-length']).toBe(String(CLOUDFLARE_BODY_LIMIT))
        stock(client, repository)
        client.running.registry.store.putTag(repository, 'v2', image.manifest.digest)
        const tags = await client.ask(repository, 'tags/list', { query: { n: '1' } })
        expect(tags.headers['link']).toMatch(/^\/v2\/[^<>]*; rel="next"$/)
        for (const method of ['GET', 'HEAD']) {
          const { status, headers: told } = await client.manifest(repository, 'v1', method)
          expect([status, told['content-type']]).toEqual([200, undefined])
        }
      },
    },
  },
  distribution: {
    Q38: {
      says: 'wants the query of its Location back as it was',
      async check(client, repository) {
        const location = new URL(await client.openUpload(repository))
        expect(location.search).toMatch(/^\?_state=/)
        const bare = await close(client, repository, location.pathname, layerDigest)
        expect(bare.status).toBe(404)
      },
    },
    Q39: {
      says: 'writes Location in plain text behind a TLS proxy',
      async check(client, repository) {
        const { headers } = await client.ask(repository, 'blobs/uploads/', { method: 'POST' })
        expect(headers['location']).toMatch(/^http:\/\/registry\.example\/v2\//)
      },
    },
    Q40: {
      says: 'challenges a mount whose token does not hold the source',
      async check(client, repository) {
        stock(client, repository)
        const refused = await mount(client, 'acme/two', repository)
        expect(refused.status).toBe(401)
        expect(bearerOf(refused.headers['www-authenticate'])).toContain(
          `scope="repository:acme/two:pull,push repository:${repository}:pull"`,
        )
      },
    },
    Q41: {
      says: 'refuses layers that have URLs',
      async check(client, repository) {
        const document = JSON.parse(image.manifest.bytes.toString()) as { layers: object[] }
        const layers = document.layers.map((one) => ({ ...one, urls: ['https://layers.example/'] }))
        const bytes = Buffer.from(JSON.stringify({ ...document, layers }))
        const answer = await client.putManifest(repository, 'v1', { bytes, mediaType: ociManifest })
        expect([answer.status, codeOf(answer)]).toEqual([400, 'MANIFEST_INVALID'])
      },
    },
    Q55: {
      says: 'has null for the tags of a repository without any',
      async check(client, repository) {
        client.running.registry.store.createRepository(repository)
        const { text } = await client.ask(repository, 'tags/list')
        expect(JSON.parse(text)).toEqual({ name: repository, tags: null })
      },
    },
  },
}
