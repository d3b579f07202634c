import { describe, expect, test } from '@jest/globals'
import {
  parseProxy,
  proxyFor,
  readProxies,
  unusedProxy,
} from '../../../src/registry/network/proxies.ts'

describe('the proxies of the environment', () => {
  test('are none where nothing is set, or only what needs no proxy', () => {
    expect(readProxies({})).toEqual({ exceptions: [] })
    const proxies = readProxies({ http_proxy: ' ', HTTPS_PROXY: '', no_proxy: 'a.test' })
    expect(proxyFor(proxies, 'https://b.test')).toBeUndefined()
  })

  test('are found in either case, and lower case counts first', () => {
    const proxies = readProxies({
      http_proxy: 'http://lower:1',
      HTTP_PROXY: 'http://upper:1',
      HTTPS_PROXY: 'https://upper:2',
      NO_PROXY: ' a.test ',
    })
    expect(proxyFor(proxies, 'http://b.test')).toEqual({
      origin: 'http://lower:1',
      name: 'lower:1',
    })
    expect(proxyFor(proxies, 'https://b.test')?.origin).toBe('https://upper:2')
    expect(proxyFor(proxies, 'https://a.test')).toBeUndefined()
  })

  test('are those in upper case where the others are blank', () => {
    const proxies = readProxies({
      https_proxy: '',
      HTTPS_PROXY: 'http://upper:1',
      no_proxy: ' ',
      NO_PROXY: 'a.test',
    })
    expect(proxyFor(proxies, 'https://b.test')?.origin).toBe('http://upper:1')
    expect(proxyFor(proxies, 'https://a.test')).toBeUndefined()
  })

  test.each(['http://u:12/s3cret@proxy:1', 'http://u:12?s3cret@proxy:1', 'u:12#s3cret@proxy:1'])(
    'are not taken from %s, whose password is cut in two',
    (url) => {
      expect(() => readProxies({ http_proxy: url })).toThrow(/^the .* http_proxy has an "@" after/)
      expect(() => readProxies({ http_proxy: url })).not.toThrow(/s3cret|12/)
    },
  )

  test('for http are not for https, nor the reverse', () => {
    expect(proxyFor(readProxies({ http_proxy: 'http://p:1' }), 'https://a.test')).toBeUndefined()
    expect(proxyFor(readProxies({ https_proxy: 'http://p:1' }), 'http://a.test')).toBeUndefined()
  })

  test('may be a host and a port', () => {
    const proxies = readProxies({ https_proxy: 'alice:pw@proxy:8080' })
    expect(proxies.https).toMatchObject({ origin: 'http://proxy:8080', name: 'proxy:8080' })
    expect(parseProxy('alice:pw@proxy:8080')?.password).toBe('pw')
  })

  test.each([
    ['http://alice:p%40ss@proxy:1', 'alice:p@ss'],
    ['http://alice:50%@proxy:1', 'alice:50%'],
    ['http://token@proxy:1', 'token:'],
    ['http://:pw@proxy:1', ':pw'],
  ])('are given the login in %s, and their address is without it', (url, login) => {
    const { http } = readProxies({ http_proxy: url })
    expect(http?.authorization).toBe(`Basic ${Buffer.from(login).toString('base64')}`)
    expect({ ...http, authorization: '' }).toEqual({
      origin: 'http://proxy:1',
      name: 'proxy:1',
      authorization: '',
    })
  })

  test.each(['ftp://proxy:1', 'socks5://proxy:1', 'http://', 'http://a b', '://'])(
    'are not %s',
    (text) => {
      expect(() => readProxies({ HTTPS_PROXY: text })).toThrow(
        'the environment variable https_proxy is not the URL of a proxy',
      )
    },
  )
})

test.each(['socks5://u:s3cret@p:1', 'socks4a://p:1', 'SOCKS5H://p:1'])(
  'a proxy of another kind is named as such: %s',
  (text) => {
    expect(() => readProxies({ https_proxy: text })).toThrow(
      /https_proxy .* SOCKS is not supported$/,
    )
  },
)

