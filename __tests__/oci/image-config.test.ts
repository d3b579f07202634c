import { describe, expect, test } from '@jest/globals'
import { FormatError } from '../../src/oci/errors.ts'
import { parseImageConfigPlatform } from '../../src/oci/image-config.ts'
import { thrownBy } from './thrown-by.ts'

function parse(text: string) {
  return parseImageConfigPlatform(Buffer.from(text))
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
    ['[]', 'the image config is not valid: it must be an object'],
    ['"linux"', 'the image config is not valid: it must be an object'],
    ['null', 'the image config is not valid: it must be an object'],
    ['{"os":1,"architecture":"a"}', 'the image config is not valid: os must be a string'],
    ['{"os":"a","architecture":[]}', 'architecture must be a string'],
    ['{"os":"a","architecture":"b","variant":{}}', 'variant must be a string'],
    ['{"os":"a","OS":"b"}', 'OS: the name differs only in case from "os"'],
    ['{"os":"a","os":"b"}', 'os: the name occurs twice'],
    ['{"os":', 'not valid JSON'],
  ])('refuses %s', (text, message) => {
    const error = thrownBy(() => parse(text), FormatError)
    expect(error.kind).toBe('json')
    expect(error.message).toContain(message)
  })
})
