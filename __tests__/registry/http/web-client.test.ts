import { afterEach, describe, expect, test } from '@jest/globals'
import { WebClient } from '../../../src/registry/http/web-client.ts'
import { Network } from '../../../src/registry/network/network.ts'
import { jsonReply, type Middleware, reply } from '../../../testkit/registry/exchange.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close()
})

/** A service that answers every request in that way. */
async function serve(answer: Middleware): Promise<TestRegistry> {
  const service = await TestRegistry.start({ middleware: [answer] })
  open.push(service)
  return service
}

function clientOf(environment: Readonly<Record<string, string>> = {}): WebClient {
  const network = new Network({ environment, retries: 1 })
  open.push(network)
  const logger = { debug: () => undefined, info: () => undefined, warning: () => undefined }
  return new WebClient(network, logger)
}

const request = { operation: 'get attestations', maxBytes: 1000 }
const token = { authorization: 'Bearer token-of-the-job' }

describe('a service that is no registry', () => {
  test('is asked with the headers of the request, and its answer is read', async () => {
    const service = await serve(() => jsonReply(200, { ok: true }, { link: '<x>' }))
    const answer = await clientOf().get(`${service.url}/a?b=c`, { ...request, headers: token })
    expect(answer.status).toBe(200)
    expect(answer.headers['link']).toBe('<x>')
    expect(Buffer.from(answer.body).toString()).toBe('{"ok":true}')
    expect(service.requests[0]).toMatchObject({ path: '/a', query: 'b=c', headers: token })
  })

  test('gets the headers also behind a redirect to itself, and no other host does', async () => {
    const store = await serve(() => reply(200, {}, 'stored'))
    const service = await serve(({ path }) =>
      path === '/old'
        ? reply(301, { location: '/new' })
        : reply(302, { location: `${store.url}/away` }),
    )
    await clientOf().get(`${service.url}/old`, { ...request, headers: token })
    expect(service.requests.map(({ headers }) => headers.authorization)).toEqual([
      token.authorization,
      token.authorization,
    ])
    expect(store.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  test('gets the headers no more once another host has led back to it', async () => {
    const back: { url: string } = { url: '' }
    const store = await serve(() => reply(302, { location: `${back.url}/end` }))
    const service = await serve(({ path }) =>
      path === '/end' ? reply(200) : reply(302, { location: store.url }),
    )
    back.url = service.url
    await clientOf().get(`${service.url}/begin`, { ...request, headers: token })
    const last = service.requests.at(-1)
    expect({ path: last?.path, token: last?.headers.authorization }).toEqual({
      path: '/end',
      token: undefined,
    })
  })

  test.each(['http://169.254.169.254/latest', 'https://10.0.0.1/x', 'http://[fd00::1]/'])(
    'is not followed to a private address: %s',
    async (location) => {
      const service = await serve(() => reply(302, { location }))
      await expect(clientOf().get(service.url, request)).rejects.toMatchObject({
        code: 'REDIRECT',
        operation: 'get attestations',
      })
    },
  )

  test('is not followed for ever', async () => {
    const service = await serve(({ order }) => reply(302, { location: `/${order}` }))
    await expect(clientOf().get(service.url, request)).rejects.toThrow('more than 3 redirects')
  })

  test.each([
    'https://10.0.0.1/bundle',
    'https://[::ffff:10.0.0.1]/bundle',
    'https://169.254.169.254/bundle',
  ])('may not lead to a private address by its words either: %s', async (url) => {
    const given = { ...request, givenBy: 'https://api.github.com/repos/acme/app/attestations/x' }
    await expect(clientOf().get(url, given)).rejects.toMatchObject({ code: 'REDIRECT' })
  })

  test('may lead to its own private host, on whatever port', async () => {
    const [store, service] = [await serve(() => reply(200, {}, 'x')), await serve(() => reply(200))]
    const answer = await clientOf().get(store.url, { ...request, givenBy: service.url })
    expect(answer.status).toBe(200)
  })

  test.each([
    'http://api.github.com/',
    'ftp://api.github.com/',
    'https://user:password@api.github.com/',
    'file:///etc/passwd',
    'nothing',
  ])('is asked by https alone, and without a login in the address: %s', async (url) => {
    const failure = clientOf().get(url, { ...request, headers: token })
    await expect(failure).rejects.toMatchObject({ code: 'REDIRECT' })
    await expect(failure).rejects.not.toThrow('password@')
  })

  test.each<[number, string]>([
    [401, 'AUTHENTICATION'],
    [403, 'DENIED'],
    [404, 'NOT_FOUND'],
    [422, 'REGISTRY'],
    [500, 'REGISTRY'],
  ])('that answers with %d has failed as %s, unless that was expected', async (status, code) => {
    const service = await serve(() => jsonReply(status, { message: 'no' }))
    await expect(clientOf().get(service.url, request)).rejects.toMatchObject({ code, status })
    const answer = await clientOf().get(service.url, { ...request, expect: [status] })
    expect(answer.status).toBe(status)
  })

  test('that counts requests is told from one that denies them', async () => {
    const service = await serve(() => jsonReply(403, {}, { 'x-ratelimit-remaining': '0' }))
    await expect(clientOf().get(service.url, request)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('too many requests, says 127.0.0.1'),
    })
    expect(service.requests).toHaveLength(1)
  })

  test('is asked again where it fails for a moment', async () => {
    const service = await serve(({ order }) => reply(order === 1 ? 503 : 200, {}, 'x'))
    const answer = await clientOf().get(service.url, request)
    expect(answer.status).toBe(200)
    expect(service.requests).toHaveLength(2)
  })

  test('is read no further than an answer may be', async () => {
    const service = await serve(() => reply(200, {}, 'x'.repeat(1001)))
    await expect(clientOf().get(service.url, request)).rejects.toMatchObject({
      operation: 'get attestations',
    })
  })
})
