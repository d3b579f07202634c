import { describe, expect, test } from '@jest/globals'
import {
  isImageConfigType,
  isImageManifestType,
  isIndexType,
  isNonDistributableType,
  isSchema1Type,
  manifestAccept,
  MediaType,
  normaliseMediaType,
} from '../../src/oci/media-types.ts'

const kinds = {
  isIndexType,
  isImageManifestType,
  isSchema1Type,
  isImageConfigType,
  isNonDistributableType,
}

describe('the kind of a media type', () => {
  test.each([
    ['application/vnd.oci.image.index.v1+json', 'isIndexType'],
    ['application/vnd.docker.distribution.manifest.list.v2+json', 'isIndexType'],
    ['application/vnd.oci.image.manifest.v1+json', 'isImageManifestType'],
    ['application/vnd.docker.distribution.manifest.v2+json', 'isImageManifestType'],
    ['application/vnd.docker.distribution.manifest.v1+json', 'isSchema1Type'],
    ['application/vnd.docker.distribution.manifest.v1+prettyjws', 'isSchema1Type'],
    ['application/vnd.oci.image.config.v1+json', 'isImageConfigType'],
    ['application/vnd.docker.container.image.v1+json', 'isImageConfigType'],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar', 'isNonDistributableType'],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'isNonDistributableType'],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', 'isNonDistributableType'],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar', 'isNonDistributableType'],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'isNonDistributableType'],
    ['application/vnd.oci.image.layer.v1.tar+gzip', 'none'],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'none'],
    ['application/vnd.oci.empty.v1+json', 'none'],
    ['application/json', 'none'],
    ['', 'none'],
  ])('%s: %s', (type, kind) => {
    const decorated = `${type.toUpperCase()} ; charset=utf-8`
    for (const [name, is] of Object.entries(kinds)) {
      expect([name, is(type)]).toEqual([name, name === kind])
      expect([name, is(decorated)]).toEqual([name, name === kind])
    }
  })
})

test('Accept names the four kinds of manifest', () => {
  expect(new Set(manifestAccept)).toEqual(
    new Set([
      MediaType.ociIndex,
      MediaType.ociManifest,
      MediaType.dockerList,
      MediaType.dockerManifest,
    ]),
  )
  expect(manifestAccept).toHaveLength(4)
})

test.each([
  ['text/plain', 'text/plain'],
  ['Text/Plain; charset=UTF-8', 'text/plain'],
  ['  application/json ;a=b;c=d', 'application/json'],
  ['', ''],
  [';', ''],
])('normaliseMediaType(%j) is %j', (header, expected) => {
  expect(normaliseMediaType(header)).toBe(expected)
})
