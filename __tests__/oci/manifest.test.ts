import { describe, expect, test } from '@jest/globals'
import type { Descriptor } from '../../src/oci/descriptor.ts'
import { type ImageIndex, isAttestation } from '../../src/oci/manifest.ts'
import { MediaType } from '../../src/oci/media-types.ts'
import { child, config, DIGEST, image, index, layer, parse, without } from './manifest-documents.ts'

describe('parseManifest', () => {
  test('reads the manifest of an image', () => {
    expect(parse(image)).toStrictEqual({
      kind: 'image',
      mediaType: MediaType.ociManifest,
      config,
      layers: [layer],
    })
  })

  test('reads an index', () => {
    const document = { ...index, subject: child, artifactType: 'application/x' }
    expect(parse(document)).toStrictEqual({
      kind: 'index',
      mediaType: MediaType.ociIndex,
      manifests: [child],
      subject: child,
      artifactType: 'application/x',
    })
  })

  test('reads subject and artifact type of an image manifest', () => {
    const subject = { ...child, digest: `sha256:${'5'.repeat(64)}` }
    const document = { ...image, subject, artifactType: 'application/x' }
    expect(parse(document)).toMatchObject({ subject, artifactType: 'application/x' })
  })

  test('reads everything that a descriptor may have', () => {
    const entry = {
      ...child,
      platform: { architecture: 'ARM64', os: 'linux', variant: 'v8', 'os.version': '1' },
      artifactType: 'application/x',
      annotations: { a: 'b', A: 'c', '': '' },
      urls: ['https://example.com/'],
    }
    const manifest = parse({ ...index, manifests: [entry] })
    expect(manifest).toStrictEqual({
      kind: 'index',
      mediaType: MediaType.ociIndex,
      manifests: [{ ...entry, platform: { os: 'linux', architecture: 'arm64' } }],
    })
  })

  test('accepts what it does not know', () => {
    const strange = { mediaType: 'application/x; charset=utf-8', size: 0, digest: DIGEST, x: [1] }
    const layers = [strange, { ...strange, mediaType: 'x' }]
    const document = { ...image, config: strange, layers, artifactType: 'whatever', x: { y: null } }
    expect(parse(document)).toMatchObject({
      kind: 'image',
      config: { mediaType: strange.mediaType },
      layers: [{ mediaType: strange.mediaType }, { mediaType: 'x' }],
      artifactType: 'whatever',
    })
    expect(parse({ ...index, manifests: [strange] })).toMatchObject({ kind: 'index' })
  })

  test('keeps the annotations that are text and passes over the others', () => {
    const entry = { ...child, annotations: { good: 'yes', bad: 1, worse: { a: 'b' }, none: null } }
    const manifest = parse({ ...index, manifests: [entry] })
    expect(manifest).toMatchObject({ manifests: [{ annotations: { good: 'yes' } }] })
    expect(manifest.kind === 'index' && manifest.manifests[0]?.annotations).toEqual({ good: 'yes' })
  })

  test('takes null for absent, as Go does', () => {
    const nothing = {
      platform: null,
      artifactType: null,
      annotations: null,
      urls: null,
      data: null,
    }
    const document = { ...image, config: { ...config, ...nothing }, layers: null, subject: null }
    expect(parse(document)).toStrictEqual({
      kind: 'image',
      mediaType: MediaType.ociManifest,
      config,
      layers: [],
    })
    expect(parse({ ...index, manifests: null })).toMatchObject({ manifests: [] })
  })

  test('accepts empty lists', () => {
    expect(parse({ ...image, layers: [] })).toMatchObject({ layers: [] })
    expect(parse({ ...index, manifests: [] })).toMatchObject({ manifests: [] })
  })

  test.each([{ os: '', architecture: '', variant: '' }, {}, { os: null, architecture: null }])(
    'takes a platform without parts for none: %j',
    (platform) => {
      const bare = without(child, 'platform')
      expect(parse({ ...index, manifests: [{ ...bare, platform }] })).toMatchObject({
        manifests: [bare],
      })
      expect(parse({ ...index, manifests: [{ ...bare, platform }] })).not.toHaveProperty(
        'manifests.0.platform',
      )
    },
  )

  test('tells what there is of a platform that lacks a part', () => {
    const entries = [{ os: 'linux' }, { architecture: 'arm64' }].map((platform) => ({
      ...child,
      platform,
    }))
    const { manifests } = parse({ ...index, manifests: entries }) as ImageIndex
    expect(manifests.map(({ incompletePlatform }) => incompletePlatform)).toEqual([
      'linux/',
      '/arm64',
    ])
  })

  test('reads an image without layers, and the annotations of an index', () => {
    expect(parse(without(image, 'layers'))).toMatchObject({ kind: 'image', layers: [] })
    expect(parse({ ...index, annotations: { a: 'b', c: 1 } })).toMatchObject({
      annotations: { a: 'b' },
    })
    expect(parse({ ...index, annotations: 7 })).not.toHaveProperty('annotations')
  })
})

describe('isAttestation', () => {
  const described = child as Descriptor

  test.each([
    [{ 'vnd.docker.reference.type': 'attestation-manifest' }, undefined, true],
    [{ 'vnd.docker.reference.type': 'other' }, undefined, false],
    [{}, { os: 'unknown', architecture: 'unknown' }, true],
    [{}, { os: 'unknown', architecture: 'amd64' }, false],
    [{}, { os: 'linux', architecture: 'unknown' }, false],
    [{}, undefined, false],
  ])('annotations %j, platform %j: %s', (annotations, platform, expected) => {
    const entry = platform === undefined ? { annotations } : { annotations, platform }
    expect(isAttestation({ ...described, ...entry })).toBe(expected)
    expect(isAttestation(described)).toBe(false)
  })
})
