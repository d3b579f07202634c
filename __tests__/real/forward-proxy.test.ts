import { describe, expect, test } from '@jest/globals'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushOverHttp } from '../../testkit/image/push.ts'
import { createCertificate } from '../../testkit/registry/certificate.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { startDistribution } from '../../testkit/servers/distribution.ts'
import { TestProxy } from '../../testkit/servers/proxy.ts'
import { realRegistryRequired } from '../../testkit/servers/required.ts'
import { findTinyproxy, startTinyproxy } from '../../testkit/servers/tinyproxy.ts'
import { errorsOf, everythingOf, kept, outputsOf } from '../bundle/bundle.ts'
import { isWanted } from './real-registry.ts'

const isThere =
  isWanted('Distribution 2') && (findTinyproxy() !== undefined || realRegistryRequired())
const describeReal = isThere ? describe : describe.skip

const app = buildMultiPlatform()
const login = { user: 'alice', password: 'pr0xyS3cret' }
const image = 'secure.test/acme/app:v1 => plain.test:80/prod/app:v1'

/**
 * Two registries by names that nobody else knows (RFC 2606): tinyproxy finds them behind a proxy of
 * ours, as it would find the world behind that of a company.
 */
async function startWorld() {
  const tls = await createCertificate({ names: ['secure.test'] })
  const secure = kept(await startDistribution({ tls }))
  const plain = kept(await startDistribution())
  const outer = kept(
    await TestProxy.start({
      routes: { 'secure.test:443': secure.host, 'plain.test:80': plain.host },
    }),
  )
  const upstream = { hosts: ['secure.test', 'plain.test'], url: outer.url }
  const proxy = kept(await startTinyproxy({ login, upstream }))
  const options = {
    inputs: { images: image, 'insecure-registries': 'plain.test:80' },
    workspace: { 'ca.pem': tls.ca },
  }
  return { plain, outer, proxy, options }
}

function throughProxy(url: string): Readonly<Record<string, string>> {
  return { http_proxy: url, https_proxy: url, NODE_EXTRA_CA_CERTS: 'ca.pem' }
}

describeReal('a real proxy that wants a login', () => {
  test('leads to registries with TLS and without, and its password appears nowhere', async () => {
    const { plain, outer, proxy, options } = await startWorld()
    await pushOverHttp(plain.url, 'seed/app', 'v1', app)
    const seed = {
      ...options.inputs,
      images: 'plain.test:80/seed/app:v1 => secure.test/acme/app:v1',
    }
    const seeded = await runAction({
      ...options,
      inputs: seed,
      env: throughProxy(proxy.url),
    })
    expect(errorsOf(seeded)).toEqual([])
    const result = await runAction({
      ...options,
      env: throughProxy(proxy.url),
    })
    expect(errorsOf(result)).toEqual([])
    const pulled = await pullAndVerify(plain.url, 'prod/app', 'v1')
    expect(pulled.digest).toBe(outputsOf(result).digest)
    expect(outer.requests).toContain('CONNECT secure.test:443')
    expect(outer.requests).toContain('PUT http://plain.test:80/v2/prod/app/manifests/v1')
    expect(everythingOf(result)).not.toContain(login.password)
  })

  test('fails the image where the login is wrong, and the error names the proxy', async () => {
    const { outer, proxy, options } = await startWorld()
    const url = proxy.url.replace(login.password, 'wr0ngS3cret')
    const result = await runAction({ ...options, env: throughProxy(url) })
    expect(errorsOf(result)[0]).toMatch(/proxy/i)
    expect(outer.requests).toEqual([])
    expect(everythingOf(result)).not.toContain('wr0ngS3cret')
  })
})
