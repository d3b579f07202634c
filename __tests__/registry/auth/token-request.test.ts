import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { pullScope, pushScope } from '../../../src/registry/auth/scope.ts'
import { fetchToken, type TokenRequest } from '../../../src/registry/auth/token-request.ts'
import { Network } from '../../../src/registry/network/network.ts'
import { jsonReply, reply, type ReplyHeaders } from '../../../testkit/registry/exchange.ts'
import { cutBody, redirectTo, replyWith } from '../../../testkit/registry/faults.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import { failureOf, FakeClock } from '../registry-world.ts'

const place = { operation: 'log in', side: 'source', registry: 'registry.test' } as const
const SECOND = 1000

let server: TestRegistry
let network: Network
let clock: FakeClock
let secrets: string[]

beforeEach(async () => {
  server = await TestRegistry.start()
  clock = new FakeClock()
  secrets = []
  network = new Network({ clock, environment: {}, maskSecret: (secret) => secrets.push(secret) })
})

afterEach(async () => {
  await network.close()
  await server.close()
})

function answerWith(body: unknown) {
  server.intercept(() => jsonReply(200, body))
}

function fetchIt(request: Partial<TokenRequest> & { query?: string } = {}) {
  return fetchToken(network, {
    realm: new URL(`${server.url}/token${request.query ?? ''}`),
    onBehalfOf: server.url,
    service: 'registry.test',
    scopes: [pullScope('acme/app')],
    credentials: undefined,
    place,
    ...request,
  })
}

/** Milliseconds from now on. */
async function lifeOf(expires_in: unknown): Promise<number> {
  answerWith({ token: 'abc', ...(expires_in === undefined ? {} : { expires_in }) })
  return (await fetchIt()).renewAt - clock.now()
}

