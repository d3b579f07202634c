import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Client } from '../../../src/registry/client.ts'
import { Network } from '../../../src/registry/network/network.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import { failureOf, RegistryWorld, trust } from '../registry-world.ts'

const image = buildImage({ layers: [{ bytes: Buffer.alloc(300_000, 'layer') }] })

let distrust = () => undefined as void
afterEach(() => {
  distrust()
})

describe('a registry on this machine', () => {
  test('is spoken to with TLS where it speaks it, and without where it does not', async () => {
    await using world = await RegistryWorld.start({ source: { tls: true } })
    distrust = trust(world.source.ca)
    world.give(image)
    expect(await world.network.originOf(world.source.host)).toBe(world.source.url)
    expect(await world.network.originOf(world.destination.host)).toBe(world.destination.url)
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect((await world.pull('1.0')).digest).toBe(image.manifest.digest)
  })

  test('may be called localhost', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    const host = world.source.host.replace('127.0.0.1', 'localhost')
    const client = new Client({ host, network: world.network })
    expect(await client.getDigest(`${host}/acme/app:1.0`)).toBe(image.manifest.digest)
  })

  test('is asked once how it is spoken to', async () => {
    await using world = await RegistryWorld.start()
    const first = world.network.originOf(world.source.host)
    expect(await world.network.originOf(world.source.host)).toBe(await first)
  })

  test('that was not there is asked again', async () => {
    const gone = await TestRegistry.start()
    const { host } = gone
    await gone.close()
    await using world = await RegistryWorld.start()
    expect(await world.network.originOf(host)).toBe(`http://${host}`)
    const { port } = new URL(`http://${host}`)
    const { promise, resolve } = Promise.withResolvers<void>()
    const server = createServer().listen(Number(port), '127.0.0.1', resolve)
    await promise
    expect(await world.network.originOf(host)).toBe(`http://${host}`)
    server.close()
  })
})

describe('any other registry', () => {
  test('is spoken to with TLS', async () => {
    await using world = await RegistryWorld.start()
    expect(await world.network.originOf('ghcr.io')).toBe('https://ghcr.io')
    expect(await world.network.originOf('docker.io')).toBe('https://registry-1.docker.io')
    expect(world.network.mayBePlain('ghcr.io')).toBe(false)
  })

  test('may be plain where the user says so', async () => {
    await using world = await RegistryWorld.start({
      network: { insecureRegistries: ['registry.test:5000'] },
    })
    expect(world.network.mayBePlain('registry.test:5000')).toBe(true)
    expect(world.network.mayBePlain('registry.test')).toBe(false)
  })
})

describe('a certificate', () => {
  test.each([
    ['that nobody vouches for', { tls: true }],
    ['that is over', { tls: { expired: true } }],
    ['of another name', { tls: { names: ['registry.test'] } }],
  ])('%s ends the request at once', async (_what, source) => {
    await using world = await RegistryWorld.start({ source, network: { retries: 3 } })
    if (source.tls !== true) distrust = trust(world.source.ca)
    world.give(image)
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'TLS', operation: 'get manifest', side: 'source' })
    expect(world.source.requests).toEqual([])
    expect(world.clock.pauses).toEqual([])
  })
})

describe('an upload that is refused before it was read', () => {
  test.each([false, true])('is refused for that, with TLS: %s', async (tls) => {
    await using world = await RegistryWorld.start({ destination: { tls }, network: { retries: 3 } })
    distrust = trust(world.destination.ca)
    world.give(image)
    world.destination.fault({ method: 'PUT' }, replyWith(413, { early: true, body: 'too large' }))
    for (let time = 0; time < 10; time++) {
      const tag = `mirror/app:${time}`
      const error = await failureOf(world.from.copyImage('acme/app:1.0', tag, world.to))
      expect(error).toMatchObject({ code: 'UPLOAD', status: 413, registryMessage: 'too large' })
    }
    expect(world.clock.pauses).toEqual([])
  })
})

/** A proxy that answers every request itself, and keeps what it was asked for. */
async function startProxy() {
  const asked: { url: string; headers: IncomingHttpHeaders }[] = []
  const server = createServer(({ url = '', headers }: IncomingMessage, response) => {
    asked.push({ url, headers })
    response.writeHead(404).end()
  })
  server.on('connect', ({ url = '', headers }: IncomingMessage, socket) => {
    asked.push({ url, headers })
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    asked,
    url: `http://user:secret@127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

describe('a proxy', () => {
  test('for http is asked for registries that may be plain', async () => {
    await using proxy = await startProxy()
    await using world = await RegistryWorld.start({
      network: {
        insecureRegistries: ['registry.invalid:5000'],
        environment: { http_proxy: proxy.url },
      },
    })
    const client = new Client({ host: 'registry.invalid:5000', network: world.network })
    expect(await client.checkExists('registry.invalid:5000/acme/app:1.0')).toBe(false)
    expect(proxy.asked[0]?.url).toBe('http://registry.invalid:5000/v2/acme/app/manifests/1.0')
    expect(proxy.asked[0]?.headers['proxy-authorization']).toMatch(/^Basic /)
  })

  test('for https is asked for all the others', async () => {
    await using proxy = await startProxy()
    await using world = await RegistryWorld.start({
      network: { environment: { HTTPS_PROXY: proxy.url } },
    })
    const client = new Client({ host: 'registry.invalid', network: world.network })
    const error = await failureOf(client.checkExists('registry.invalid/acme/app:1.0'))
    expect(error.message).not.toContain('secret')
    expect(proxy.asked.map(({ url }) => url)).toEqual(['registry.invalid:443'])
  })

  test.each([
    ['for http is not asked with TLS', 'registry.invalid', { name: 'http_proxy', except: '' }],
    [
      'is not asked for an exception',
      'registry.invalid',
      { name: 'https_proxy', except: '.invalid' },
    ],
  ])('%s', async (_what, host, { name, except }) => {
    await using proxy = await startProxy()
    await using world = await RegistryWorld.start({
      network: { environment: { [name]: proxy.url, no_proxy: except } },
    })
    const client = new Client({ host, network: world.network })
    expect((await failureOf(client.checkExists(`${host}/acme/app:1.0`))).code).toBe('NETWORK')
    expect(proxy.asked).toEqual([])
  })

  test('is never asked for this machine', async () => {
    await using proxy = await startProxy()
    const environment = { http_proxy: proxy.url, https_proxy: proxy.url }
    await using world = await RegistryWorld.start({ network: { environment } })
    world.give(image)
    expect(await world.from.checkExists('acme/app:1.0')).toBe(true)
    expect(proxy.asked).toEqual([])
  })
})

test('a limiter belongs to a host, and to all clients that speak to it', async () => {
  const network = new Network({ concurrency: 3, environment: {} })
  expect(network.limiter('ghcr.io')).toBe(network.limiter('ghcr.io'))
  expect(network.limiter('ghcr.io')).not.toBe(network.limiter('quay.io'))
  expect(network.limiter('ghcr.io').capacity).toBe(3)
  await network.close()
})
