import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushOverHttp } from '../../testkit/image/push.ts'
import { createCertificate } from '../../testkit/registry/certificate.ts'
import { syntheticBlob } from '../../testkit/registry/content.ts'
import { runAction, type ActionOptions } from '../../testkit/runner/action-runner.ts'
import { startDistribution, type Distribution } from '../../testkit/servers/distribution.ts'
import {
  findNginx,
  startNginx,
  type Nginx,
  type NginxOptions,
} from '../../testkit/servers/nginx.ts'
import { realRegistryRequired } from '../../testkit/servers/required.ts'
import { errorsOf, everythingOf, kept, outputsOf } from '../bundle/bundle.ts'
import { isWanted } from './real-registry.ts'

const isThere = isWanted('Distribution 2') && (findNginx() !== undefined || realRegistryRequired())
const describeReal = isThere ? describe : describe.skip

const app = buildMultiPlatform({ attestations: true })
const login = { user: 'gatekeeper', password: 'open-the-gate' }
const mebibytes = 1024 * 1024

describeReal('a registry behind nginx', () => {
  let registry: Distribution

  beforeAll(async () => {
    registry = await startDistribution()
    await pushOverHttp(registry.url, 'acme/app', 'v1', app)
  })

  afterAll(async () => {
    await (registry as Distribution | undefined)?.close()
  })

  async function startGate(options: Omit<NginxOptions, 'upstream'> = {}): Promise<Nginx> {
    return kept(await startNginx({ upstream: registry.url, ...options }))
  }

  /** Copies the image, from the registry itself where no other source is given. */
  async function copy(destination: string, options: ActionOptions & { source?: string } = {}) {
    const { source = `${registry.host}/acme/app:v1`, ...rest } = options
    const images = `${source} => ${destination}`
    const inputs = { images, platforms: 'all', retries: '0', ...rest.inputs }
    const result = await runAction({ ...rest, inputs })
    return { result, outputs: outputsOf(result), errors: errorsOf(result) }
  }

  test('is trusted by the authority in NODE_EXTRA_CA_CERTS', async () => {
    const gate = await startGate()
    const { outputs, errors } = await copy(`${gate.host}/trusted/app:v1`, {
      workspace: { 'ca.pem': gate.certificate.ca },
      env: { NODE_EXTRA_CA_CERTS: 'ca.pem' },
    })
    expect(errors).toEqual([])
    expect(outputs.digest).toBe(app.manifest.digest)
    await pullAndVerify(registry.url, 'trusted/app', 'v1')
  })

  test('is not trusted without, and the error names what helps', async () => {
    const gate = await startGate()
    const { errors } = await copy(`${gate.host}/untrusted/app:v1`)
    expect(errors[0]).toContain(gate.host)
    expect(errors[0]).toContain('authority')
    expect(errors[0]).toContain('`registry-tls`')
  })

  test('lets in who shows a certificate at one door and knows the password at the other', async () => {
    const client = await createCertificate({ names: ['client.test'] })
    const source = await startGate({ login })
    const destination = await startGate({ clientAuthority: client.ca })
    const { ca } = source.certificate
    const { result, outputs, errors } = await copy(`${destination.host}/two-doors/app:v1`, {
      source: `${source.host}/acme/app:v1`,
      inputs: {
        'source-username': login.user,
        'source-password': login.password,
        'registry-tls': JSON.stringify([
          { registry: source.host, ca },
          { registry: destination.host, ca: 'ca.pem', cert: 'client.pem', key: client.key },
        ]),
      },
      workspace: { 'ca.pem': ca, 'client.pem': client.cert },
    })
    expect(errors).toEqual([])
    expect(outputs.digest).toBe(app.manifest.digest)
    await pullAndVerify(registry.url, 'two-doors/app', 'v1')
    expect(everythingOf(result)).not.toContain(client.key.split('\n')[1])
  })

  test('gets its client certificate from one input and its authority from NODE_EXTRA_CA_CERTS', async () => {
    const client = await createCertificate({ names: ['client.test'] })
    const gate = await startGate({ clientAuthority: client.ca, login })
    const { outputs, errors } = await copy(`${gate.host}/mixed/app:v1`, {
      inputs: {
        'destination-username': login.user,
        'destination-password': login.password,
        'registry-tls': JSON.stringify([
          { registry: gate.host, cert: client.cert, key: client.key },
        ]),
      },
      workspace: { 'ca.pem': gate.certificate.ca },
      env: { NODE_EXTRA_CA_CERTS: 'ca.pem' },
    })
    expect(errors).toEqual([])
    expect(outputs.counts.copied).toBe(1)
  })

  // nginx ends the handshake well and refuses each request (ngx_http_ssl_module, error 495 and 496).
  test('refuses a client certificate that it does not know, at the first request', async () => {
    const client = await createCertificate({ names: ['client.test'] })
    const stranger = await createCertificate({ names: ['client.test'], selfSigned: true })
    const gate = await startGate({ clientAuthority: client.ca })
    const { ca } = gate.certificate
    const entry = { registry: gate.host, ca, cert: stranger.cert, key: stranger.key }
    const { errors } = await copy(`${gate.host}/stranger/app:v1`, {
      inputs: { 'registry-tls': JSON.stringify([entry]) },
    })
    expect(errors[0]).toContain(`${gate.host}/stranger/app:v1`)
    expect(errors[0]).toMatch(/HTTP 400, .*certificate/i)
  })

  test('refuses who shows no certificate, at the first request', async () => {
    const client = await createCertificate({ names: ['client.test'] })
    const gate = await startGate({ clientAuthority: client.ca })
    const { ca } = gate.certificate
    const { errors } = await copy(`${gate.host}/nobody/app:v1`, {
      inputs: { 'registry-tls': JSON.stringify([{ registry: gate.host, ca }]) },
    })
    expect(errors[0]).toContain(`${gate.host}/nobody/app:v1`)
    expect(errors[0]).toMatch(/HTTP 400, .*certificate/i)
  })

  test('refuses a wrong password, which appears nowhere', async () => {
    const gate = await startGate({ login })
    const { ca } = gate.certificate
    const { result, outputs, errors } = await copy(`${gate.host}/guess/app:v1`, {
      inputs: {
        'destination-username': login.user,
        'destination-password': 'open-sesame',
        'registry-tls': JSON.stringify([{ registry: gate.host, ca }]),
      },
    })
    expect(outputs.results[0]?.error?.code).toBe('AUTHENTICATION')
    expect(errors[0]).toContain(gate.host)
    expect(result.masks).toContain('open-sesame')
    expect(everythingOf(result)).not.toContain('open-sesame')
  })

  test('gives upload locations without TLS, which are not followed as they are (Q39)', async () => {
    const gate = await startGate({ forwardsScheme: false })
    const { ca } = gate.certificate
    const { outputs, errors } = await copy(`${gate.host}/downgraded/app:v1`, {
      inputs: { 'registry-tls': JSON.stringify([{ registry: gate.host, ca }]) },
    })
    expect(errors).toEqual([])
    expect(outputs.digest).toBe(app.manifest.digest)
    await pullAndVerify(registry.url, 'downgraded/app', 'v1')
  })

  test('takes a layer above its limit in chunks (Q45)', async () => {
    const large = buildImage({
      layers: [{ source: syntheticBlob(20 * mebibytes, 'large') }, { files: { small: 'file' } }],
    })
    await pushOverHttp(registry.url, 'acme/large', 'v1', large)
    const gate = await startGate({ maxBodySize: 9 * mebibytes })
    const { ca } = gate.certificate
    const { outputs, errors } = await copy(`${gate.host}/chunked/large:v1`, {
      source: `${registry.host}/acme/large:v1`,
      inputs: { 'registry-tls': JSON.stringify([{ registry: gate.host, ca }]) },
    })
    expect(errors).toEqual([])
    expect(outputs.digest).toBe(large.manifest.digest)
    const statuses = (await gate.answers()).map((line) => line.split(' ').slice(0, 2).join(' '))
    expect(statuses).toContain('413 PUT')
    expect(statuses.filter((one) => one === '202 PATCH')).toHaveLength(3)
    await pullAndVerify(registry.url, 'chunked/large', 'v1')
  })

  test('takes many layers at once above the limit that it has by default (Q45)', async () => {
    const many = buildImage({
      layers: Array.from({ length: 6 }, (_, index) => ({
        source: syntheticBlob((index + 2) * mebibytes + index, `layer ${index}`),
      })),
    })
    await pushOverHttp(registry.url, 'acme/many', 'v1', many)
    const gate = await startGate({ maxBodySize: 'default' })
    const { outputs, errors } = await copy(`${gate.host}/defaults/many:v1`, {
      source: `${registry.host}/acme/many:v1`,
      inputs: {
        'registry-tls': JSON.stringify([{ registry: gate.host, ca: gate.certificate.ca }]),
      },
    })
    expect(errors).toEqual([])
    expect(outputs.digest).toBe(many.manifest.digest)
    const answers = await gate.answers()
    expect(answers.some((line) => line.startsWith('413 PUT'))).toBe(true)
    await pullAndVerify(registry.url, 'defaults/many', 'v1')
  })

  test.each([
    ['source', 'open elsewhere'],
    ['source', 'refused elsewhere'],
    ['destination', 'open elsewhere'],
    ['destination', 'refused elsewhere'],
  ] as const)(
    'that wants a login at /v2/ alone lets who has one in, as %s, %s (Q63)',
    async (side, atBase) => {
      const gate = await startGate({ login, atBase })
      const source = side === 'source' ? `${gate.host}/acme/app:v1` : `${registry.host}/acme/app:v1`
      const place = side === 'source' ? registry.host : gate.host
      const { outputs, errors, result } = await copy(`${place}/at-base/${atBase[0]}-${side}:v1`, {
        source,
        inputs: {
          [`${side}-username`]: login.user,
          [`${side}-password`]: login.password,
          'registry-tls': JSON.stringify([{ registry: gate.host, ca: gate.certificate.ca }]),
        },
      })
      expect(errors).toEqual([])
      expect(outputs.digest).toBe(app.manifest.digest)
      await pullAndVerify(registry.url, `at-base/${atBase[0]}-${side}`, 'v1')
      expect(everythingOf(result)).not.toContain(login.password)
    },
  )
})