describe('asking for a token', () => {
  test('names service and scopes, one parameter for each', async () => {
    answerWith({ token: 'abc' })
    await fetchIt({ scopes: [pushScope('mirror/app'), pullScope('acme/app')] })
    const [request] = server.requests
    expect(request?.method).toBe('GET')
    const parameters = new URLSearchParams(request?.query)
    expect(parameters.get('service')).toBe('registry.test')
    expect(parameters.getAll('scope')).toEqual([
      'repository:mirror/app:pull,push',
      'repository:acme/app:pull',
    ])
  })

  test('keeps the query of the realm', async () => {
    answerWith({ token: 'abc' })
    await fetchIt({ query: '?account=robot' })
    const parameters = new URLSearchParams(server.requests[0]?.query)
    expect(parameters.get('account')).toBe('robot')
    expect(parameters.get('service')).toBe('registry.test')
  })

  test('names no service where the challenge had none', async () => {
    answerWith({ token: 'abc' })
    await fetchIt({ service: undefined })
    expect(new URLSearchParams(server.requests[0]?.query).has('service')).toBe(false)
  })

  test('cannot be made to ask for something else by the text of a service', async () => {
    answerWith({ token: 'abc' })
    await fetchIt({ service: 'x&scope=repository:other:push#' })
    const parameters = new URLSearchParams(server.requests[0]?.query)
    expect(parameters.get('service')).toBe('x&scope=repository:other:push#')
    expect(parameters.getAll('scope')).toEqual(['repository:acme/app:pull'])
  })

  test('sends credentials as Basic, in UTF-8', async () => {
    answerWith({ token: 'abc' })
    await fetchIt({ credentials: { username: 'robot$ci', password: 'pä:ss' } })
    const expected = Buffer.from('robot$ci:pä:ss').toString('base64')
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${expected}`)
  })

  test('sends no credentials where there are none', async () => {
    answerWith({ token: 'abc' })
    await fetchIt()
    expect(server.requests[0]?.headers.authorization).toBeUndefined()
  })
})

describe('the token', () => {
  test('may be said to have been made (201)', async () => {
    server.use(replyWith(201, { body: JSON.stringify({ token: 'one' }) }))
    expect((await fetchIt()).value).toBe('one')
  })

  test.each<[string, object, string]>([
    ['is taken from token', { token: 'one' }, 'one'],
    ['is taken from access_token', { access_token: 'two' }, 'two'],
    ['is access_token before token', { token: 'one', access_token: 'two' }, 'two'],
    ['is token where access_token is empty', { token: 'one', access_token: '' }, 'one'],
    ['is token where access_token is null', { token: 'one', access_token: null }, 'one'],
    ['is taken out of anything else', { token: 'one', scope: 7, issued_at: null }, 'one'],
  ])('%s', async (_what, body, value) => {
    answerWith(body)
    expect((await fetchIt()).value).toBe(value)
  })

  test('is masked under all its names, and a refresh token with it', async () => {
    answerWith({ token: 'one', access_token: 'two', refresh_token: 'three' })
    await fetchIt()
    expect(secrets.sort()).toEqual(['one', 'three', 'two'])
  })

  test.each<[string, string]>([
    ['nothing', ''],
    ['an empty object', '{}'],
    ['empty tokens', '{"token":"","access_token":""}'],
    ['a number', '{"token":7}'],
    ['no object', '"token"'],
    ['null', 'null'],
    ['a page', '<!doctype html><title>Sign in</title>'],
    ['half a document', '{"token":"abc'],
    ['a token with a line break', '{"token":"abc\\r\\nx-header: 1"}'],
    ['a token with a blank', '{"token":"a b"}'],
    ['a token with a letter beyond ASCII', '{"token":"tökén"}'],
    ['a token too long for a header', JSON.stringify({ token: 'x'.repeat(16 * 1024 + 1) })],
  ])('is missed in %s', async (_what, body) => {
    server.intercept(() => reply(200, { 'content-type': 'application/json' }, body))
    const error = await failureOf(fetchIt())
    expect(error).toMatchObject({
      code: 'AUTHENTICATION',
      operation: 'log in',
      transient: false,
    })
    expect(error.message).toContain('without a usable token')
  })

  test('is not searched for in an answer of more than 128 KiB', async () => {
    answerWith({ token: 'abc', filler: 'x'.repeat(128 * 1024) })
    const error = await failureOf(fetchIt())
    expect(error.code).toBe('SIZE_MISMATCH')
    expect(error.transient).toBe(false)
  })

  test('may still be had where its answer broke off', async () => {
    server.use(cutBody(3))
    answerWith({ token: 'abc' })
    expect(await failureOf(fetchIt())).toMatchObject({ code: 'NETWORK', transient: true })
  })
})

describe('a token lives', () => {
  test.each<[string, unknown, number]>([
    ['a minute where nothing is said', undefined, 45 * SECOND],
    ['a minute where zero is said', 0, 45 * SECOND],
    ['a minute where a negative number is said', -300, 45 * SECOND],
    ['a minute where nonsense is said', 'soon', 45 * SECOND],
    ['a minute where null is said', null, 45 * SECOND],
    ['until half a minute before its end', 300, 270 * SECOND],
    ['as long as a number in quotation marks says', '300', 270 * SECOND],
    ['for three quarters of a short life', 60, 45 * SECOND],
    ['for three quarters of a very short life', 2, 1.5 * SECOND],
    ['with a fraction of a second', 100.5, 75.375 * SECOND],
    ['never less than is useful', 0.001, 0.75 * SECOND],
    ['for ever, if that is said', 1e308, Number.POSITIVE_INFINITY],
  ])('%s', async (_what, expiresIn, milliseconds) => {
    expect(await lifeOf(expiresIn)).toBe(milliseconds)
  })
})

describe('a refusal of the token service', () => {
  test.each([400, 401, 403, 405, 415])('with %i is final', async (status) => {
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'no\n::error::way' }] })
    server.use(replyWith(status, { body }))
    const credentials = { username: 'robot', password: 'hunter2' }
    const error = await failureOf(fetchIt({ credentials }))
    expect(error).toMatchObject({
      code: 'AUTHENTICATION',
      operation: 'log in',
      status,
      registryCode: 'DENIED',
      transient: false,
    })
    expect(error.message).toContain('did not accept the login')
    expect(error.message).not.toContain('hunter2')
    expect(error.message).not.toContain('\n')
  })

  test.each<[string, number, ReplyHeaders, string]>([
    ['that is not there', 404, {}, '{"message":"no such path"}'],
    ['that has lost its way', 501, {}, ''],
    ['that is a page', 403, { 'content-type': 'text/html' }, '<title>Blocked</title>'],
    ['that is a page without a type', 401, {}, '<html><title>Sign in</title></html>'],
  ])('%s is no word about the login', async (_what, status, headers, body) => {
    server.use(replyWith(status, { headers, body }))
    const credentials = { username: 'robot', password: 'hunter2' }
    const error = await failureOf(fetchIt({ credentials, askedBy: 'registry.test' }))
    expect(error).toMatchObject({ code: 'REGISTRY', status, transient: false })
    const { host } = new URL(server.url)
    expect(error.message).toContain(
      `the token service ${host} of registry.test ${status < 500 ? 'refused' : 'failed'}`,
    )
    expect(error.message).not.toContain('login')
  })

  test('with a page that asks for a password is one about the login', async () => {
    const headers = { 'content-type': 'text/html', 'www-authenticate': 'Basic realm="x"' }
    server.use(replyWith(401, { headers, body: '<title>401</title>' }))
    expect((await failureOf(fetchIt())).code).toBe('AUTHENTICATION')
  })

  test.each<ReplyHeaders>([{}, { 'content-type': 'text/html; charset=utf-8' }])(
    'in place of a token is no word about the login where it is a page (%j)',
    async (headers) => {
      server.use(replyWith(200, { headers, body: '<!doctype html><title>Sign in</title>' }))
      const error = await failureOf(fetchIt())
      expect(error).toMatchObject({ code: 'REGISTRY', status: 200 })
      expect(error.message).toContain('with a page for people')
      expect(error.message).toContain(new URL(server.url).host)
    },
  )

  test('of somebody who has no login says so', async () => {
    server.use(replyWith(401))
    expect((await failureOf(fetchIt())).message).toContain('did not accept anonymous access')
  })

  test.each([
    [429, 'RATE_LIMITED'],
    [500, 'REGISTRY'],
    [503, 'REGISTRY'],
  ])('with %i may pass', async (status, code) => {
    server.use(replyWith(status, { headers: { 'retry-after': '7' } }))
    expect(await failureOf(fetchIt())).toMatchObject({
      code,
      status,
      transient: true,
      retryAfterMs: 7 * SECOND,
    })
  })

  test('to answer here is not followed elsewhere', async () => {
    server.use(redirectTo('/other'))
    const error = await failureOf(fetchIt())
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 307 })
    expect(error.message).toContain(`redirects to ${server.host}/other, where no login goes`)
    expect(error.message).not.toMatch(/accept|asked as/)
    expect(server.requests).toHaveLength(1)
  })
})
