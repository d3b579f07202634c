import { afterEach, expect, test } from '@jest/globals'
import { Agent, request, type Dispatcher } from 'undici'
import { createCertificate } from '../../testkit/registry/certificate.ts'
import { TestRegistry, type RegistryOptions } from '../../testkit/registry/registry.ts'

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((resource) => resource.close()))
})

async function start(options: RegistryOptions) {
  const registry = await TestRegistry.start(options)
  open.push(registry)
  return registry
}

function agentFor(ca: string | undefined): Dispatcher {
  const agent = new Agent(ca === undefined ? {} : { connect: { ca } })
  open.push(agent)
  return agent
}

test('a client that trusts the authority is served over TLS', async () => {
  const registry = await start({ tls: true })
  expect(registry.url).toBe(`https://${registry.host}`)
  const dispatcher = agentFor(registry.ca)
  for (const host of [registry.host, registry.host.replace('127.0.0.1', 'localhost')]) {
    const { statusCode, body } = await request(`https://${host}/v2/`, { dispatcher })
    await body.dump()
    expect(statusCode).toBe(200)
  }
})

test('a client that does not trust it is not', async () => {
  const registry = await start({ tls: true })
  const dispatcher = agentFor(undefined)
  await expect(request(`${registry.url}/v2/`, { dispatcher })).rejects.toMatchObject({
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  })
})

test.each<[RegistryOptions, string]>([
  [{ tls: { expired: true } }, 'CERT_HAS_EXPIRED'],
  [{ tls: { names: ['registry.test'] } }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
])('%j shows in the client as %s', async (options, code) => {
  const registry = await start(options)
  const dispatcher = agentFor(registry.ca)
  await expect(request(`${registry.url}/v2/`, { dispatcher })).rejects.toMatchObject({ code })
})

test('a token is had over TLS too', async () => {
  const users = { robot: 'secret' }
  const registry = await start({ tls: true, auth: { kind: 'bearer', users } })
  const dispatcher = agentFor(registry.ca)
  const { headers, body } = await request(`${registry.url}/v2/`, { dispatcher })
  await body.dump()
  expect(headers['www-authenticate']).toContain(`realm="${registry.url}/token"`)
})

test('every certificate of a process comes from one authority', async () => {
  const [one, other] = await Promise.all([createCertificate(), createCertificate()])
  expect(one.ca).toBe(other.ca)
  expect(one.cert).not.toBe(other.cert)
})
