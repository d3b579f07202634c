import { describe, expect, test } from '@jest/globals'
import { parseProxy, readProxies } from '../../src/registry/proxies.ts'

describe('the proxies of the environment', () => {
  test('are none where nothing is set, or only what needs no proxy', () => {
    expect(readProxies({})).toBeUndefined()
    expect(readProxies({ http_proxy: ' ', HTTPS_PROXY: '', no_proxy: 'a.test' })).toBeUndefined()
  })

  test('are found in either case, and lower case counts first', () => {
    expect(
      readProxies({
        http_proxy: 'http://lower:1',
        HTTP_PROXY: 'http://upper:1',
        HTTPS_PROXY: 'http://upper:2',
        NO_PROXY: ' a.test ',
      }),
    ).toEqual({ httpProxy: 'http://lower:1/', httpsProxy: 'http://upper:2/', noProxy: 'a.test' })
  })

  test('for http are not for https', () => {
    expect(readProxies({ http_proxy: 'http://proxy:1' })?.httpsProxy).toBe('')
  })

  test('may be a host and a port', () => {
    expect(readProxies({ https_proxy: 'alice:pw@proxy:8080' })?.httpsProxy).toBe(
      'http://alice:pw@proxy:8080/',
    )
    expect(parseProxy('alice:pw@proxy:8080')?.password).toBe('pw')
  })

  test.each(['ftp://proxy:1', 'http://', 'http://a b', '://'])('are not %s', (text) => {
    expect(() => readProxies({ HTTPS_PROXY: text })).toThrow(
      'the environment variable https_proxy is not the URL of a proxy',
    )
  })
})
