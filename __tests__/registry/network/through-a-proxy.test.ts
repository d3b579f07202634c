import { once } from 'node:events'
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Client } from '../../../src/registry/client.ts'
import { readBody } from '../../../src/registry/network/answer-body.ts'
import { Network, type NetworkOptions } from '../../../src/registry/network/network.ts'
import { createCertificate } from '../../../testkit/registry/certificate.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { TestRegistry, type RegistryOptions } from '../../../testkit/registry/registry.ts'
import { TestProxy, type ProxyOptions } from '../../../testkit/servers/proxy.ts'
import { failureOf, FakeClock, trust } from '../registry-world.ts'

const image = buildImage({ layers: [{ bytes: Buffer.alloc(3_000_000, 'layer') }] })
const login = { user: 'proxy-user', password: 'pr0xy/s3cret' }

const open: { close(): Promise<void> }[] = []
let distrust = () => undefined as void

afterEach(async () => {
  distrust()
  for (const resource of open.splice(0).toReversed()) await resource.close()
})

/** A registry that is there for those alone who ask the proxy for it. */
async function startBehind(
  name: string,
  options: RegistryOptions = {},
  proxyOptions: Partial<ProxyOptions> = {},
) {
  const registry = await TestRegistry.start(options)
  open.push(registry)
  pushTo(registry.store, 'acme/app', '1.0', image)
  const proxy = await TestProxy.start({ routes: { [name]: registry.host }, ...proxyOptions })
  open.push(proxy)
  distrust = trust(registry.ca)
  return { registry, proxy }
}

function networkOf(environment: Record<string, string>, options: NetworkOptions = {}) {
  const clock = new FakeClock()
  const network = new Network({ clock, retries: 3, environment, ...options })
  open.push(network)
  return { network, clock }
}

const secure = { tls: { names: ['registry.test'] } }

