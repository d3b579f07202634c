import { afterEach, describe, expect, test } from '@jest/globals'
import { Client } from '../../../src/registry/client.ts'
import { Network, type NetworkOptions } from '../../../src/registry/network/network.ts'
import { isTlsFailure, tlsReason } from '../../../src/registry/network/tls-failure.ts'
import { endpoint, endpointOf, type TlsOptions } from '../../../src/registry/network/tls.ts'
import {
  createCertificate,
  type CertificateOptions,
} from '../../../testkit/registry/certificate.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { TestRegistry, type RegistryOptions } from '../../../testkit/registry/registry.ts'
import { TestProxy } from '../../../testkit/servers/proxy.ts'
import { at, nameServer } from './name-server.ts'
import { failureOf, FakeClock, image, trust } from '../registry-world.ts'

const open: { close(): Promise<void> }[] = []
let distrust = () => undefined as void

afterEach(async () => {
  distrust()
  for (const resource of open.splice(0).toReversed()) await resource.close()
})

const names = nameServer({
  'registry.test': ['127.0.0.1'],
  'other.test': ['127.0.0.1'],
  'auth.registry.test': ['127.0.0.1'],
})
const certificates = { names: ['registry.test', 'other.test', 'auth.registry.test'] }

async function started(options: RegistryOptions = {}): Promise<TestRegistry> {
  const registry = await TestRegistry.start({ tls: certificates, ...options })
  open.push(registry)
  pushTo(registry.store, 'acme/app', '1.0', image)
  return registry
}

function connect(tls: Readonly<Record<string, TlsOptions>>, options: NetworkOptions = {}) {
  const clock = new FakeClock()
  const network = new Network({
    clock,
    retries: 3,
    environment: {},
    lookup: names.lookup,
    tls: new Map(Object.entries(tls)),
    ...options,
  })
  open.push(network)
  const digestAt = async (host: string) =>
    new Client({ host, network }).getDigest(`${host}/acme/app:1.0`)
  return { network, clock, digestAt }
}

describe('an authority that is named for a host', () => {
  test('is trusted for this host, and for no other', async () => {
    const one = await started()
    const two = await started()
    const host = at('registry.test', one)
    const { digestAt } = connect({ [host]: { ca: one.ca ?? '' } })
    expect(await digestAt(host)).toBe(image.manifest.digest)
    // Neither the same host at another port, nor the same port of another name.
    for (const other of [at('registry.test', two), at('other.test', one)]) {
      expect((await failureOf(digestAt(other))).code).toBe('TLS')
    }
    expect(two.requests).toEqual([])
  })

  test('does not take the place of those that are trusted anyway', async () => {
    const registry = await started()
    const host = at('registry.test', registry)
    const { cert: ca } = await createCertificate({ selfSigned: true })
    distrust = trust(registry.ca)
    expect(await connect({ [host]: { ca } }).digestAt(host)).toBe(image.manifest.digest)
  })

  test('may be the certificate of the host itself, which nobody else vouches for', async () => {
    const registry = await started({ tls: { ...certificates, selfSigned: true } })
    const host = at('registry.test', registry)
    const ca = registry.certificate ?? ''
    expect(await connect({ [host]: { ca } }).digestAt(host)).toBe(image.manifest.digest)
  })

  test('may be the certificate of the host, although an authority has signed it', async () => {
    const registry = await started()
    const host = at('registry.test', registry)
    const ca = registry.certificate ?? ''
    expect(await connect({ [host]: { ca } }).digestAt(host)).toBe(image.manifest.digest)
  })

  test('counts for every host that is spoken to, such as a token service', async () => {
    const tokens = await started({ auth: { kind: 'bearer', users: {} } })
    const realm = `https://${at('auth.registry.test', tokens)}/token`
    const registry = await started({ auth: { kind: 'bearer', users: {}, realm } })
    const host = at('registry.test', registry)
    const ca = registry.ca ?? ''
    const refused = await failureOf(connect({ [host]: { ca } }).digestAt(host))
    expect(refused).toMatchObject({ code: 'TLS', operation: 'log in' })
    expect(refused.message).toContain(
      `the certificate of ${at('auth.registry.test', tokens)} comes from`,
    )
    const both = { [host]: { ca }, [at('auth.registry.test', tokens)]: { ca } }
    await failureOf(connect(both).digestAt(host))
    expect(tokens.count('GET', '/token')).toBe(1)
  })

  test('is trusted through a proxy', async () => {
    const registry = await started()
    const routes = { 'registry.test:443': registry.host, 'other.test:443': registry.host }
    const proxy = await TestProxy.start({ routes })
    open.push(proxy)
    const tls = { 'registry.test': { ca: registry.ca ?? '' } }
    const { digestAt } = connect(tls, { environment: { https_proxy: proxy.url } })
    expect(await digestAt('registry.test')).toBe(image.manifest.digest)
    expect((await failureOf(digestAt('other.test'))).code).toBe('TLS')
    expect(new Set(proxy.requests)).toEqual(
      new Set(['CONNECT registry.test:443', 'CONNECT other.test:443']),
    )
  })
})

describe('what the machine has for a host', () => {
  test('is trusted and shown, as far as nothing else is said of the host', async () => {
    const registry = await started({ tls: { ...certificates, clientCertificate: true } })
    const host = at('registry.test', registry)
    const { cert, key, ca } = await createCertificate()
    const stranger = await createCertificate({ selfSigned: true })
    const own = new Map([[host, { ca, cert, key }]])
    expect(await connect({}, { machineTls: own }).digestAt(host)).toBe(image.manifest.digest)
    const other = { ca: stranger.cert }
    const refused = connect({ [host]: other }, { machineTls: own })
    expect((await failureOf(refused.digestAt(host))).code).toBe('TLS')
    const bare = new Map([[host, { ca }]])
    const shown = connect({ [host]: { cert, key } }, { machineTls: bare })
    expect(await shown.digestAt(host)).toBe(image.manifest.digest)
  })
})

