import { describe, expect, test } from '@jest/globals'
import { FormatError } from '../../src/oci/errors.ts'
import {
  formatReferrerFilter,
  parseReferrerFilter,
  wantsCosignTags,
  wantsReferrers,
  wantsType,
} from '../../src/oci/referrer-filter.ts'
import { thrownBy } from './thrown-by.ts'

const spdx = 'application/spdx+json'
const bundle = 'application/vnd.dev.sigstore.bundle.v0.3+json'

describe('which referrers are wanted', () => {
  test.each([
    ['all', 'all'],
    [' NONE ', 'none'],
    [`${spdx}, ${bundle}`, `${spdx},${bundle}`],
    [`${bundle}\n${spdx} ${spdx}`, `${spdx},${bundle}`],
    ['application/*', 'application/*'],
    ['cosign-tags', 'cosign-tags'],
    [`Cosign-Tags ${spdx.toUpperCase()}`, `${spdx},cosign-tags`],
    [
      'application/vnd.dev.sigstore.bundle+json;version=0.2',
      'application/vnd.dev.sigstore.bundle+json;version=0.2',
    ],
  ])('is read from %j', (text, read) => {
    expect(formatReferrerFilter(parseReferrerFilter(text))).toBe(read)
  })

  test.each([
    ['*', '"*" is written as all'],
    ['*/*', '"*/*" is written as all'],
    ['sbom', '"sbom" is no artifact type'],
    ['signatures, application/spdx+json', '"signatures" is no artifact type'],
    ['all application/spdx+json', '"all" cannot be combined'],
    ['application/spdx+json none', '"none" cannot be combined'],
    ['application/', '"application/" is no artifact type'],
    ['application/*+json', '"application/*+json" is no artifact type'],
    ['/json', '"/json" is no artifact type'],
    [`a/${'b'.repeat(300)}`, 'is no artifact type'],
    [' , ', 'nothing is named'],
  ])('cannot be read from %j', (text, problem) => {
    const error = thrownBy(() => parseReferrerFilter(text), FormatError)
    expect(error.message).toContain(problem)
    expect(error.message).toContain('expected none, all, or artifact types')
  })

  test.each([
    ['all', bundle, true],
    ['all', undefined, true],
    ['none', bundle, false],
    [spdx, spdx, true],
    [spdx, 'Application/SPDX+json', true],
    [spdx, `${spdx}2`, false],
    [spdx, undefined, false],
    ['application/vnd.dev.sigstore.*', bundle, true],
    ['application/vnd.dev.sigstore.*', spdx, false],
    ['cosign-tags', bundle, false],
  ])('with %j the type %s is wanted: %s', (filter, type, isWanted) => {
    expect(wantsType(parseReferrerFilter(filter), type)).toBe(isWanted)
  })

  test.each([
    ['all', true, true],
    ['none', false, false],
    [spdx, true, false],
    ['cosign-tags', false, true],
  ])('with %j the API is asked: %s, and for tags of cosign: %s', (filter, api, tags) => {
    const read = parseReferrerFilter(filter)
    expect([wantsReferrers(read), wantsCosignTags(read)]).toEqual([api, tags])
  })
})
