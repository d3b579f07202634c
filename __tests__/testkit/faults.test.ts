import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { digestOf } from '../../testkit/registry/content.ts'
import {
  all,
  cutBody,
  delayUntil,
  dropAfterHeaders,
  dropAfterWork,
  dropBeforeHeaders,
  extendBody,
  flipBit,
  redirectTo,
  removeHeader,
  replyWith,
  setHeader,
  setStatus,
  stallBody,
  truncateBody,
} from '../../testkit/registry/faults.ts'
import { reply } from '../../testkit/registry/exchange.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'

const bytes = Buffer.from('0123456789')
const digest = digestOf(bytes)
const blobs = { method: 'GET', path: /\/blobs\/sha256:/ }

let registry: TestRegistry
let url: string

beforeEach(async () => {
  registry = await TestRegistry.start()
  registry.store.putBlob('acme/app', bytes)
  url = `${registry.url}/v2/acme/app/blobs/${digest}`
})

afterEach(async () => {
  await registry.close()
})

async function text() {
  return (await fetch(url)).text()
}

/** What arrives of a body before it breaks off. */
async function partOf(response: Response) {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk as Uint8Array)
    return { text: Buffer.concat(chunks).toString(), broken: false }
  } catch {
    return { text: Buffer.concat(chunks).toString(), broken: true }
  }
}

describe('a fault', () => {
  test('strikes as often as it is told to', async () => {
    const fault = registry.fault(blobs, replyWith(503), { times: 2 })
    const statuses = [await fetch(url), await fetch(url), await fetch(url)].map((r) => r.status)
    expect(statuses).toEqual([503, 503, 200])
    expect(fault.hits).toBe(2)
  })

  test('strikes for ever, until it is removed', async () => {
    const fault = registry.fault(blobs, replyWith(503))
    expect((await fetch(url)).status).toBe(503)
    fault.remove()
    expect((await fetch(url)).status).toBe(200)
  })

  test('strikes the nth request only', async () => {
    registry.fault({ ...blobs, nth: 2 }, replyWith(503))
    const statuses = [await fetch(url), await fetch(url), await fetch(url)].map((r) => r.status)
    expect(statuses).toEqual([200, 503, 200])
  })

  test.each([
    [{ method: 'HEAD' }, 200],
    [{ method: ['HEAD', 'GET'] }, 503],
    [{ path: 'acme/app' }, 503],
    [{ path: /acme\/other/ }, 200],
    [{ where: () => false }, 200],
  ])('meant for %o leaves the rest alone', async (matcher, status) => {
    registry.fault(matcher, replyWith(503))
    expect((await fetch(url)).status).toBe(status)
  })

  test('gives way to the next one when it is used up', async () => {
    registry.fault(blobs, replyWith(503), { times: 1 })
    registry.fault(blobs, replyWith(429), { times: 1 })
    const statuses = [await fetch(url), await fetch(url), await fetch(url)].map((r) => r.status)
    expect(statuses).toEqual([503, 429, 200])
  })
})

