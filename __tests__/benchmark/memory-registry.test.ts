import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { syntheticImages } from '../../benchmark/corpus/synthetic.ts'
import { MemoryServer } from '../../benchmark/registries/memory/memory-server.ts'

const images = { name: 'bench/app', count: 2, layers: 1, size: 1_000 }
const [one] = syntheticImages(images)
const [config, layer] = one?.image.children[0]?.blobs ?? []
const layerDigest = layer?.digest ?? ''

let server: MemoryServer
beforeAll(async () => {
  const stock = { images, prefix: '' }
  server = await MemoryServer.start({ stock, tls: undefined, latency: 0, setup: 0 })
})
afterAll(async () => server.close())

async function ask(method: string, path: string, body?: Uint8Array<ArrayBuffer>) {
  const headers = { 'content-type': 'application/octet-stream' }
  const url = new URL(path, `http://${server.host}`)
  return fetch(url, body === undefined ? { method } : { method, headers, body })
}

/** Sends these bytes under that digest. */
async function upload(repository: string, digest: string, bytes: Uint8Array<ArrayBuffer>) {
  const { headers } = await ask('POST', `/v2/${repository}/blobs/uploads/`)
  return ask('PUT', `${headers.get('location') ?? ''}?digest=${digest}`, bytes)
}

describe('the registry in memory', () => {
  test('has the images that it was given, and no others', async () => {
    const answer = await ask('GET', '/v2/bench/app-1/manifests/1.0')
    expect(answer.headers.get('docker-content-digest')).toBe(one?.image.index.digest)
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(one?.image.index.bytes)
    const blob = await ask('GET', `/v2/bench/app-1/blobs/${layerDigest}`)
    const digest = createHash('sha256').update(Buffer.from(await blob.arrayBuffer()))
    expect(`sha256:${digest.digest('hex')}`).toBe(layerDigest)
    expect((await ask('HEAD', `/v2/bench/app-2/blobs/${layerDigest}`)).status).toBe(404)
    expect((await ask('HEAD', '/v2/bench/app-3/manifests/1.0')).status).toBe(404)
  })

  test('takes no blob under the digest of another one', async () => {
    const other = await upload('new/app', layerDigest, new Uint8Array(1_000))
    expect(other.status).toBe(400)
    expect((await ask('HEAD', `/v2/new/app/blobs/${layerDigest}`)).status).toBe(404)
  })

  test('mounts only what is where it is said to be', async () => {
    const mount = `/v2/mounted/app/blobs/uploads/?mount=${layerDigest}&from=`
    expect((await ask('POST', `${mount}bench/app-2`)).status).toBe(202)
    expect((await ask('HEAD', `/v2/mounted/app/blobs/${layerDigest}`)).status).toBe(404)
    expect((await ask('POST', `${mount}bench/app-1`)).status).toBe(201)
    expect((await ask('HEAD', `/v2/mounted/app/blobs/${layerDigest}`)).status).toBe(200)
  })

  test('takes a manifest when all of its parts are there, and not before', async () => {
    const manifest = new Uint8Array(one?.image.index.bytes ?? [])
    const put = async () => ask('PUT', '/v2/whole/app/manifests/1.0', manifest)
    expect((await put()).status).toBe(400)
    for (const { digest } of [config, layer].filter((blob) => blob !== undefined)) {
      await ask('POST', `/v2/whole/app/blobs/uploads/?mount=${digest}&from=bench/app-1`)
    }
    expect((await put()).status).toBe(201)
  })

  test('counts what it was asked since it told last', async () => {
    await server.counts()
    await ask('GET', `/v2/bench/app-1/blobs/${layerDigest}`)
    const bytes = new TextEncoder().encode('five!')
    await upload('counted/app', `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes)
    expect(await server.counts()).toMatchObject({
      requests: { 'GET blob': 1, 'POST upload': 1, 'PUT upload': 1 },
      down: 1_000,
      up: 5,
      mounts: 0,
    })
    expect((await server.counts()).requests).toEqual({})
  })
})
