import { describe, expect, test } from '@jest/globals'
import type { Descriptor } from '../../src/oci/descriptor.ts'
import { isAttestation } from '../../src/oci/manifest.ts'
import { MediaType } from '../../src/oci/media-types.ts'
import { child, config, DIGEST, image, index, layer, parse } from './manifest-documents.ts'

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
    const document = { ...image, subject: child, artifactType: 'application/x' }
    expect(parse(document)).toMatchObject({ subject: child, artifactType: 'application/x' })
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

  test('accepts a platform with empty parts', () => {
    const platform = { os: '', architecture: '', variant: '' }
    expect(parse({ ...index, manifests: [{ ...child, platform }] })).toMatchObject({
      manifests: [{ platform: { os: '', architecture: '' } }],
    })
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
