import { afterEach, describe, expect, test } from '@jest/globals'
import { digestOf, syntheticBlob } from '../../testkit/registry/content.ts'
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

const bytes = Buffer.from('0123456789')
const digest = digestOf(bytes)

async function post(registry: TestRegistry, query = '', body?: Uint8Array<ArrayBuffer>) {
  const url = `${registry.url}/v2/acme/app/blobs/uploads/${query}`
  return fetch(url, { method: 'POST', ...(body === undefined ? {} : { body }) })
}

async function begin(registry: TestRegistry) {
  const response = await post(registry)
  expect(response.status).toBe(202)
  return locationOf(registry, response)
}

function locationOf(registry: TestRegistry, response: Response) {
  return new URL(response.headers.get('location') ?? '', registry.url).href
}

async function patch(url: string, text: string, contentRange?: string) {
  return fetch(url, {
    method: 'PATCH',
    headers: contentRange === undefined ? {} : { 'content-range': contentRange },
    body: text,
  })
}

async function codeOf(response: Response) {
  const body = (await response.json()) as { errors: { code: string }[] }
  return body.errors[0]?.code
}

describe('an upload', () => {
  test('takes the whole blob in one PUT', async () => {
    const registry = await start()
    const url = await begin(registry)
    const response = await fetch(`${url}&digest=${digest}`, { method: 'PUT', body: bytes })
    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe(`/v2/acme/app/blobs/${digest}`)
    expect(registry.store.blob('acme/app', digest)?.size).toBe(10)
    expect(registry.store.uploads.size).toBe(0)
    expect(registry.store.completedBlobs('acme/app')).toEqual([digest])
  })

  test('takes the whole blob in one POST', async () => {
    const registry = await start()
    expect((await post(registry, `?digest=${digest}`, bytes)).status).toBe(201)
    expect(registry.store.completedBlobs()).toEqual([digest])
  })

  test('is opened by such a POST where that is switched off', async () => {
    const registry = await start({ singlePost: false })
    expect((await post(registry, `?digest=${digest}`, bytes)).status).toBe(202)
    expect(registry.store.completedBlobs()).toEqual([])
  })

  test('takes chunks in order', async () => {
    const registry = await start()
    const first = await patch(await begin(registry), '0123', '0-3')
    expect(first.status).toBe(202)
    expect(first.headers.get('range')).toBe('0-3')
    const second = await patch(locationOf(registry, first), '45', '4-5')
    const last = locationOf(registry, second)
    const response = await fetch(`${last}&digest=${digest}`, {
      method: 'PUT',
      headers: { 'content-range': '6-9' },
      body: '6789',
    })
    expect(response.status).toBe(201)
  })

  test.each(['1-4', '5-8', '0-3'])(
    'refuses chunk %s after 0-3, and says what it has',
    async (range) => {
      const registry = await start()
      const first = await patch(await begin(registry), '0123', '0-3')
      const refused = await patch(locationOf(registry, first), '4567', range)
      expect(refused.status).toBe(416)
      const state = await fetch(locationOf(registry, refused))
      expect(state.status).toBe(204)
      expect(state.headers.get('range')).toBe('0-3')
    },
  )

  test.each(['bytes 0-3', '0-3/10', 'bytes=0-3', '-3'])(
    'refuses Content-Range %j',
    async (contentRange) => {
      const registry = await start()
      expect((await patch(await begin(registry), '0123', contentRange)).status).toBe(400)
    },
  )

  test('is refused, and over, when the bytes are not those of the digest', async () => {
    const registry = await start()
    const url = await begin(registry)
    const response = await fetch(`${url}&digest=${digest}`, { method: 'PUT', body: 'other' })
    expect(response.status).toBe(400)
    expect(await codeOf(response)).toBe('DIGEST_INVALID')
    expect(registry.store.completedBlobs()).toEqual([])
    expect(registry.store.eventsOf('upload-refused')).toHaveLength(1)
    expect((await fetch(url)).status).toBe(404)
  })

  test('announces its smallest chunk, and refuses to go on after a smaller one', async () => {
    const registry = await start({ chunkMinLength: 4 })
    const begun = await post(registry)
    expect(begun.headers.get('oci-chunk-min-length')).toBe('4')
    const first = await patch(locationOf(registry, begun), '012', '0-2')
    expect(first.status).toBe(202)
    const second = await patch(locationOf(registry, first), '3456', '3-6')
    expect(await codeOf(second)).toBe('BLOB_UPLOAD_INVALID')
  })

  test('lets the last chunk be smaller', async () => {
    const registry = await start({ chunkMinLength: 4 })
    const first = await patch(await begin(registry), '01234567', '0-7')
    const second = await patch(locationOf(registry, first), '89', '8-9')
    const url = `${locationOf(registry, second)}&digest=${digest}`
    expect((await fetch(url, { method: 'PUT' })).status).toBe(201)
  })

  test('can be cancelled', async () => {
    const registry = await start()
    const url = await begin(registry)
    expect(registry.store.uploads.size).toBe(1)
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
    expect(registry.store.uploads.size).toBe(0)
    expect(registry.store.eventsOf('upload-cancelled')).toHaveLength(1)
  })

  test('does not know a Location whose query was rewritten', async () => {
    const registry = await start()
    const url = new URL(await begin(registry))
    url.searchParams.append('digest', digest)
    const response = await fetch(url, { method: 'PUT', body: bytes })
    expect(await codeOf(response)).toBe('BLOB_UPLOAD_INVALID')
  })

  test('keeps sha512', async () => {
    const registry = await start()
    const long = digestOf(bytes, 'sha512')
    const url = await begin(registry)
    await patch(url, '01234')
    const response = await fetch(`${url}&digest=${long}`, { method: 'PUT', body: '56789' })
    expect(response.status).toBe(201)
    expect((await fetch(`${registry.url}/v2/acme/app/blobs/${long}`)).status).toBe(200)
  })

  test('with the wrong sha512 is refused', async () => {
    const registry = await start()
    const url = await begin(registry)
    await patch(url, '01234')
    const long = digestOf(bytes, 'sha512')
    const response = await fetch(`${url}&digest=${long}`, { method: 'PUT', body: 'other' })
    expect(await codeOf(response)).toBe('DIGEST_INVALID')
  })

  test('of no bytes at all is a blob too', async () => {
    const registry = await start()
    const empty = digestOf(Buffer.alloc(0))
    const url = await begin(registry)
    expect((await fetch(`${url}&digest=${empty}`, { method: 'PUT' })).status).toBe(201)
    const response = await fetch(`${registry.url}/v2/acme/app/blobs/${empty}`)
    expect(response.headers.get('content-length')).toBe('0')
  })
})

