import { afterEach, describe, expect, test } from '@jest/globals'
import { digestOf } from '../../testkit/registry/content.ts'
import {
  buildArtifact,
  buildImage,
  buildIndex,
  type BuiltImage,
} from '../../testkit/image/image.ts'
import { dockerManifest, ociIndex, ociManifest } from '../../testkit/registry/media-types.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { TestRegistry, type RegistryOptions } from '../../testkit/registry/registry.ts'

const open: TestRegistry[] = []

async function start(options: RegistryOptions = {}) {
  const registry = await TestRegistry.start(options)
  open.push(registry)
  return registry
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((registry) => registry.close()))
})

async function errorsOf(response: Response) {
  const body = (await response.json()) as { errors: { code: string; detail?: unknown }[] }
  return body.errors
}

async function putManifest(registry: TestRegistry, reference: string, image: BuiltImage) {
  return fetch(`${registry.url}/v2/acme/app/manifests/${reference}`, {
    method: 'PUT',
    headers: { 'content-type': image.manifest.mediaType },
    body: new Uint8Array(image.manifest.bytes),
  })
}

async function withReferrers(options: RegistryOptions = {}) {
  const registry = await start(options)
  const subject = buildImage()
  const annotations = { kind: 'signature' }
  const signature = buildArtifact({ artifactType: 'application/x-sig', subject, annotations })
  const sbom = buildArtifact({ artifactType: 'application/x-sbom', subject })
  for (const image of [subject, signature, sbom]) {
    pushTo(registry.store, 'acme/app', undefined, image)
  }
  const url = `${registry.url}/v2/acme/app/referrers/${subject.manifest.digest}`
  return { registry, subject, signature, sbom, url }
}

