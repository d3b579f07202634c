import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { FormatError } from '../../src/oci/errors.ts'
import {
  formatPlatform,
  normalisePlatform,
  parsePlatform,
  parsePlatformFilter,
} from '../../src/oci/platform.ts'
import { thrownBy } from './thrown-by.ts'

describe('parsePlatform', () => {
  test.each([
    ['linux/amd64', 'linux/amd64'],
    ['Linux/AMD64', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['linux/x86-64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/amd64/v2', 'linux/amd64/v2'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/aarch64/v8', 'linux/arm64'],
    ['linux/arm64/8', 'linux/arm64'],
    ['linux/arm64/V8', 'linux/arm64'],
    ['linux/arm64/v9', 'linux/arm64/v9'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/arm/5', 'linux/arm/v5'],
    ['linux/arm/6', 'linux/arm/v6'],
    ['linux/arm/7', 'linux/arm/v7'],
    ['linux/arm/8', 'linux/arm/v8'],
    ['linux/arm/v6', 'linux/arm/v6'],
    ['linux/armhf', 'linux/arm/v7'],
    ['linux/armhf/v6', 'linux/arm/v7'],
    ['linux/armel', 'linux/arm/v6'],
    ['linux/i386', 'linux/386'],
    ['linux/386', 'linux/386'],
    ['macos/arm64', 'darwin/arm64'],
    ['linux/riscv64', 'linux/riscv64'],
    ['linux/ppc64le/power9', 'linux/ppc64le/power9'],
    ['wasip1/wasm', 'wasip1/wasm'],
  ])('reads %s as %s', (text, normalised) => {
    expect(formatPlatform(parsePlatform(text))).toBe(normalised)
  })

  test('leaves the variant out where there is none', () => {
    expect(parsePlatform('linux/arm64/v8')).toStrictEqual({ os: 'linux', architecture: 'arm64' })
    expect(parsePlatform('linux/arm')).toStrictEqual({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
    })
  })

  test.each([
    '',
    'linux',
    'arm64',
    '/',
    'linux/',
    '/amd64',
    'linux/arm/',
    'linux/arm/v7/x',
    'linux /amd64',
    'linux/amd64,linux/arm64',
    'linux/amd64\n',
    'windows(10)/amd64',
  ])('refuses %j and says what is expected', (text) => {
    const error = thrownBy(() => parsePlatform(text), FormatError)
    expect(error.kind).toBe('platform')
    expect(error.message).toMatch(/^platform ".*" is malformed: expected os\/architecture or/)
    expect(error.message.length).toBeLessThan(400)
  })
})

describe('normalisePlatform', () => {
  test('changes nothing the second time', () => {
    const part = fc.oneof(
      fc.constantFrom('linux', 'macos', 'ARM', 'armhf', 'arm64', 'amd64', 'v8', '7', 'v1', ''),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.record({ os: part, architecture: part, variant: part }), (platform) => {
        const once = normalisePlatform(platform)
        expect(normalisePlatform(once)).toStrictEqual(once)
        expect(formatPlatform(platform)).toBe(formatPlatform(once))
      }),
    )
  })
})

describe('formatPlatform', () => {
  test('normalises', () => {
    expect(formatPlatform({ os: 'linux', architecture: 'arm64', variant: 'v8' })).toBe(
      'linux/arm64',
    )
  })

  test('does not let a part pose as two', () => {
    expect(formatPlatform({ os: 'linux', architecture: 'arm/v7' })).toBe('linux/arm%2Fv7')
    expect(formatPlatform({ os: 'a\n::b', architecture: '\uD800' })).toBe('a%0A%3A%3Ab/%EF%BF%BD')
  })

  test('gives two platforms two strings', () => {
    const part = fc.string({ unit: fc.constantFrom('a', '/', '%', '2', 'F') })
    const platform = fc
      .record({ os: part, architecture: part, variant: part })
      .map((parts) => normalisePlatform(parts))
    fc.assert(
      fc.property(platform, platform, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b)
        expect(formatPlatform(a) === formatPlatform(b)).toBe(same)
      }),
    )
  })
})

describe('parsePlatformFilter', () => {
  test.each([
    ['linux/amd64,linux/arm64', 'linux/amd64 linux/arm64'],
    ['linux/arm64\nlinux/amd64', 'linux/amd64 linux/arm64'],
    [' linux/arm64 , , linux/amd64\r\n', 'linux/amd64 linux/arm64'],
    ['linux/arm64/v8 linux/aarch64 linux/arm64', 'linux/arm64'],
    ['linux/s390x linux/arm linux/386', 'linux/386 linux/arm/v7 linux/s390x'],
  ])('reads %j sorted and without duplicates', (text, expected) => {
    const filter = parsePlatformFilter(text)
    expect(filter === 'all' ? [] : filter.map(formatPlatform)).toEqual(expected.split(' '))
  })

  test.each(['all', ' ALL\n', 'all,'])('takes %j for all', (text) => {
    expect(parsePlatformFilter(text)).toBe('all')
  })

  test.each([
    ['', /no platform is named/],
    [' ,\n', /no platform is named/],
    ['all,linux/amd64', /all cannot be combined/],
    ['linux/amd64,arm64', /platform "arm64" is malformed/],
  ])('refuses %j', (text, message) => {
    const error = thrownBy(() => parsePlatformFilter(text), FormatError)
    expect(error.kind).toBe('platform')
    expect(error.message).toMatch(message)
  })

  test('throws nothing but FormatError, also for a megabyte of text', () => {
    for (const text of [
      ','.repeat(1e6),
      '/'.repeat(1e6),
      'a/'.repeat(5e5),
      `a/${'b'.repeat(1e6)}`,
      'x '.repeat(5e5),
    ]) {
      expect(thrownBy(() => parsePlatformFilter(text), FormatError).kind).toBe('platform')
    }
  })
})
