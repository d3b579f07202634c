import { describe, expect, test } from '@jest/globals'
import { parseImageConfigPlatform } from '../../src/oci/image-config.ts'

function parse(text: string) {
  return parseImageConfigPlatform(Buffer.from(text))
}

function withVersion(os: string): string {
  return `{"os":"${os}","architecture":"amd64","os.version":"10.0.1","os.features":["win32k"]}`
}

describe('parseImageConfigPlatform', () => {
  test.each([
    ['{"architecture":"amd64","os":"linux"}', { os: 'linux', architecture: 'amd64' }],
    [
      '{"architecture":"arm64","os":"linux","variant":"v8"}',
      { os: 'linux', architecture: 'arm64' },
    ],
    [
      '{"architecture":"arm","os":"linux","variant":"v6","rootfs":{},"history":[{}],"x":null}',
      { os: 'linux', architecture: 'arm', variant: 'v6' },
    ],
    [
      '{"architecture":"arm","os":"linux","variant":null}',
      { os: 'linux', architecture: 'arm', variant: 'v7' },
    ],
  ])('reads %s', (text, platform) => {
    expect(parse(text)).toStrictEqual(platform)
  })

  test.each([
    '{}',
    '{"os":"linux"}',
    '{"architecture":"amd64"}',
    '{"architecture":"","os":""}',
    '{"architecture":null,"os":"linux"}',
  ])('finds no platform in %s', (text) => {
    expect(parse(text)).toBeUndefined()
  })

  test('lets labels and volumes have names that differ only in case', () => {
    const maps = '{"Labels":{"Vendor":"a","vendor":"b"},"Volumes":{"/Data":{},"/data":{}}}'
    const text = `{"architecture":"amd64","config":${maps},"container_config":${maps},"os":"linux"}`
    expect(parse(text)).toEqual({ os: 'linux', architecture: 'amd64' })
  })

  test.each([
    '[]',
    '"linux"',
    'null',
    '',
    '{"os":',
    '{"os":1,"architecture":"a"}',
    '{"os":"a","architecture":[]}',
    '{"os":"a","architecture":"b","variant":{}}',
    '['.repeat(100_000),
  ])('finds none in what is no such document: %#', (text) => {
    expect(parse(text)).toBeUndefined()
  })

  test.each([
    Buffer.from('{"os":"linux","architecture":"amd64","author":"J\xf6rg"}', 'latin1'),
    Buffer.from('\u{feff}{"os":"linux","architecture":"amd64"}'),
    Buffer.from('{"os":"x","os":"linux","architecture":"amd64","OS":"y"}'),
    Buffer.from('{"os":"linux","architecture":"amd64","size":123456789012345678901234567890}'),
    Buffer.from('{"__proto__":{"os":"x"},"os":"linux","architecture":"amd64"}'),
    Buffer.from('{"os":"linux","architecture":"amd64","os.version":7,"os.features":"x"}'),
  ])('reads past what is not asked for: %#', (bytes) => {
    expect(parseImageConfigPlatform(bytes)).toEqual({ os: 'linux', architecture: 'amd64' })
  })

  test('takes nothing from a prototype', () => {
    expect(parse('{"__proto__":{"os":"linux","architecture":"amd64"}}')).toBeUndefined()
  })

  test('reads the version of Windows, and of no other system', () => {
    expect(parse(withVersion('windows'))).toEqual({
      os: 'windows',
      architecture: 'amd64',
      osVersion: '10.0.1',
      osFeatures: ['win32k'],
    })
    expect(parse(withVersion('linux'))).toEqual({ os: 'linux', architecture: 'amd64' })
  })
})
