import { afterEach, describe, expect, test } from '@jest/globals'
import { Client } from '../../../src/registry/client.ts'
import { Network, type NetworkOptions } from '../../../src/registry/network/network.ts'
import { redirectTo, setHeader } from '../../../testkit/registry/faults.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import { at, nameServer } from './name-server.ts'
import { failureOf, FakeClock, image } from '../registry-world.ts'

/** Documentation addresses (RFC 5737), which are public ones that nobody has. */
const PUBLIC = '203.0.113.1'
const HERE = '127.0.0.1'

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource.close()
})

/**
 * A registry called `registry.corp.test`, which sends everybody who wants a manifest to `elsewhere`.
 * There, on this machine, is another server that has it.
 */
async function startWorld(
  elsewhere: string,
  names: Readonly<Record<string, readonly string[]>>,
  options: NetworkOptions = {},
) {
  const registry = await TestRegistry.start()
  const storage = await TestRegistry.start({ store: registry.store })
  pushTo(registry.store, 'acme/app', '1.0', image)
  const dns = nameServer({ 'registry.corp.test': [HERE], ...names })
  const clock = new FakeClock()
  const host = at('registry.corp.test', registry)
  const network = new Network({
    clock,
    retries: 3,
    environment: {},
    lookup: dns.lookup,
    ...options,
    insecureRegistries: [host, ...(options.insecureRegistries ?? [])],
  })
  open.push(registry, storage, network)
  const url = `http://${at(elsewhere, storage)}`
  const redirect = registry.fault(
    { path: '/manifests/' },
    redirectTo(`${url}/v2/acme/app/manifests/1.0`),
  )
  const digestBy = async (name = host) =>
    new Client({ host: name, network }).getImage(`${name}/acme/app:1.0`)
  return { registry, storage, dns, clock, network, host, url, redirect, digestBy }
}

describe('a host that only the registry has named', () => {
  test('is not connected to where it has an address of this machine', async () => {
    const { storage, dns, clock, digestBy } = await startWorld('storage.evil.test', {
      'storage.evil.test': [HERE],
    })
    const error = await failureOf(digestBy())
    expect(error).toMatchObject({ code: 'REDIRECT', operation: 'get manifest', transient: false })
    expect(error.message).toContain('storage.evil.test')
    expect(error.message).toContain('has a private address, and is not connected to')
    expect(storage.requests).toEqual([])
    expect(clock.pauses).toEqual([])
    // Asked once, by the socket: nothing comes between the look at the address and its use.
    expect(dns.asked.filter((name) => name === 'storage.evil.test')).toHaveLength(1)
  })

  test('is not named by the certificates that the machine has for it', async () => {
    const elsewhere = 'storage.evil.test'
    const { storage, dns, host } = await startWorld(elsewhere, { [elsewhere]: [HERE] })
    const network = new Network({
      environment: {},
      lookup: dns.lookup,
      insecureRegistries: [host],
      machineTls: new Map([[at(elsewhere, storage), {}]]),
    })
    open.push(network)
    const reading = new Client({ host, network }).getImage(`${host}/acme/app:1.0`)
    expect((await failureOf(reading)).code).toBe('REDIRECT')
    expect(storage.requests).toEqual([])
  })

  test.each([
    ['a private one', '10.0.0.1'],
    ['one of the metadata service', '169.254.169.254'],
    ['a private one of IPv6', 'fd00::1'],
    ['one of this machine as IPv4 in IPv6', '::ffff:127.0.0.1'],
  ])('is not connected to where it has a public address and %s', async (_what, address) => {
    const { storage, digestBy } = await startWorld('storage.evil.test', {
      'storage.evil.test': [PUBLIC, address],
    })
    expect((await failureOf(digestBy())).code).toBe('REDIRECT')
    expect(storage.requests).toEqual([])
  })

  test('is connected to where the registry is private as well, and of the same site', async () => {
    const { storage, digestBy } = await startWorld('storage.corp.test', {
      'storage.corp.test': [HERE],
    })
    expect((await digestBy()).digest).toBe(image.manifest.digest)
    expect(storage.requests).toHaveLength(1)
  })

  test('is connected to where it is the registry under another port', async () => {
    const { digestBy } = await startWorld('registry.corp.test', {})
    expect((await digestBy()).digest).toBe(image.manifest.digest)
  })

  test('is connected to where the registry is this machine, and so is the host', async () => {
    const { registry, digestBy } = await startWorld('storage.evil.test', {
      'storage.evil.test': [HERE],
    })
    expect((await digestBy(registry.host)).digest).toBe(image.manifest.digest)
  })

  test.each([
    ['169.254.169.254', 'of a cloud'],
    ['100.100.100.200', 'of another cloud'],
    ['168.63.129.16', 'of Azure, whose address is a public one elsewhere'],
    ['fd00:ec2::254', 'in IPv6'],
    ['fd20:ce::254', 'of another cloud in IPv6'],
    ['fe80::1', 'of this link'],
  ])('is never connected to at %s, the metadata service %s', async (address) => {
    const { digestBy } = await startWorld('storage.corp.test', { 'storage.corp.test': [address] })
    expect((await failureOf(digestBy())).code).toBe('REDIRECT')
  })

  test('is not connected to for an upload', async () => {
    const source = await TestRegistry.start()
    open.push(source)
    pushTo(source.store, 'acme/app', '2.0', image)
    const sourceHost = at('source.test', source)
    const { registry, storage, network, host, url, redirect } = await startWorld(
      'storage.evil.test',
      { 'storage.evil.test': [HERE], 'source.test': [HERE] },
      { insecureRegistries: [sourceHost] },
    )
    redirect.remove()
    registry.fault({ method: 'POST' }, setHeader('location', `${url}/v2/x/blobs/uploads/1`))
    const from = new Client({ host: sourceHost, network })
    const to = new Client({ host, network })
    const error = await failureOf(
      from.copyImage(`${sourceHost}/acme/app:2.0`, `${host}/mirror/app:2.0`, to),
    )
    expect(error).toMatchObject({
      code: 'REDIRECT',
      side: 'destination',
      operation: 'upload blob',
    })
    expect(error.message).toContain('storage.evil.test')
    expect(storage.requests).toEqual([])
  })

  test('is connected to where the user has named it too', async () => {
    const { registry, storage, host } = await startWorld('token.evil.test', {})
    const network = new Network({
      environment: {},
      retries: 0,
      insecureRegistries: [host],
      namedHosts: [at('token.evil.test', storage)],
      lookup: nameServer({ 'token.evil.test': [HERE], 'registry.corp.test': [HERE] }).lookup,
    })
    open.push(network)
    const client = new Client({ host, network })
    expect((await client.getImage(`${host}/acme/app:1.0`)).digest).toBe(image.manifest.digest)
    expect([registry.requests.length, storage.requests.length]).toEqual([1, 1])
  })
})