describe('a variable that others go by', () => {
  test.each(['ALL_PROXY', 'all_proxy'])('is said not to be used: %s', (name) => {
    const said = unusedProxy({ [name]: 'socks5h://user:s3cret@proxy:1080' })
    expect(said).toMatch(/^ALL_PROXY is not used: .*https_proxy.*SOCKS/)
    expect(said).not.toContain('s3cret')
    expect(unusedProxy({ [name]: 'http://p:1', http_proxy: 'http://p:2' })).toBe(said)
  })

  test('is not worth a word where it is not there, or another one counts', () => {
    expect(unusedProxy({ ALL_PROXY: ' ' })).toBeUndefined()
    expect(unusedProxy({ ALL_PROXY: 'http://p:1', HTTPS_PROXY: 'http://p:2' })).toBeUndefined()
  })
})

function isProxied(noProxy: string, origin: string) {
  const url = 'http://p:1'
  const proxies = readProxies({ http_proxy: url, https_proxy: url, no_proxy: noProxy })
  return proxyFor(proxies, origin) !== undefined
}

describe('no proxy is asked', () => {
  test.each([
    ['example.com', 'https://example.com'],
    ['example.com', 'https://registry.example.com:5000'],
    ['.example.com', 'https://registry.example.com'],
    ['.example.com', 'https://example.com'],
    ['EXAMPLE.com.', 'https://example.COM'],
    ['example.com', 'https://example.com.'],
    ['*.example.com', 'https://a.b.example.com'],
    ['example.com:443', 'https://example.com'],
    ['example.com:80', 'http://example.com'],
    ['example.com:5000', 'http://example.com:5000'],
    ['a.test, example.com', 'https://example.com'],
    ['a.test\texample.com', 'https://example.com'],
    ['10.1.2.3', 'https://10.1.2.3:5000'],
    ['10.1.2.3:5000', 'http://10.1.2.3:5000'],
    ['2001:db8::1', 'https://[2001:db8::1]'],
    ['2001:DB8:0:0::1', 'https://[2001:db8::1]:5000'],
    ['[2001:db8::1]', 'https://[2001:db8::1]'],
    ['[2001:db8::1]:5000', 'https://[2001:db8::1]:5000'],
    ['10.0.0.0/8', 'https://10.0.0.0'],
    ['10.0.0.0/8', 'https://10.1.2.3:5000'],
    ['a.test 192.168.1.0/24,10.0.0.0/8', 'http://192.168.1.7'],
    ['10.1.2.3/32', 'https://10.1.2.3'],
    ['0.0.0.0/0', 'https://93.184.216.34'],
    ['fd00::/8', 'https://[fd12:3456::1]:5000'],
    ['[fd00::]/8', 'https://[fd12:3456::1]'],
    ['10.0.0.0/8', 'https://[::ffff:10.1.2.3]'],
    ['*', 'https://example.com'],
    ['a.test,*', 'http://[2001:db8::1]'],
  ])('with no_proxy %s for %s', (noProxy, origin) => {
    expect(isProxied(noProxy, origin)).toBe(false)
  })

  test.each([
    'https://localhost',
    'http://registry.localhost:5000',
    'http://127.0.0.1:5000',
    'https://127.8.9.10',
    'http://[::1]:5000',
  ])('for %s, whatever no_proxy says', (origin) => {
    expect(isProxied('', origin)).toBe(false)
  })

  test.each([
    ['example.com', 'https://example.org'],
    ['example.com', 'https://myexample.com'],
    ['registry.example.com', 'https://example.com'],
    ['*.example.com', 'https://example.com'],
    ['example.com:443', 'https://example.com:5000'],
    ['example.com:443', 'http://example.com'],
    ['[2001:db8::1]:5000', 'https://[2001:db8::1]'],
    ['2001:db8::1', 'https://[2001:db8::2]'],
    ['10.0.0.0/8', 'https://11.1.2.3'],
    ['10.0.0.0/8', 'https://a10.0.0.0.example.com'],
    ['10.0.0.0/33', 'https://10.1.2.3'],
    ['10.0.0/8', 'https://10.1.2.3'],
    ['10.0.0.0/8/8', 'https://10.1.2.3'],
    ['fd00::/8', 'https://[fe00::1]'],
    ['fd00::/129', 'https://[fd00::1]'],
    ['0.0.0.0/0', 'https://example.com'],
    ['https://example.com', 'https://example.com'],
    ['*example.com', 'https://example.com'],
    ['', 'https://example.com'],
    [':443', 'https://example.com'],
  ])('but one is with no_proxy %s for %s', (noProxy, origin) => {
    expect(isProxied(noProxy, origin)).toBe(true)
  })
})