describe('a client certificate', () => {
  const versions = [['TLS 1.3', {}] as const, ['TLS 1.2', { maxVersion: 'TLSv1.2' }] as const]

  test.each(versions)('is shown to the host that it is for, with %s', async (_version, more) => {
    const registry = await started({ tls: { ...certificates, clientCertificate: true, ...more } })
    const host = at('registry.test', registry)
    const { cert, key, ca } = await createCertificate()
    expect(await connect({ [host]: { ca, cert, key } }).digestAt(host)).toBe(image.manifest.digest)
    const without = connect({ [host]: { ca } })
    const error = await failureOf(without.digestAt(host))
    expect(error.code).toBe('TLS')
    expect(error.message).toMatch(/registry\.test:\d+ (?:wants|ended .* it may want) a client cert/)
    expect(without.clock.pauses).toEqual([])
  })

  test.each([
    ['shown to a token service of the registry', 'auth.registry.test', 1],
    ['not shown to one that has nothing to do with it', 'other.test', 0],
  ])('is %s', async (_what, name, requests) => {
    const wanting = { tls: { ...certificates, clientCertificate: true } }
    const tokens = await started({ ...wanting, auth: { kind: 'bearer', users: {} } })
    const service = at(name, tokens)
    const realm = `https://${service}/token`
    const registry = await started({ auth: { kind: 'bearer', users: {}, realm } })
    const host = at('registry.test', registry)
    const { cert, key, ca } = await createCertificate()
    const both = connect({ [host]: { ca }, [service]: { ca, cert, key } })
    const error = await failureOf(both.digestAt(host))
    expect(error.code).toBe(requests === 0 ? 'TLS' : 'AUTHENTICATION')
    expect(tokens.count('GET', '/token')).toBe(requests)
  })

  test('needs no authority beside it', async () => {
    const registry = await started({ tls: { ...certificates, clientCertificate: true } })
    const host = at('registry.test', registry)
    distrust = trust(registry.ca)
    const { cert, key } = await createCertificate()
    expect(await connect({ [host]: { cert, key } }).digestAt(host)).toBe(image.manifest.digest)
  })

  test.each(versions)('is wanted by a registry on this machine, with %s', async (_, more) => {
    const registry = await started({ tls: { clientCertificate: true, ...more } })
    const { cert, key, ca } = await createCertificate()
    const { host } = registry
    // It is asked whether it speaks TLS, and a refusal is an answer to that.
    expect(await connect({}).network.originOf(host)).toBe(`https://${host}`)
    expect(await connect({ [host]: { ca, cert, key } }).digestAt(host)).toBe(image.manifest.digest)
  })
})

describe('a host that ends the handshake is told by what it says:', () => {
  test.each([
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'a.test wants a client certificate'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'a.test does not accept the client certificate'],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'a.test does not accept the client certificate'],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'a.test does not accept the client certificate'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'a.test ended the TLS handshake'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'a.test speaks no version of TLS that is still safe'],
    ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'no TLS connection to a.test: from OpenSSL'],
  ])('%s', (code, words) => {
    expect(isTlsFailure(code)).toBe(true)
    expect(tlsReason(new Error('from OpenSSL'), code, 'a.test')).toContain(words)
  })
})

describe('what is wrong with TLS is told with the name of the host:', () => {
  test.each<[string, CertificateOptions, string]>([
    ['an unknown authority', {}, 'the certificate of HOST comes from an authority that is not'],
    ['a self-signed certificate', { selfSigned: true }, 'HOST has a self-signed certificate'],
    ['one that is over', { expired: true }, 'the certificate of HOST has expired'],
    [
      'one of another name',
      { names: ['a.test', 'b.test', '10.0.0.1'] },
      'the certificate of HOST is for a.test, b.test, 10.0.0.1, and not for this name',
    ],
  ])('%s', async (_what, options, words) => {
    const registry = await started({ tls: { ...certificates, ...options } })
    const host = at('registry.test', registry)
    const isTrusted = options.names !== undefined || options.expired === true
    const { digestAt, clock } = connect(isTrusted ? { [host]: { ca: registry.ca ?? '' } } : {})
    const error = await failureOf(digestAt(host))
    expect(error).toMatchObject({ code: 'TLS', transient: false })
    expect(error.message).toContain(words.replace('HOST', host))
    expect(clock.pauses).toEqual([])
  })

  test('plain HTTP', async () => {
    const registry = await TestRegistry.start()
    open.push(registry)
    const host = at('registry.test', registry)
    const error = await failureOf(connect({}).digestAt(host))
    expect(error.code).toBe('TLS')
    expect(error.message).toContain(`${host} does not speak TLS; it may speak plain HTTP`)
  })
})

test.each([
  ['registry.test', 'registry.test:443'],
  ['Registry.test:443', 'registry.test:443'],
  ['registry:443', 'registry:443'],
  ['[2001:DB8::1]:5000', '2001:db8::1:5000'],
])('the endpoint of %s is %s', (host, text) => {
  expect(endpointOf(host)).toBe(text)
  const { hostname, port } = new URL(`https://${host}`)
  expect(endpoint(hostname, port)).toBe(text)
})