describe('a request on behalf of a registry', () => {
  const place = { operation: 'log in', registry: 'registry.corp.test' }
  const request = { path: '/v2/', method: 'GET', headers: {} } as const

  test('of a public one is refused at a private host of its site', async () => {
    const { network, url } = await startWorld('auth.corp.test', {
      'registry.corp.test': [PUBLIC],
      'auth.corp.test': [HERE],
    })
    const onBehalfOf = await network.originOf('registry.corp.test')
    const exchange = { ...request, origin: url, onBehalfOf, refusal: 'AUTHENTICATION' } as const
    const error = await failureOf(network.send(exchange, place))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', operation: 'log in' })
  })

  test('does not use the connection that another registry was allowed to make', async () => {
    const { storage, network, host, url } = await startWorld('storage.corp.test', {
      'storage.corp.test': [HERE],
      'evil.test': [PUBLIC],
    })
    const home = await network.originOf(host)
    const answer = await network.send({ ...request, origin: url, onBehalfOf: home }, place)
    answer.body.drop()
    const evil = await network.originOf('evil.test')
    const exchange = { ...request, origin: url, onBehalfOf: evil }
    expect((await failureOf(network.send(exchange, place))).code).toBe('REDIRECT')
    expect(storage.requests).toHaveLength(1)
  })

  test.each(['http://127.0.0.1', 'http://[::1]', 'http://10.0.0.1', 'http://169.254.169.254'])(
    'is refused at %s without a connection',
    async (origin) => {
      const { storage, network, host } = await startWorld('storage.corp.test', {})
      const onBehalfOf = await network.originOf(host)
      const url = `${origin}:${new URL(storage.url).port}`
      const exchange = { ...request, origin: url, onBehalfOf }
      expect((await failureOf(network.send(exchange, place))).code).toBe('REDIRECT')
      expect(storage.requests).toEqual([])
    },
  )
})