describe('a tunnel', () => {
  test('keeps the login of the proxy from the registry, and that of the registry from the proxy', async () => {
    const { registry, proxy } = await startBehind('registry.test:443', secure, { login })
    const { network } = networkOf({ https_proxy: proxy.url })
    const client = new Client({ host: 'registry.test', network })
    expect(await client.getDigest('registry.test/acme/app:1.0')).toBe(image.manifest.digest)
    expect(registry.requests.length).toBeGreaterThan(0)
    expect(JSON.stringify(registry.requests.map(({ headers }) => headers))).not.toMatch(/proxy/i)
    expect(new Set(proxy.requests)).toEqual(new Set(['CONNECT registry.test:443']))
  })

  test('lets an answer through that comes before the upload is sent', async () => {
    const { registry, proxy } = await startBehind('registry.test:443', secure)
    // The proxy itself may lose the answer when the registry hangs up; then there is another try.
    const { network } = networkOf({ https_proxy: proxy.url }, { retries: 20 })
    const source = await TestRegistry.start()
    open.push(source)
    pushTo(source.store, 'acme/app', '1.0', image)
    registry.fault({ method: 'PUT' }, replyWith(413, { early: true, body: 'too large' }))
    const from = new Client({ host: source.host, network })
    const to = new Client({ host: 'registry.test', network })
    for (let time = 0; time < 5; time++) {
      const tag = `registry.test/mirror/app:${time}`
      const error = await failureOf(from.copyImage(`${source.host}/acme/app:1.0`, tag, to))
      expect(error).toMatchObject({ status: 413, registryMessage: 'too large' })
    }
  })

  test('leads to an IPv6 address in its brackets', async () => {
    const tls = { names: ['2001:db8::1'] }
    const { proxy } = await startBehind('[2001:db8::1]:5000', { tls })
    const { network } = networkOf({ https_proxy: proxy.url })
    const host = '[2001:db8::1]:5000'
    const client = new Client({ host, network })
    expect(await client.getDigest(`${host}/acme/app:1.0`)).toBe(image.manifest.digest)
  })

  test('is opened by a proxy that is spoken to over TLS itself', async () => {
    const { proxy } = await startBehind('registry.test:443', secure, { login })
    const inner = new URL(proxy.url)
    const server = createServer(await createCertificate({ names: ['localhost'] }), (socket) => {
      const plain = connect(Number(inner.port), '127.0.0.1')
      for (const end of [socket, plain]) {
        end.on('error', () => undefined)
        end.on('close', () => {
          socket.destroy()
          plain.destroy()
        })
      }
      socket.pipe(plain).pipe(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const url = `https://${inner.username}:${inner.password}@localhost:${port}`
    const { network } = networkOf({ https_proxy: url })
    const client = new Client({ host: 'registry.test', network })
    expect(await client.getDigest('registry.test/acme/app:1.0')).toBe(image.manifest.digest)
    const closed = once(server, 'close')
    server.close()
    await network.close()
    await closed
  })
})

describe('a registry that may be spoken to in plain', () => {
  const host = 'registry.test:5000'

  test('is asked through the proxy whether it speaks TLS', async () => {
    const { registry, proxy } = await startBehind(host, secure)
    const environment = { https_proxy: proxy.url, http_proxy: proxy.url }
    const { network } = networkOf(environment, { insecureRegistries: [host] })
    const client = new Client({ host, network })
    expect(await client.getDigest(`${host}/acme/app:1.0`)).toBe(image.manifest.digest)
    expect(registry.requests.length).toBeGreaterThan(0)
    expect(new Set(proxy.requests)).toEqual(new Set([`CONNECT ${host}`]))
  })

  test('is asked once by a proxy that has no tunnels for its port', async () => {
    const { proxy } = await startBehind(host, {}, { tunnelPorts: [443] })
    const environment = { https_proxy: proxy.url, http_proxy: proxy.url }
    const { network } = networkOf(environment, { insecureRegistries: [host] })
    const client = new Client({ host, network })
    expect(await client.checkExists(`${host}/acme/app:1.0`)).toBe(true)
    expect(await client.checkExists(`${host}/acme/app:2.0`)).toBe(false)
    expect(proxy.requests.filter((line) => line.startsWith('CONNECT'))).toHaveLength(1)
  })
})

/**
 * A proxy that passes bytes on as they are. The host `evil.test` sends, behind its answer to a HEAD,
 * what would do for the answer to another request. Keeps the request lines of each connection.
 */
async function startPassThroughProxy() {
  const connections: string[][] = []
  const server = createTcpServer((socket) => {
    const lines: string[] = []
    connections.push(lines)
    socket.on('error', () => undefined)
    socket.on('data', (data: Buffer) => {
      const [line = ''] = data.toString('latin1').split('\r\n')
      lines.push(line)
      const name = line.includes('evil.test') ? 'evil' : 'honest'
      const answer = `HTTP/1.1 200 OK\r\ncontent-length: ${name.length}\r\n\r\n`
      const isHead = line.startsWith('HEAD')
      socket.write(`${answer}${isHead ? '' : name}`)
      if (isHead && name === 'evil') socket.write(`${answer}${name}`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  })
  return { connections, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('plain registries behind a proxy that passes bytes through', () => {
  test('do not answer for each other, nor for themselves another time', async () => {
    const { connections, url } = await startPassThroughProxy()
    const { network } = networkOf({ http_proxy: url })
    const ask = async (method: 'GET' | 'HEAD', name: string, path: string) => {
      const exchange = { origin: `http://${name}.test`, path, method, headers: {} } as const
      const answer = await network.send(exchange, { operation: 'ask' })
      return (await readBody(answer, 100, { operation: 'ask' }, network)).toString()
    }
    const answers: string[] = []
    for (let time = 0; time < 10; time++) {
      answers.push(await ask('GET', 'evil', `/${time}`))
      await ask('HEAD', 'evil', `/${time}`)
      answers.push(await ask('GET', 'honest', `/${time}`))
      await ask('HEAD', 'honest', `/${time}`)
    }
    expect(answers).toEqual(Array.from({ length: 10 }, () => ['evil', 'honest']).flat())
    for (const lines of connections) {
      const hosts = lines.map((line) => new URL(line.split(' ')[1] ?? '').host)
      expect(new Set(hosts).size).toBeLessThanOrEqual(1)
      const head = lines.findIndex((line) => line.startsWith('HEAD'))
      expect(head === -1 ? lines.length : head + 1).toBe(lines.length)
    }
    await network.close()
  })
})

async function failure(url: string, host: string, insecure: readonly string[] = []) {
  const environment = { https_proxy: url, http_proxy: url }
  const { network, clock } = networkOf(environment, { insecureRegistries: insecure })
  const client = new Client({ host, network })
  const error = await failureOf(client.getDigest(`${host}/acme/app:1.0`))
  expect(error.message).not.toMatch(/s3cret|wr0ng|proxy-user/)
  return { error, clock }
}

describe('a proxy that fails is named, and the registry is not blamed', () => {
  test.each([
    ['in a tunnel', 'registry.test', []],
    ['in plain', 'registry.test:80', ['registry.test:80']],
  ])('where it wants another login, %s', async (_how, host, insecure) => {
    const { proxy } = await startBehind('registry.test:80', {}, { login })
    const url = new URL(proxy.url)
    url.password = 'wr0ng'
    const { error, clock } = await failure(url.href, host, insecure)
    expect(error).toMatchObject({ code: 'NETWORK', transient: false })
    expect(error.status).toBeUndefined()
    expect(error.message).toContain(
      `the proxy ${url.host} wants a login, or another one than it was given (HTTP 407)`,
    )
    expect(clock.pauses).toEqual([])
  })

  test('where it refuses the tunnel, which may pass', async () => {
    const { proxy } = await startBehind('other.test:443')
    const { error, clock } = await failure(proxy.url, 'registry.test')
    expect(error).toMatchObject({ code: 'NETWORK', transient: true })
    expect(error.message).toContain(
      `the proxy ${new URL(proxy.url).host} refused the connection to registry.test (HTTP 502)`,
    )
    expect(clock.pauses).toHaveLength(3)
  })

  test.each([
    ['in a tunnel', 'registry.test', []],
    ['in plain', 'registry.test:80', ['registry.test:80']],
  ])('where nobody listens, %s', async (_how, host, insecure) => {
    const { proxy } = await startBehind('registry.test:443')
    const url = proxy.url.replace('//', '//proxy-user:pr0xy-s3cret@')
    await proxy.close()
    open.splice(open.indexOf(proxy), 1)
    const { error } = await failure(url, host, insecure)
    expect(error).toMatchObject({ code: 'NETWORK', transient: true })
    expect(error.message).toContain(
      `the proxy ${new URL(url).host} cannot be reached: the connection was refused`,
    )
  })
})
