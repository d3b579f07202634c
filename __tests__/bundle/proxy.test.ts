import { describe, expect, test } from '@jest/globals'
import { runAction, type ActionOptions } from '../../testkit/runner/action-runner.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { TestProxy } from '../../testkit/servers/proxy.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { errorsOf, everythingOf, kept, outputsOf, startPair, startRegistry } from './bundle.ts'
import { ghcrBehindProxy } from './ghcr.ts'

const image = buildMultiPlatform()
const users = { octocat: 'job-token' }

/** A step that copies from this machine to what `destination` names, and to nothing else. */
async function copyTo(destination: string, options: ActionOptions) {
  const source = await startRegistry()
  pushTo(source.store, 'acme/app', 'v1', image)
  const images = `${source.host}/acme/app:v1 => ${destination}`
  const result = await runAction({
    ...options,
    githubToken: 'job-token',
    inputs: { images, retries: '0', ...options.inputs },
  })
  return { ...result, parsed: outputsOf(result), errors: errorsOf(result) }
}

describe('a registry is reached through', () => {
  test.each(['https_proxy', 'HTTPS_PROXY'])('%s, in a tunnel', async (name) => {
    const { registry, proxy, options } = await ghcrBehindProxy({ users })
    const { https_proxy: url = '', ...env } = options.env ?? {}
    const { parsed } = await copyTo('ghcr.io/prod/app:v1', {
      ...options,
      env: { ...env, [name]: url },
    })
    expect(parsed.counts.copied).toBe(1)
    expect(registry.store.tag('prod/app', 'v1')).toBe(parsed.digest)
    expect(new Set(proxy.requests)).toEqual(new Set(['CONNECT ghcr.io:443']))
  })

  test.each(['http_proxy', 'HTTP_PROXY'])('%s, where it is spoken to in plain', async (name) => {
    const registry = await startRegistry()
    const proxy = kept(await TestProxy.start({ routes: { 'registry.test:80': registry.host } }))
    const { parsed } = await copyTo('registry.test:80/prod/app:v1', {
      env: { [name]: proxy.url },
      inputs: { 'insecure-registries': 'registry.test:80' },
    })
    expect(parsed.counts.copied).toBe(1)
    expect(registry.store.tag('prod/app', 'v1')).toBe(parsed.digest)
    expect(proxy.requests.length).toBeGreaterThan(0)
  })

  test('a proxy that wants a login', async () => {
    const login = { user: 'proxy-user', password: 'pr0xy/s3cret' }
    const { proxy, options } = await ghcrBehindProxy({ users }, { login })
    const { parsed, ...result } = await copyTo('ghcr.io/prod/app:v1', options)
    expect(parsed.counts.copied).toBe(1)
    expect(proxy.requests).toContain('CONNECT ghcr.io:443')
    expect(everythingOf(result)).not.toMatch(/pr0xy(?:\/|%2F)s3cret/)
  })
})

test('a proxy may be written without http://, and its password is masked all the same', async () => {
  const login = { user: 'proxy-user', password: 'pr0xy-s3cret' }
  const { proxy, options } = await ghcrBehindProxy({ users }, { login })
  const env = { ...options.env, https_proxy: proxy.url.replace('http://', '') }
  const { parsed, masks } = await copyTo('ghcr.io/prod/app:v1', { ...options, env })
  expect(parsed.counts.copied).toBe(1)
  expect(masks).toContain('pr0xy-s3cret')
})

test('a proxy that is none fails the step by the name of the variable, not by its value', async () => {
  const env = { HTTPS_PROXY: 'http://alice:s3cret@proxy test' }
  const { exitCode, errors, ...result } = await copyTo('registry.test/prod/app:v1', { env })
  expect(exitCode).toBe(1)
  expect(errors).toEqual(['the environment variable https_proxy is not the URL of a proxy'])
  expect(everythingOf({ exitCode, ...result })).not.toContain('s3cret')
})

test('a proxy whose URL has a path is asked all the same', async () => {
  const { proxy, options } = await ghcrBehindProxy({ users })
  const env = { ...options.env, https_proxy: `${proxy.url}/path` }
  const { parsed } = await copyTo('ghcr.io/prod/app:v1', { ...options, entry: 'src/index.ts', env })
  expect(parsed.counts.copied).toBe(1)
  expect(proxy.requests).toContain('CONNECT ghcr.io:443')
})

describe('no proxy is asked for', () => {
  test('hosts of this machine, whatever the environment says', async () => {
    const proxy = kept(await TestProxy.start({ routes: {} }))
    const { source, destination } = await startPair({ destination: { tls: true } })
    pushTo(source.store, 'acme/app', 'v1', image)
    const { port } = new URL(destination.url)
    const result = await runAction({
      inputs: {
        images: `
          ${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1
          ${source.host}/acme/app:v1 => localhost:${port}/prod/app:v2`,
      },
      workspace: { 'ca.pem': destination.ca ?? '' },
      env: {
        http_proxy: proxy.url,
        https_proxy: proxy.url,
        HTTP_PROXY: proxy.url,
        HTTPS_PROXY: proxy.url,
        NODE_EXTRA_CA_CERTS: 'ca.pem',
      },
    })
    expect(errorsOf(result)).toEqual([])
    expect(destination.store.tags('prod/app')).toEqual(['v1', 'v2'])
    expect(proxy.requests).toEqual([])
  })

  test.each(['no_proxy', 'NO_PROXY'])('hosts that %s names', async (name) => {
    const registry = await startRegistry({ tls: { names: ['registry.test'] } })
    const routes = { 'registry.test:443': registry.host }
    const proxy = kept(await TestProxy.start({ routes }))
    const env = { https_proxy: proxy.url, [name]: 'other.test,.registry.test,registry.test' }
    const { errors } = await copyTo('registry.test/prod/app:v1', { env })
    // The name belongs to nobody (RFC 2606), so nothing is there without the proxy.
    expect(errors[0]).toContain('look up at destination registry.test/prod/app:v1')
    expect(proxy.requests).toEqual([])
  })

  test('https, where there is one for http only', async () => {
    const proxy = kept(await TestProxy.start({ routes: {} }))
    const { errors } = await copyTo('registry.test/prod/app:v1', {
      env: { http_proxy: proxy.url },
    })
    expect(errors[0]).toContain('registry.test/prod/app:v1')
    expect(proxy.requests).toEqual([])
  })
})

describe('a proxy that refuses', () => {
  test.each([
    ['the host', { routes: {} }],
    ['the login', { routes: {}, login: { user: 'alice', password: 'pr0xy-s3cret' } }],
  ])('%s fails the image, and its password stays secret', async (_what, options) => {
    const proxy = kept(await TestProxy.start(options))
    const url = proxy.url.replace('pr0xy-s3cret', 'wr0ng-s3cret')
    const { parsed, errors, ...result } = await copyTo('registry.test/prod/app:v1', {
      env: { https_proxy: url },
    })
    expect(proxy.requests).toEqual(['CONNECT registry.test:443'])
    expect(parsed.results[0]?.error?.code).toBe('NETWORK')
    expect(errors[0]).toMatch(/proxy/i)
    expect(everythingOf(result)).not.toContain('wr0ng-s3cret')
  })
})