describe('manifests', () => {
  test('come by tag and by digest, byte for byte', async () => {
    const registry = await start()
    const image = buildImage()
    pushTo(registry.store, 'acme/app', 'v1', image)
    for (const reference of ['v1', image.manifest.digest]) {
      const response = await fetch(`${registry.url}/v2/acme/app/manifests/${reference}`)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe(ociManifest)
      expect(response.headers.get('docker-content-digest')).toBe(image.manifest.digest)
      expect(Buffer.from(await response.arrayBuffer())).toEqual(image.manifest.bytes)
    }
  })

  test('answer HEAD with the length and without a body', async () => {
    const registry = await start()
    const image = buildImage()
    pushTo(registry.store, 'acme/app', 'v1', image)
    const response = await fetch(`${registry.url}/v2/acme/app/manifests/v1`, { method: 'HEAD' })
    expect(response.headers.get('content-length')).toBe(String(image.manifest.size))
    expect(await response.text()).toBe('')
  })

  test('tell an unknown repository from an unknown tag', async () => {
    const registry = await start()
    pushTo(registry.store, 'acme/app', 'v1', buildImage())
    const codes = await Promise.all(
      ['acme/app', 'acme/other'].map(async (name) => {
        const response = await fetch(`${registry.url}/v2/${name}/manifests/v2`)
        expect(response.status).toBe(404)
        return (await errorsOf(response))[0]?.code
      }),
    )
    expect(codes).toEqual(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN'])
  })

  test('are refused with one error for each blob that is missing', async () => {
    const registry = await start()
    const image = buildImage({ layers: [{ bytes: 'one' }, { bytes: 'two' }] })
    registry.store.putBlob('acme/app', Buffer.from('one'))
    const response = await putManifest(registry, 'v1', image)
    expect(response.status).toBe(400)
    expect(await errorsOf(response)).toMatchObject([
      { code: 'MANIFEST_BLOB_UNKNOWN', detail: { digest: image.config?.digest } },
      { code: 'MANIFEST_BLOB_UNKNOWN', detail: { digest: digestOf(Buffer.from('two')) } },
    ])
    expect(registry.store.completedManifests()).toEqual([])
  })

  test('of an index are refused until their children are there', async () => {
    const registry = await start()
    const index = buildMultiPlatform()
    const refused = await putManifest(registry, 'v1', index)
    expect(await errorsOf(refused)).toHaveLength(2)
    for (const child of index.children) pushTo(registry.store, 'acme/app', undefined, child)
    expect((await putManifest(registry, 'v1', index)).status).toBe(201)
    expect(registry.store.tagWrites()).toEqual([
      { kind: 'tag', repository: 'acme/app', tag: 'v1', digest: index.manifest.digest },
    ])
  })

  test('are refused where a descriptor lies about the size', async () => {
    const registry = await start()
    const image = buildImage({ layers: [{ bytes: 'layer' }] })
    pushTo(registry.store, 'acme/app', undefined, image)
    const text = image.manifest.bytes.toString().replace('"size":5', '"size":6')
    const response = await putManifest(registry, 'v1', {
      ...image,
      manifest: { ...image.manifest, bytes: Buffer.from(text) },
    })
    expect((await errorsOf(response))[0]?.code).toBe('MANIFEST_INVALID')
  })

  test('are refused under a digest that is not theirs', async () => {
    const registry = await start()
    const image = buildImage()
    pushTo(registry.store, 'acme/app', undefined, image)
    const response = await putManifest(registry, digestOf(Buffer.from('other')), image)
    expect(response.status).toBe(400)
    expect((await errorsOf(response))[0]?.code).toBe('DIGEST_INVALID')
  })

  test('are refused where Content-Type and mediaType differ', async () => {
    const registry = await start()
    const image = buildImage()
    pushTo(registry.store, 'acme/app', undefined, image)
    const manifest = { ...image.manifest, mediaType: dockerManifest }
    const response = await putManifest(registry, 'v1', { ...image, manifest })
    expect((await errorsOf(response))[0]?.code).toBe('MANIFEST_INVALID')
  })

  test.each([
    [
      'a layer without a size',
      { layers: [{ mediaType: 'a/b', digest: digestOf(Buffer.from('')) }] },
    ],
    ['a malformed digest', { layers: [{ mediaType: 'a/b', digest: 'sha256:beef', size: 4 }] }],
    ['members of an index', { manifests: [] }],
    ['another schema version', { schemaVersion: 1 }],
    ['a malformed subject', { subject: {} }],
  ])('with %s are refused', async (_what, members) => {
    const registry = await start()
    const image = buildImage({ members })
    pushTo(registry.store, 'acme/app', undefined, image)
    const response = await putManifest(registry, 'v1', image)
    expect(response.status).toBe(400)
    expect((await errorsOf(response))[0]?.code).toBe('MANIFEST_INVALID')
  })

  test('are refused under a malformed tag', async () => {
    const registry = await start()
    const image = buildImage()
    pushTo(registry.store, 'acme/app', undefined, image)
    expect((await putManifest(registry, '-v1', image)).status).toBe(400)
    expect((await putManifest(registry, 'v'.repeat(129), image)).status).toBe(400)
    expect((await putManifest(registry, 'v'.repeat(128), image)).status).toBe(201)
  })

  test('of an unlisted type are refused', async () => {
    const registry = await start({ manifestTypes: [ociManifest] })
    const response = await putManifest(registry, 'v1', buildIndex({ children: [] }))
    expect(response.status).toBe(415)
  })

  test('above the limit are refused', async () => {
    const registry = await start({ manifestLimit: 300 })
    const response = await putManifest(registry, 'v1', buildImage())
    expect(response.status).toBe(413)
    expect((await errorsOf(response))[0]?.code).toBe('SIZE_INVALID')
  })

  test('stay hidden from a client that does not accept them, where the registry negotiates', async () => {
    const registry = await start({ negotiate: true })
    pushTo(registry.store, 'acme/app', 'v1', buildMultiPlatform())
    const url = `${registry.url}/v2/acme/app/manifests/v1`
    const statuses = await Promise.all(
      [ociManifest, `${ociManifest}, ${ociIndex};q=0.5`, '*/*'].map(
        async (accept) => (await fetch(url, { headers: { accept } })).status,
      ),
    )
    expect(statuses).toEqual([404, 200, 200])
  })

  test('go when they are deleted, tags included', async () => {
    const registry = await start()
    const image = buildImage()
    pushTo(registry.store, 'acme/app', 'v1', image)
    const url = `${registry.url}/v2/acme/app/manifests`
    expect((await fetch(`${url}/${image.manifest.digest}`, { method: 'DELETE' })).status).toBe(202)
    expect((await fetch(`${url}/v1`)).status).toBe(404)
    expect(registry.store.tags('acme/app')).toEqual([])
  })

  test('cannot be deleted where that is switched off', async () => {
    const registry = await start({ deleteEnabled: false })
    pushTo(registry.store, 'acme/app', 'v1', buildImage())
    const url = `${registry.url}/v2/acme/app/manifests/v1`
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(405)
    expect((await fetch(url)).status).toBe(200)
  })

  test('need a repository that exists, where pushing does not make one', async () => {
    const registry = await start({ createRepositories: false })
    const image = buildImage()
    expect((await errorsOf(await putManifest(registry, 'v1', image)))[0]?.code).toBe('NAME_UNKNOWN')
  })
})

describe('blobs', () => {
  const bytes = Buffer.from('0123456789')
  const digest = digestOf(bytes)

  async function blobUrl(options: RegistryOptions = {}) {
    const registry = await start(options)
    registry.store.putBlob('acme/app', bytes)
    return `${registry.url}/v2/acme/app/blobs/${digest}`
  }

  test.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=5-99', '56789', 'bytes 5-9/10'],
  ])('come in part for Range: %s', async (range, text, contentRange) => {
    const response = await fetch(await blobUrl(), { headers: { range } })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(contentRange)
    expect(await response.text()).toBe(text)
  })

  test('answer 416 to a range behind the end', async () => {
    const response = await fetch(await blobUrl(), { headers: { range: 'bytes=10-' } })
    expect(response.status).toBe(416)
    expect(response.headers.get('content-range')).toBe('bytes */10')
  })

  test('come whole where ranges are switched off', async () => {
    const url = await blobUrl({ ranges: false })
    const response = await fetch(url, { headers: { range: 'bytes=2-4' } })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('0123456789')
  })

  test('are made no faster than the client takes them', async () => {
    const registry = await start()
    const piece = new Uint8Array(1024 * 1024)
    const pieces = 64
    let made = 0
    const source = {
      digest,
      size: pieces * piece.length,
      *read() {
        for (made = 0; made < pieces; made += 1) yield piece
      },
    }
    registry.store.putBlob('acme/app', source)
    const response = await fetch(`${registry.url}/v2/acme/app/blobs/${digest}`)
    expect(made).toBeLessThan(pieces)
    expect((await response.arrayBuffer()).byteLength).toBe(source.size)
    expect(made).toBe(pieces)
  })

  test('of a malformed digest are a mistake of the client', async () => {
    const registry = await start()
    const response = await fetch(`${registry.url}/v2/acme/app/blobs/sha256:beef`)
    expect(response.status).toBe(400)
    expect((await errorsOf(response))[0]?.code).toBe('DIGEST_INVALID')
  })
})

