import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ProxyAgent, request } from 'undici'
import { TestProxy, type ProxyOptions } from '../../testkit/servers/proxy.ts'

let server: Server
let target: string
const open: { close(): Promise<void> }[] = []

beforeEach(async () => {
  server = createServer((message, response) => {
    message.pipe(response.writeHead(200, { 'x-url': message.url ?? '' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  target = `127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource.close()
  server.close()
})

/** Asks for a URL through a proxy and gives back status and body. */
async function ask(options: ProxyOptions, { url, tunnel }: { url: string; tunnel: boolean }) {
  const proxy = await TestProxy.start(options)
  open.push(proxy)
  const dispatcher = new ProxyAgent({ uri: proxy.url, proxyTunnel: tunnel })
  open.push(dispatcher)
  const answer = await request(url, { method: 'POST', body: 'hello', dispatcher })
  const { statusCode: status, headers } = answer
  return { proxy, status, path: headers['x-url'], text: await answer.body.text() }
}

describe.each([
  { how: 'in a tunnel', tunnel: true, line: 'CONNECT registry.test:80' },
  { how: 'request by request', tunnel: false, line: 'POST http://registry.test/a/b?c=d' },
])('the proxy of the tests, $how,', ({ tunnel, line }) => {
  const url = 'http://registry.test/a/b?c=d'

  test('takes a request to what stands in for its host, and writes it down', async () => {
    const routes = { 'registry.test:80': target }
    const { proxy, ...answer } = await ask({ routes }, { url, tunnel })
    expect(answer).toEqual({ status: 200, path: '/a/b?c=d', text: 'hello' })
    expect(proxy.requests).toEqual([line])
  })

  test('lets those in who have the login', async () => {
    const routes = { 'registry.test:80': target }
    const login = { user: 'alice', password: 'p@ss' }
    const { status } = await ask({ routes, login }, { url, tunnel })
    expect(status).toBe(200)
  })
})

test('a host that the proxy does not know is refused', async () => {
  const { status } = await ask({ routes: {} }, { url: 'http://registry.test/', tunnel: false })
  expect(status).toBe(502)
  const tunnel = ask({ routes: {} }, { url: 'http://registry.test/', tunnel: true })
  await expect(tunnel).rejects.toThrow('Proxy response (502)')
})

test('a wrong login is refused', async () => {
  const routes = { 'registry.test:80': target }
  const proxy = await TestProxy.start({ routes, login: { user: 'alice', password: 'right' } })
  open.push(proxy)
  const dispatcher = new ProxyAgent({
    uri: proxy.url.replace('right', 'wrong'),
    proxyTunnel: false,
  })
  open.push(dispatcher)
  await expect(request('http://registry.test/', { dispatcher })).rejects.toThrow('407')
})