describe('discarded blobs', () => {
  test('are checked and counted, and their bytes are gone', async () => {
    const registry = await start({ discardBlobs: true })
    const layer = syntheticBlob(3_000_000, 'layer')
    const url = await begin(registry)
    const body = Buffer.concat([...layer.read()])
    const put = await fetch(`${url}&digest=${layer.digest}`, { method: 'PUT', body })
    expect(put.status).toBe(201)
    const blob = `${registry.url}/v2/acme/app/blobs/${layer.digest}`
    const head = await fetch(blob, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe('3000000')
    expect(await (await fetch(blob)).text()).toContain('were discarded')
  })

  test('are still refused when they are wrong', async () => {
    const registry = await start({ discardBlobs: true })
    const url = await begin(registry)
    const put = await fetch(`${url}&digest=${digest}`, { method: 'PUT', body: 'other' })
    expect(put.status).toBe(400)
  })
})

describe('a mount', () => {
  test('takes the blob over without moving a byte', async () => {
    const registry = await start()
    registry.store.putBlob('acme/base', bytes)
    const response = await post(registry, `?mount=${digest}&from=acme%2Fbase`)
    expect(response.status).toBe(201)
    expect(registry.store.blob('acme/app', digest)?.size).toBe(10)
    expect(registry.store.eventsOf('blob')).toMatchObject([{ how: 'mount', digest }])
  })

  test.each<[string, RegistryOptions, string]>([
    ['of an unknown blob', {}, `?mount=${digest}&from=acme/empty`],
    ['where mounts are switched off', { mount: false }, `?mount=${digest}&from=acme/base`],
    ['without a source', {}, `?mount=${digest}`],
  ])('%s opens an upload instead', async (_what, options, query) => {
    const registry = await start(options)
    registry.store.putBlob('acme/base', bytes)
    const response = await post(registry, query)
    expect(response.status).toBe(202)
    expect(registry.store.uploads.size).toBe(1)
    const put = await fetch(`${locationOf(registry, response)}&digest=${digest}`, {
      method: 'PUT',
      body: bytes,
    })
    expect(put.status).toBe(201)
  })

  test('without a source finds the blob where the registry looks for it', async () => {
    const registry = await start({ mountDiscovery: true })
    registry.store.putBlob('acme/base', bytes)
    expect((await post(registry, `?mount=${digest}`)).status).toBe(201)
  })
})
