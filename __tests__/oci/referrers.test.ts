import { describe, expect, test } from '@jest/globals'
import { digestOf } from '../../src/oci/digest.ts'
import { parseManifest } from '../../src/oci/manifest.ts'
import { artifactTypeOf, cosignTag, referrersTag } from '../../src/oci/referrers.ts'
import { buildArtifact, buildImage, buildIndex } from '../../testkit/image/image.ts'

const bytes = Buffer.from('an image')
const short = digestOf(bytes)
const long = digestOf(bytes, 'sha512')

describe('the tag under which referrers are listed', () => {
  test('is the digest with a dash', () => {
    expect(referrersTag(short)).toBe(short.replace(':', '-'))
  })

  test('has 64 characters of a longer digest', () => {
    expect(referrersTag(long)).toBe(long.slice(0, 7 + 64).replace(':', '-'))
  })
})

describe('the tag of a signature of cosign', () => {
  test('is the digest with a dash and a suffix', () => {
    expect(cosignTag(short, 'sig')).toBe(`${short.replace(':', '-')}.sig`)
  })

  test('does not exist for a digest that is too long for it', () => {
    expect(cosignTag(long, 'sig')).toBeUndefined()
  })
})

describe('the type of a referrer', () => {
  test.each([
    [
      'that it names',
      buildArtifact({ artifactType: 'application/spdx+json' }),
      'application/spdx+json',
    ],
    ['of its config', buildImage(), 'application/vnd.oci.image.config.v1+json'],
    ['of an index that names it', buildIndex({ children: [], artifactType: 'a/b' }), 'a/b'],
    ['of another index', buildIndex({ children: [] }), undefined],
  ])('is the one %s', (_what, { manifest }, type) => {
    expect(artifactTypeOf(parseManifest(manifest.bytes))).toBe(type)
  })
})
