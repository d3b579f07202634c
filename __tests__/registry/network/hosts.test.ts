import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { apiHost, hostName, isLoopback, speaksTls } from '../../../src/registry/network/hosts.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'

test('the API of Docker Hub is on a host of its own', () => {
  expect(apiHost('docker.io')).toBe('registry-1.docker.io')
  expect(apiHost('ghcr.io')).toBe('ghcr.io')
  expect(apiHost('localhost:5000')).toBe('localhost:5000')
})

test.each([
  ['ghcr.io', 'ghcr.io'],
  ['localhost:5000', 'localhost'],
  ['[::1]:5000', '::1'],
  ['[fe80::1]', 'fe80::1'],
])('the name of %s is %s', (host, name) => {
  expect(hostName(host)).toBe(name)
})

describe('this machine is', () => {
  test.each([
    'localhost',
    'LOCALHOST:5000',
    'localhost.',
    'registry.localhost:80',
    '127.0.0.1',
    '127.255.0.9:5000',
    '[::1]:5000',
    '::1',
  ])('%s', (host) => {
    expect(isLoopback(host)).toBe(true)
  })

  test.each([
    'ghcr.io',
    'localhost.example.com',
    'mylocalhost',
    '127.example.com',
    '128.0.0.1',
    '[::2]',
  ])('not %s', (host) => {
    expect(isLoopback(host)).toBe(false)
  })
})

describe('a host that may speak plain HTTP', () => {
  test('is seen to speak TLS', async () => {
    await using registry = await TestRegistry.start({ tls: true })
    expect(await speaksTls(registry.host)).toBe(true)
    expect(await speaksTls(registry.host.replace('127.0.0.1', 'localhost'))).toBe(true)
  })

  test('is seen not to, and gets no request for the answer', async () => {
    await using registry = await TestRegistry.start()
    expect(await speaksTls(registry.host)).toBe(false)
    expect(registry.requests).toEqual([])
  })

  test('is not judged where nobody listens', async () => {
    const registry = await TestRegistry.start()
    const { host } = registry
    await registry.close()
    expect(await speaksTls(host)).toBeUndefined()
  })

  test('is not waited for when the run is cancelled', async () => {
    const server = createServer((socket) => {
      controller.abort()
      server.close()
      socket.on('error', () => undefined).once('close', () => socket.destroy())
    })
    const controller = new AbortController()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const closed = once(server, 'close')
    expect(await speaksTls(`127.0.0.1:${port}`, { signal: controller.signal })).not.toBe(true)
    await closed
  })
})