describe('tags', () => {
  test('are listed in pages that name the next one', async () => {
    const registry = await start()
    const image = buildImage()
    for (const tag of ['c', 'a', 'b']) pushTo(registry.store, 'acme/app', tag, image)
    const first = await fetch(`${registry.url}/v2/acme/app/tags/list?n=2`)
    expect(await first.json()).toEqual({ name: 'acme/app', tags: ['a', 'b'] })
    const next = /<([^>]*)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1]
    const second = await fetch(new URL(next ?? '', registry.url))
    expect(await second.json()).toEqual({ name: 'acme/app', tags: ['c'] })
    expect(second.headers.get('link')).toBeNull()
  })

  test('come in smaller pages than asked for, where the registry says so', async () => {
    const registry = await start({ tagsPageSize: 1 })
    for (const tag of ['a', 'b']) pushTo(registry.store, 'acme/app', tag, buildImage())
    const response = await fetch(`${registry.url}/v2/acme/app/tags/list?n=100`)
    expect(await response.json()).toMatchObject({ tags: ['a'] })
    expect(response.headers.has('link')).toBe(true)
  })
})

describe('referrers', () => {
  test('of a manifest are listed with their types and annotations', async () => {
    const { url, signature, sbom } = await withReferrers()
    const index = (await (await fetch(url)).json()) as { manifests: unknown[] }
    expect(index.manifests).toEqual([
      expect.objectContaining({
        digest: signature.manifest.digest,
        artifactType: 'application/x-sig',
        annotations: { kind: 'signature' },
      }),
      expect.objectContaining({ digest: sbom.manifest.digest, artifactType: 'application/x-sbom' }),
    ])
  })

  test('are filtered by type, and the answer says so', async () => {
    const { url, sbom } = await withReferrers()
    const response = await fetch(`${url}?artifactType=application/x-sbom`)
    expect(response.headers.get('oci-filters-applied')).toBe('artifactType')
    expect(await response.json()).toMatchObject({ manifests: [{ digest: sbom.manifest.digest }] })
  })

  test('come in pages', async () => {
    const { url, registry, sbom } = await withReferrers({ referrersPageSize: 1 })
    const next = /<([^>]*)>/.exec((await fetch(url)).headers.get('link') ?? '')?.[1]
    const second = await fetch(new URL(next ?? '', registry.url))
    expect(await second.json()).toMatchObject({ manifests: [{ digest: sbom.manifest.digest }] })
    expect(second.headers.has('link')).toBe(false)
  })

  test('are announced to who pushes one', async () => {
    const { registry, subject, sbom } = await withReferrers()
    const response = await putManifest(registry, 'sbom', sbom)
    expect(response.headers.get('oci-subject')).toBe(subject.manifest.digest)
  })

  test('do not exist where they are switched off', async () => {
    const { url, registry, sbom } = await withReferrers({ referrers: false })
    expect((await fetch(url)).status).toBe(404)
    expect((await putManifest(registry, 'sbom', sbom)).headers.has('oci-subject')).toBe(false)
  })
})