describe('behaviours', () => {
  test('answer with any status, header and body', async () => {
    registry.fault(blobs, replyWith(429, { headers: { 'retry-after': '7' }, body: 'slow down' }))
    const response = await fetch(url)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(await response.text()).toBe('slow down')
  })

  test('answer before the body was read', async () => {
    registry.fault({ method: 'POST' }, replyWith(413, { early: true }))
    const response = await fetch(`${registry.url}/v2/acme/app/blobs/uploads/?digest=${digest}`, {
      method: 'POST',
      body: bytes,
    })
    expect(response.status).toBe(413)
    expect(response.headers.get('connection')).toBe('close')
    expect(registry.requests[0]?.bodyBytes).toBe(0)
  })

  test('redirect', async () => {
    registry.fault(
      blobs,
      redirectTo((request) => `/elsewhere?from=${request.path}`),
    )
    const response = await fetch(url, { redirect: 'manual' })
    expect(response.status).toBe(307)
    expect(response.headers.get('location')).toBe(`/elsewhere?from=/v2/acme/app/blobs/${digest}`)
  })

  test.each([{}, { reset: true }])(
    'drop the connection without an answer (%j)',
    async (options) => {
      registry.fault(blobs, dropBeforeHeaders(options))
      await expect(fetch(url)).rejects.toThrow('fetch failed')
      expect(registry.requests).toMatchObject([{ status: 0, aborted: true }])
    },
  )

  test('drop the connection in the middle of an upload', async () => {
    registry.fault({ method: 'POST' }, dropBeforeHeaders({ requestBytes: 1 }))
    const body = new Uint8Array(1_000_000)
    const uploads = `${registry.url}/v2/acme/app/blobs/uploads/?digest=${digest}`
    await expect(fetch(uploads, { method: 'POST', body })).rejects.toThrow('fetch failed')
    expect(registry.requests[0]?.bodyBytes).toBeGreaterThan(0)
    expect(registry.store.completedBlobs()).toEqual([])
  })

  test('do the work and drop the connection instead of saying so', async () => {
    registry.fault({ method: 'POST' }, dropAfterWork())
    const uploads = `${registry.url}/v2/acme/app/blobs/uploads/?digest=${digest}`
    await expect(fetch(uploads, { method: 'POST', body: bytes })).rejects.toThrow('fetch failed')
    expect(registry.store.completedBlobs()).toEqual([digest])
  })

  test('drop the connection after the headers', async () => {
    registry.fault(blobs, dropAfterHeaders())
    const response = await fetch(url)
    expect(response.status).toBe(200)
    expect(await partOf(response)).toEqual({ text: '', broken: true })
  })

  test('cut the body short of what was promised', async () => {
    registry.fault(blobs, cutBody(4))
    const response = await fetch(url)
    expect(response.headers.get('content-length')).toBe('10')
    expect(await partOf(response)).toEqual({ text: '0123', broken: true })
  })

  test('truncate and promise no more', async () => {
    registry.fault(blobs, truncateBody(4))
    expect(await text()).toBe('0123')
  })

  test('add bytes', async () => {
    registry.fault(blobs, extendBody(Buffer.from('!!')))
    expect(await text()).toBe('0123456789!!')
  })

  test('turn a bit', async () => {
    registry.fault(blobs, flipBit(3))
    expect(await text()).toBe('0122456789')
    expect(Buffer.concat([...(registry.store.blob('acme/app', digest)?.read() ?? [])])).toEqual(
      bytes,
    )
  })

  test('stall in the middle until the client gives up', async () => {
    registry.fault(blobs, stallBody(4))
    const abort = new AbortController()
    const response = await fetch(url, { signal: abort.signal })
    const reader = response.body?.getReader()
    const first = await reader?.read()
    expect(Buffer.from(first?.value ?? []).toString()).toBe('0123')
    abort.abort()
    await expect(reader?.read()).rejects.toThrow('aborted')
  })

  test('wait for the test', async () => {
    const gate = Promise.withResolvers<void>()
    registry.fault(blobs, delayUntil(gate.promise))
    const seen: string[] = []
    const slow = fetch(url).then(() => seen.push('blob'))
    await fetch(`${registry.url}/v2/`)
    seen.push('base')
    gate.resolve()
    await slow
    expect(seen).toEqual(['base', 'blob'])
  })

  test('change and remove headers', async () => {
    registry.fault(blobs, all(setHeader('Content-Type', 'text/html'), removeHeader('ETag')))
    const response = await fetch(url)
    expect(response.headers.get('content-type')).toBe('text/html')
    expect(response.headers.has('etag')).toBe(false)
    expect(response.headers.get('docker-content-digest')).toBe(digest)
  })

  test('send a body without its length', async () => {
    registry.fault(blobs, removeHeader('Content-Length'))
    const response = await fetch(url)
    expect(response.headers.get('transfer-encoding')).toBe('chunked')
    expect(await response.text()).toBe('0123456789')
  })

  test('change the status of a real answer', async () => {
    registry.fault({ method: 'POST' }, setStatus(200))
    const uploads = `${registry.url}/v2/acme/app/blobs/uploads/`
    const response = await fetch(uploads, { method: 'POST' })
    expect(response.status).toBe(200)
    expect(response.headers.has('location')).toBe(true)
  })
})

describe('an interceptor', () => {
  test('answers with the platform Response', async () => {
    registry.intercept((request) =>
      request.path === '/v2/' ? Response.json({ hello: 1 }, { status: 418 }) : undefined,
    )
    const response = await fetch(`${registry.url}/v2/`)
    expect(response.status).toBe(418)
    expect(await response.json()).toEqual({ hello: 1 })
    expect(await text()).toBe('0123456789')
  })

  test('can repeat a header', async () => {
    const challenges = ['Basic realm="a"', 'Bearer realm="b"']
    registry.intercept(() => reply(401, { 'www-authenticate': challenges }))
    const response = await fetch(url)
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="a", Bearer realm="b"')
  })

  test('can be taken off', async () => {
    const remove = registry.intercept(() => new Response('no', { status: 500 }))
    expect((await fetch(url)).status).toBe(500)
    remove()
    expect((await fetch(url)).status).toBe(200)
  })
})

test('a mistake inside an interceptor reaches the client as an answer', async () => {
  registry.intercept(() => {
    throw new Error('oops')
  })
  const response = await fetch(url)
  expect(response.status).toBe(500)
  expect(await response.text()).toContain('oops')
})

test('requests can be held until as many as wanted are there', async () => {
  const hold = registry.hold(blobs)
  const pending = [fetch(url), fetch(url)]
  const second = await hold.arrived(2)
  expect(second.order).toBe(2)
  expect(registry.requests.map((request) => request.status)).toEqual([0, 0])
  hold.release()
  const responses = await Promise.all(pending)
  expect(responses.map((response) => response.status)).toEqual([200, 200])
})
