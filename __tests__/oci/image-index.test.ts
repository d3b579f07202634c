import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { digestOf } from '../../src/oci/digest.ts'
import { FormatError } from '../../src/oci/errors.ts'
import { buildImageIndex, type PlatformImage } from '../../src/oci/image-index.ts'
import { parseManifest } from '../../src/oci/manifest.ts'
import { MediaType } from '../../src/oci/media-types.ts'
import { parsePlatform } from '../../src/oci/platform.ts'
import { thrownBy } from './thrown-by.ts'

const ociTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
}
const dockerTypes = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
}
const ANNOTATIONS =
  ',"annotations":{"org.opencontainers.image.title":"a<b & c>d","a":"\\u2028é\\t"}}'

function descriptor(mediaType: string, content: string): string {
  const bytes = Buffer.from(content)
  return `{"mediaType":"${mediaType}","size":${bytes.length},"digest":"${digestOf(bytes)}"}`
}

/** The manifest of an image of one layer, spelled out as text. */
function manifestOf(architecture: string, types: typeof ociTypes, end = '}'): Buffer {
  const config = descriptor(types.config, `{"architecture":"${architecture}","os":"linux"}`)
  const layer = descriptor(types.layer, `layer ${architecture}\n`)
  const head = `{"schemaVersion":2,"mediaType":"${types.manifest}"`
  return Buffer.from(`${head},"config":${config},"layers":[${layer}]${end}`)
}

function platformImage(bytes: Buffer, platform: string, types: typeof ociTypes): PlatformImage {
  return {
    digest: digestOf(bytes),
    size: bytes.length,
    mediaType: types.manifest,
    platform: parsePlatform(platform),
    configMediaType: types.config,
  }
}

function anyImage(platform: string, change: Partial<PlatformImage> = {}): PlatformImage {
  const bytes = Buffer.from(platform)
  return { ...platformImage(bytes, platform, ociTypes), ...change }
}

describe('buildImageIndex writes what go-containerregistry writes', () => {
  test.each([
    {
      name: 'OCI images',
      types: ociTypes,
      end: '}',
      childSize: 399,
      amd64: 'ce53036bc475d81e3e75c8920df5e85c282233ccf571a7262977fdf749e64658',
      arm64: '09d5536fa05c894f67b05740c4f5f9e87d9cee493441d32539c9f8fa6b3acd5e',
      size: 491,
      digest: 'df23dbefbe760f5d31cd7d9670581cd90f875f65d6352a4c04ea5179f068d64a',
    },
    {
      name: 'Docker images',
      types: dockerTypes,
      end: '}',
      childSize: 421,
      amd64: '1e8ca24da758aeabd46bba04c4522ee1a7cbff910561ca83b0e80ed638c2c898',
      arm64: '48c69bf22f308831a917c702433d75d9d44dea4a171e31bc1b75f2e3a0d347d7',
      size: 511,
      digest: '95566f09d2080cd85557493d10fb0087c6366e2711188f27641167bd99291f5a',
    },
    {
      name: 'OCI images with annotations',
      types: ociTypes,
      end: ANNOTATIONS,
      childSize: 477,
      amd64: 'b2e00255a879cf3dd8617f1ec637613a96828f9aa02594c02bced555a90f7979',
      arm64: 'c0be9a4de9395e5a2f9b00565e9aa945232889e288a30e832f1e491db71fc74a',
      size: 491,
      digest: 'da2ee798f1d7e05e9988296d65aec579a66b0bd95adf8f1a018446dc643fedfd',
    },
  ])('for $name', ({ types, end, childSize, size, digest, ...children }) => {
    const amd64 = manifestOf('amd64', types, end)
    const arm64 = manifestOf('arm64', types, end)
    expect([amd64.length, arm64.length]).toEqual([childSize, childSize])
    expect(digestOf(amd64)).toBe(`sha256:${children.amd64}`)
    expect(digestOf(arm64)).toBe(`sha256:${children.arm64}`)

    const index = buildImageIndex([
      platformImage(arm64, 'linux/arm64', types),
      platformImage(amd64, 'linux/amd64', types),
    ])
    expect(index.size).toBe(size)
    expect(index.bytes).toHaveLength(size)
    expect(index.digest).toBe(`sha256:${digest}`)
    expect(digestOf(index.bytes)).toBe(index.digest)
    expect(index.mediaType).toBe('application/vnd.oci.image.index.v1+json')
  })
})

describe('buildImageIndex', () => {
  test('writes compact JSON with members in a fixed order', () => {
    const platforms = ['linux/arm/v7', 'linux/amd64']
    const { bytes } = buildImageIndex(platforms.map((platform) => anyImage(platform)))
    expect(String(bytes)).toBe(
      `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[${[
        `{"mediaType":"${ociTypes.manifest}","size":11,"digest":"${digestOf(Buffer.from('linux/amd64'))}","platform":{"architecture":"amd64","os":"linux"}}`,
        `{"mediaType":"${ociTypes.manifest}","size":12,"digest":"${digestOf(Buffer.from('linux/arm/v7'))}","platform":{"architecture":"arm","os":"linux","variant":"v7"}}`,
      ].join(',')}]}`,
    )
  })

  test('adds the artifact type after the platform for what is no image config', () => {
    const artifact = anyImage('linux/amd64', { configMediaType: 'application/x<y>&z' })
    expect(String(buildImageIndex([artifact]).bytes)).toContain(
      '"platform":{"architecture":"amd64","os":"linux"},"artifactType":"application/x\\u003cy\\u003e\\u0026z"}]}',
    )
    for (const configMediaType of [MediaType.ociConfig, MediaType.dockerConfig, '']) {
      const image = anyImage('linux/amd64', { configMediaType })
      expect(String(buildImageIndex([image]).bytes)).not.toContain('artifactType')
    }
  })

  test('normalises media types and platforms', () => {
    const image = anyImage('linux/arm64', {
      mediaType: `${ociTypes.manifest.toUpperCase()}; charset=utf-8`,
      platform: { os: 'Linux', architecture: 'aarch64', variant: 'v8' },
    })
    expect(buildImageIndex([image]).bytes).toEqual(
      buildImageIndex([{ ...anyImage('linux/arm64') }]).bytes,
    )
  })

  test('sorts by the bytes of the platform string', () => {
    const sorted = ['darwin/arm64', 'linux/386', 'linux/amd64', 'linux/arm/v6', 'linux/arm/v7']
    const names = [...sorted, 'linux/arm64', 'linux/arm64/v9', 'linux/s390x', 'windows/amd64']
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 1 }), (platforms) => {
        const { bytes } = buildImageIndex(platforms.map((platform) => anyImage(platform)))
        const wanted = names.filter((name) => platforms.includes(name))
        expect(bytes).toEqual(buildImageIndex(wanted.map((name) => anyImage(name))).bytes)
        const index = parseManifest(bytes)
        expect(index).toMatchObject({
          kind: 'index',
          manifests: wanted.map((name) => ({ platform: parsePlatform(name) })),
        })
      }),
    )
  })

  test('refuses to list nothing', () => {
    const error = thrownBy(() => buildImageIndex([]), FormatError)
    expect(error).toMatchObject({
      kind: 'manifest',
      message: 'an index needs at least one platform image',
    })
  })

  test('refuses to list a platform twice', () => {
    const twins = [
      anyImage('linux/arm64'),
      anyImage('linux/amd64', { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }),
    ]
    const error = thrownBy(() => buildImageIndex(twins), FormatError)
    expect(error).toMatchObject({
      kind: 'manifest',
      message: 'the index would list the platform linux/arm64 twice',
    })
  })
})