describe('the record of requests', () => {
  test('holds what was sent and what came of it', async () => {
    const registry = await start()
    await fetch(`${registry.url}/v2/acme%2Fapp/blobs/uploads/?a=b`, {
      method: 'POST',
      headers: { 'x-test': 'yes' },
    })
    await fetch(`${registry.url}/v2/`)
    expect(registry.requests).toMatchObject([
      {
        order: 1,
        method: 'POST',
        path: '/v2/acme%2Fapp/blobs/uploads/',
        query: 'a=b',
        status: 202,
      },
      { order: 2, method: 'GET', path: '/v2/', query: '', status: 200, aborted: false },
    ])
    expect(registry.requests[0]?.headers['x-test']).toBe('yes')
    expect(registry.count('GET')).toBe(1)
    expect(registry.count(undefined, /uploads/)).toBe(1)
    registry.clearRequests()
    expect(registry.count()).toBe(0)
  })

  test('counts the bytes of a body', async () => {
    const registry = await start()
    const digest = digestOf(Buffer.alloc(100_000))
    await fetch(`${registry.url}/v2/acme/app/blobs/uploads/?digest=${digest}`, {
      method: 'POST',
      body: new Uint8Array(100_000),
    })
    expect(registry.requests[0]?.bodyBytes).toBe(100_000)
  })

  test('knows how many requests were open at one time', async () => {
    const registry = await start()
    const hold = registry.hold({ path: '/v2/' })
    const requests = [1, 2, 3].map(() => fetch(`${registry.url}/v2/`))
    await hold.arrived(3)
    hold.release()
    await Promise.all(requests)
    await fetch(`${registry.url}/v2/`)
    expect(registry.peakRequests).toBe(3)
  })

  test('tells which request was over before another one came', async () => {
    const registry = await start()
    await fetch(`${registry.url}/v2/`)
    await fetch(`${registry.url}/v2/`)
    const [first, second] = registry.requests
    expect(first?.endedAt).toBeLessThan(second?.startedAt ?? 0)
  })
})

test('a closed registry is gone, whatever was going on', async () => {
  const registry = await start()
  const hold = registry.hold({})
  const pending = fetch(`${registry.url}/v2/`)
  await hold.arrived()
  const { url } = registry
  await Promise.all([expect(pending).rejects.toThrow('fetch failed'), registry.close()])
  await expect(fetch(`${url}/v2/`)).rejects.toThrow('fetch failed')
})

test('two registries can share one store', async () => {
  const first = await start()
  const second = await start({ store: first.store })
  pushTo(first.store, 'acme/app', 'v1', buildImage())
  expect((await fetch(`${second.url}/v2/acme/app/manifests/v1`)).status).toBe(200)
})

test('names that break the grammar are refused', async () => {
  const registry = await start()
  const long = await fetch(`${registry.url}/v2/${'a/'.repeat(127)}ab/tags/list`)
  expect((await errorsOf(long))[0]?.code).toBe('NAME_INVALID')
  const response = await fetch(`${registry.url}/v2/Acme/app/tags/list`)
  expect(response.status).toBe(400)
  expect((await errorsOf(response))[0]?.code).toBe('NAME_INVALID')
})
