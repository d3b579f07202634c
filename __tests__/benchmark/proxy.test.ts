import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { floorOf } from '../../benchmark/floor.ts'
import { registryRequests } from '../../benchmark/proxy/counts.ts'
import type { ProxyOptions } from '../../benchmark/proxy/doorman.ts'
import { Proxy } from '../../benchmark/proxy/proxy.ts'
import { pushAll } from '../../benchmark/registries/push.ts'
import { shapesOf } from '../../benchmark/shapes.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { smallCorpus } from './corpus.ts'

let registry: TestRegistry
let proxy: Proxy | undefined

beforeEach(async () => {
  registry = await TestRegistry.start()
})

afterEach(async () => {
  await proxy?.close()
  await registry.close()
})

/** The proxy's URL. */
async function through(options: Omit<ProxyOptions, 'upstream'>): Promise<string> {
  proxy = await Proxy.start({ ...options, upstream: registry.host })
  return `http://${proxy.host}`
}

/** Puts a blob of so many bytes into the registry; gives its path. */
async function upload(url: string, size: number) {
  const body = Buffer.alloc(size, 7)
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`
  const opened = await fetch(`${url}/v2/acme/app/blobs/uploads/`, { method: 'POST' })
  const location = opened.headers.get('location') ?? ''
  const put = await fetch(new URL(`${location}&digest=${digest}`, url), {
    method: 'PUT',
    body: new Uint8Array(body),
  })
  expect(put.status).toBe(201)
  return `/v2/acme/app/blobs/${digest}`
}

describe('a proxy of the benchmark', () => {
  test('counts what a client without a wasted request needs: as much as the floor says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'proxy-'))
    const { copies, ...job } = shapesOf(smallCorpus(folder)).tiny.job(0)
    const stock = copies.map(({ image, source }) => ({
      ...source,
      image,
      platforms: 'all' as const,
    }))
    await pushAll(await through({}), stock, undefined)
    rmSync(folder, { recursive: true })
    const counts = proxy?.counts
    if (counts === undefined) throw new Error('there is no proxy')
    const floor = floorOf({ copies, ...job }, 'all')
    // It does not look at the tags first.
    expect(registryRequests(counts)).toBe(floor.destination - copies.length)
    expect(counts).toMatchObject({ up: floor.up, mounts: floor.mounts, down: 0, faults: 0 })
    expect(counts.requests).toMatchObject({ 'POST mount': floor.mounts, 'PUT manifest': 80 })
  })

  test('counts the bytes of blobs, however they are sent, and nothing of how', async () => {
    const url = await through({})
    const path = await upload(url, 100_000)
    const opened = await fetch(`${url}/v2/acme/app/blobs/uploads/`, { method: 'POST' })
    const chunks = new ReadableStream({
      start: (controller) => {
        for (const size of [1, 40_000, 9]) controller.enqueue(new Uint8Array(size))
        controller.close()
      },
    })
    await fetch(new URL(opened.headers.get('location') ?? '', url), {
      method: 'PATCH',
      body: chunks,
      duplex: 'half',
    })
    const got = await fetch(url + path)
    expect((await got.arrayBuffer()).byteLength).toBe(100_000)
    await fetch(url + path, { method: 'HEAD' })
    expect(proxy?.counts).toMatchObject({
      requests: {
        'POST upload': 2,
        'PUT upload': 1,
        'PATCH upload': 1,
        'GET blob': 1,
        'HEAD blob': 1,
      },
      up: 100_000 + 40_010,
      down: 100_000,
    })
  })

  test('refuses every so many requests, and says when to come back', async () => {
    const url = await through({ faults: { refuseEvery: 3, refuseWith: 429 } })
    const statuses: number[] = []
    for (let index = 0; index < 6; index++) statuses.push((await fetch(`${url}/v2/`)).status)
    expect(statuses).toEqual([200, 200, 429, 200, 200, 429])
    const refused = await fetch(`${url}/v2/`)
    expect(refused.status).toBe(200)
    expect(proxy?.counts.faults).toBe(2)
  })

  test('breaks every so many downloads, after 64 kB', async () => {
    const url = await through({ faults: { refuseEvery: 1000, refuseWith: 503, resetEvery: 2 } })
    const path = await upload(url, 1_000_000)
    const download = async () => {
      const answer = await fetch(url + path)
      return (await answer.arrayBuffer()).byteLength
    }
    await expect(download()).resolves.toBe(1_000_000)
    await expect(download()).rejects.toThrow('terminated')
    await expect(download()).resolves.toBe(1_000_000)
  })

  test('wants a token for each right, and sends blobs elsewhere', async () => {
    const path = await upload(registry.url, 10)
    const auth = { user: 'me', password: 'secret' }
    const url = await through({ auth, redirectsBlobs: true })
    const refused = await fetch(url + path)
    const challenge = refused.headers.get('www-authenticate') ?? ''
    const [, realm = '', scope = ''] = /realm="(.*?)".*scope="(.*?)"/.exec(challenge) ?? []
    expect([refused.status, scope]).toEqual([401, 'repository:acme/app:pull'])
    const stranger = await fetch(`${realm}?scope=${scope}`)
    expect(stranger.status).toBe(401)
    const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`
    const granted = await fetch(`${realm}?scope=${scope}`, { headers: { authorization: basic } })
    const { token } = (await granted.json()) as { token: string }
    const headers = { authorization: `Bearer ${token}` }
    const redirected = await fetch(url + path, { headers, redirect: 'manual' })
    expect(redirected.status).toBe(307)
    const blob = await fetch(redirected.headers.get('location') ?? '')
    expect([blob.status, (await blob.arrayBuffer()).byteLength]).toEqual([200, 10])
    const push = `${url}/v2/acme/app/blobs/uploads/`
    const notAllowed = await fetch(push, { method: 'POST', headers })
    expect(notAllowed.headers.get('www-authenticate')).toContain(
      'scope="repository:acme/app:pull,push",error="insufficient_scope"',
    )
    const counts = proxy?.counts
    expect(counts?.requests).toEqual({
      'GET blob': 1,
      'GET storage': 1,
      'GET token': 2,
      refused: 2,
    })
    expect(counts && registryRequests(counts)).toBe(1)
  })

  test('tells who tries TLS that it does not speak it, and does not count that', async () => {
    const url = await through({ setup: 60_000 })
    await expect(fetch(url.replace('http', 'https'))).rejects.toThrow('fetch failed')
    expect(proxy?.counts.connections).toBe(0)
  })
})
