import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import type { Descriptor } from '../../src/oci/descriptor.ts'
import { FormatError } from '../../src/oci/errors.ts'
import {
  isAttestation,
  type ManifestHints,
  MAX_INDEX_CHILDREN,
  MAX_LAYERS,
  MAX_MANIFEST_BYTES,
  parseManifest,
} from '../../src/oci/manifest.ts'
import { MediaType } from '../../src/oci/media-types.ts'
import { outcomeOf, thrownBy } from './thrown-by.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

const config = { mediaType: MediaType.ociConfig, size: 37, digest: DIGEST }
const layer = { mediaType: MediaType.ociLayerGzip, size: 12, digest: DIGEST }
const child = { mediaType: MediaType.ociManifest, size: 399, digest: DIGEST }
const image = { schemaVersion: 2, mediaType: MediaType.ociManifest, config, layers: [layer] }
const index = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [child] }

function parse(document: unknown, hints?: ManifestHints) {
  return parseManifest(Buffer.from(JSON.stringify(document)), hints)
}

function errorOf(document: unknown, hints?: ManifestHints): string {
  const error = thrownBy(() => parse(document, hints), FormatError)
  expect(error.kind).toBe('manifest')
  return error.message
}

function without(document: object, ...names: readonly string[]): object {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)))
}

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
      data: 'e30=',
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

describe('the media type of a manifest', () => {
  const docker = { ...image, mediaType: MediaType.dockerManifest }
  const list = { ...index, mediaType: MediaType.dockerList }
  const bare = without(image, 'mediaType')
  const bareIndex = without(index, 'mediaType')
  const dockerConfig = { ...config, mediaType: MediaType.dockerConfig }

  test.each([
    ['the body says it', docker, {}, MediaType.dockerManifest],
    ['body and header agree', list, { contentType: MediaType.dockerList }, MediaType.dockerList],
    [
      'the header has parameters and another case',
      docker,
      { contentType: `${MediaType.dockerManifest.toUpperCase()}; charset=utf-8` },
      MediaType.dockerManifest,
    ],
    ['the header is useless', docker, { contentType: 'text/plain' }, MediaType.dockerManifest],
    ['the header is general', list, { contentType: 'application/json' }, MediaType.dockerList],
    ['the header is empty', list, { contentType: '' }, MediaType.dockerList],
    [
      'only the header says it',
      bare,
      { contentType: MediaType.dockerManifest },
      MediaType.dockerManifest,
    ],
    [
      'only the header says index',
      bareIndex,
      { contentType: MediaType.dockerList },
      MediaType.dockerList,
    ],
    ['nobody says it', bare, {}, MediaType.ociManifest],
    ['nobody says index', bareIndex, { contentType: 'text/plain' }, MediaType.ociIndex],
    ['the body says nothing', { ...bare, mediaType: '' }, {}, MediaType.ociManifest],
    ['the body says null', { ...bareIndex, mediaType: null }, {}, MediaType.ociIndex],
    [
      "only the config is Docker's",
      { ...bare, config: dockerConfig },
      {},
      MediaType.dockerManifest,
    ],
    [
      'a descriptor promised it',
      bare,
      { expectedType: MediaType.dockerManifest },
      MediaType.dockerManifest,
    ],
    [
      'the descriptor contradicts the header',
      image,
      { expectedType: MediaType.ociManifest, contentType: MediaType.dockerManifest },
      MediaType.ociManifest,
    ],
    [
      'the descriptor contradicts the body',
      image,
      { expectedType: MediaType.dockerManifest },
      MediaType.dockerManifest,
    ],
    [
      'the descriptor has parameters',
      index,
      { expectedType: `${MediaType.ociIndex}; charset=utf-8` },
      MediaType.ociIndex,
    ],
    ['the descriptor does not tell', docker, { expectedType: 'x/y' }, MediaType.dockerManifest],
  ])('where %s', (_, document, hints, mediaType) => {
    expect(parse(document, hints).mediaType).toBe(mediaType)
  })

  test.each([
    [image, MediaType.dockerManifest],
    [image, MediaType.ociIndex],
    [index, MediaType.dockerList],
    [index, `${MediaType.ociManifest}; charset=utf-8`],
  ])('is refused where body and header contradict each other', (document, contentType) => {
    const served = contentType.replace(/;.*/, '')
    expect(errorOf(document, { contentType })).toBe(
      `mediaType: the manifest says ${document.mediaType}, but the registry served it as ${served}`,
    )
  })

  test.each([
    ['application/vnd.oci.artifact.manifest.v1+json', '"application/vnd.oci.artifact'],
    ['text/html\u001B', 'not "text/html\\u{1b}"'],
    [{ a: 1 }, 'not something else than a string'],
    [7, 'not something else than a string'],
  ])('is refused where the body says %j', (mediaType, message) => {
    const text = errorOf({ ...image, mediaType })
    expect(text).toContain('mediaType: must be that of an OCI or Docker manifest or index')
    expect(text).toContain(message)
  })

  test.each([
    ['an index promised, an image found', image, MediaType.ociIndex, 'manifests: is required'],
    ['an image promised, an index found', index, MediaType.ociManifest, 'config: is required'],
  ])('decides what the document must have: %s', (_, document, expectedType, message) => {
    expect(errorOf(document, { expectedType })).toContain(message)
  })
})

describe('parseManifest refuses', () => {
  test.each([
    ['schemaVersion 1', { schemaVersion: 1, name: 'a', fsLayers: [] }, {}],
    ['its media type', { ...image, mediaType: MediaType.dockerSchema1Signed }, {}],
    ['its header', { name: 'a' }, { contentType: `${MediaType.dockerSchema1}; charset=utf-8` }],
    ['its descriptor', image, { expectedType: MediaType.dockerSchema1Signed }],
  ])('Docker schema 1, known by %s, and says what to do', (_, document, hints) => {
    expect(errorOf(document, hints)).toMatch(
      /^this is a Docker schema 1 manifest, .*pull the image and push it again with a current tool/,
    )
  })

  test('does not believe a header about schema 1 over a descriptor', () => {
    const hints = { contentType: MediaType.dockerSchema1, expectedType: MediaType.ociManifest }
    expect(parse(image, hints).kind).toBe('image')
  })

  test.each(['config', 'layers'])('a document that has manifests together with %s', (name) => {
    for (const value of [image.layers, null]) {
      expect(errorOf({ ...index, [name]: value })).toBe(
        `the manifest is ambiguous: it has both manifests (an index) and ${name} (an image)`,
      )
      expect(errorOf({ ...index, [name]: value }, { expectedType: MediaType.ociIndex })).toContain(
        'ambiguous',
      )
    }
  })

  test.each(['null', '[]', '"a"', '1'])('%s', (text) => {
    const error = thrownBy(() => parseManifest(Buffer.from(text)), FormatError)
    expect(error).toMatchObject({
      kind: 'manifest',
      message: 'the manifest must be a JSON object',
    })
  })

  test('an object that is no manifest', () => {
    expect(errorOf({ schemaVersion: 2 })).toBe(
      'this is no manifest: it has neither manifests nor config and layers',
    )
  })

  test('more than 8 MiB, before it looks inside', () => {
    const bytes = Buffer.alloc(MAX_MANIFEST_BYTES + 1, ' ')
    const error = thrownBy(() => parseManifest(bytes), FormatError)
    expect(error.message).toBe(
      'the manifest has 8388609 bytes, more than the 8388608 that are accepted',
    )
    const padded = Buffer.alloc(MAX_MANIFEST_BYTES, ' ')
    padded.write(JSON.stringify(index))
    expect(parseManifest(padded).kind).toBe('index')
  })

  test('JSON that programs read in different ways', () => {
    const text = `{"schemaVersion":2,"manifests":[],"Manifests":[]}`
    const error = thrownBy(() => parseManifest(Buffer.from(text)), FormatError)
    expect(error.kind).toBe('json')
    expect(error.message).toContain('Manifests: the name differs only in case')
  })

  test.each([
    [without(image, 'schemaVersion'), 'schemaVersion: is required'],
    [{ ...image, schemaVersion: 3 }, 'schemaVersion: must be 2'],
    [{ ...image, schemaVersion: '2' }, 'schemaVersion: must be 2'],
    [without(image, 'config'), 'config: is required'],
    [without(image, 'layers'), 'layers: is required'],
    [without(index, 'manifests'), 'manifests: is required'],
    [{ ...image, config: null }, 'config: must be an object'],
    [{ ...image, config: 'x' }, 'config: must be an object'],
    [{ ...image, config: [] }, 'config.mediaType: is required'],
    [{ ...image, layers: {} }, 'layers: must be an array'],
    [{ ...image, layers: [layer, 1] }, 'layers[1]: must be an object'],
    [{ ...index, subject: {} }, 'subject.mediaType: is required'],
    [{ ...index, artifactType: 1 }, 'artifactType: must be a string'],
  ])('the shape %#', (document, message) => {
    expect(errorOf(document)).toMatch(/^the (?:index|manifest) is not valid: /)
    expect(errorOf(document)).toContain(`: ${message}`)
  })

  test.each([
    [{ size: -1 }, 'size: must be an integer from 0 to 2^53 - 1'],
    [{ size: 1.5 }, 'size: must be an integer from 0 to 2^53 - 1'],
    [{ size: '12' }, 'size: must be an integer from 0 to 2^53 - 1'],
    [{ size: null }, 'size: must be an integer from 0 to 2^53 - 1'],
    [{ size: undefined }, 'size: is required'],
    [{ digest: undefined }, 'digest: is required'],
    [{ digest: 1 }, 'digest: must be a digest in a string'],
    [{ digest: '../../etc' }, 'digest: digest "../../etc" is malformed'],
    [{ digest: 'sha256:abc' }, 'exactly 64 lower-case hexadecimal characters, not 3'],
    [{ digest: `blake3:${'a'.repeat(64)}` }, 'which is not supported'],
    [{ mediaType: undefined }, 'mediaType: is required'],
    [{ mediaType: '' }, 'mediaType: must be a media type in printable ASCII'],
    [{ mediaType: 'a\r\nb' }, 'mediaType: must be a media type in printable ASCII'],
    [{ mediaType: 'a'.repeat(513) }, 'mediaType: must be a media type in printable ASCII'],
    [{ mediaType: 1 }, 'mediaType: must be a string'],
    [{ platform: 'linux/amd64' }, 'platform: must be an object'],
    [{ platform: { os: 'linux' } }, 'platform.architecture: is required'],
    [{ platform: { os: 1, architecture: 'a' } }, 'platform.os: must be a string'],
    [{ annotations: 'x' }, 'annotations: must be an object'],
    [{ urls: 'x' }, 'urls: must be an array'],
    [{ urls: [1] }, 'urls[0]: must be a string'],
    [{ data: {} }, 'data: must be a string'],
    [{ artifactType: [] }, 'artifactType: must be a string'],
  ])('a descriptor with %j, at its path', (change, message) => {
    const document = { ...index, manifests: [child, { ...child, ...change }] }
    expect(errorOf(document)).toContain('the index is not valid: manifests[1].')
    expect(errorOf(document)).toContain(message)
    expect(errorOf({ ...image, config: { ...config, ...change } })).toContain('config.')
    expect(errorOf({ ...image, layers: [{ ...layer, ...change }] })).toContain('layers[0].')
    expect(errorOf({ ...image, subject: { ...child, ...change } })).toContain('subject.')
  })

  test('an integer that a double cannot hold', () => {
    const text = JSON.stringify(index).replace('399', '9007199254740993')
    const error = thrownBy(() => parseManifest(Buffer.from(text)), FormatError)
    expect(error.message).toContain('manifests[0].size: the integer is beyond 2^53 - 1')
  })

  test('more children or layers than it can handle', () => {
    const many = (count: number): object[] => Array.from({ length: count }, () => child)
    expect(parse({ ...index, manifests: many(MAX_INDEX_CHILDREN) })).toMatchObject({
      kind: 'index',
    })
    expect(errorOf({ ...index, manifests: many(MAX_INDEX_CHILDREN + 1) })).toBe(
      'the index is not valid: manifests: has more than 1000 entries',
    )
    expect(parse({ ...image, layers: many(MAX_LAYERS) })).toMatchObject({ kind: 'image' })
    expect(errorOf({ ...image, layers: many(MAX_LAYERS + 1) })).toBe(
      'the manifest is not valid: layers: has more than 1000 layers',
    )
  })

  test('everything else with a FormatError', () => {
    const names = ['schemaVersion', 'mediaType', 'config', 'layers', 'manifests', 'subject', 'size']
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(...Object.values(MediaType), DIGEST, 1, 2, null, -1, 0.5, 'x', true),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, 'digest', 'platform', 'os', 'data'), tie('any')),
      ),
    })).any
    const document = fc.dictionary(fc.constantFrom(...names), value)
    fc.assert(
      fc.property(document, fc.option(fc.string(), { nil: undefined }), (body, contentType) => {
        const hints = contentType === undefined ? {} : { contentType }
        const { error } = outcomeOf(() => parse({ ...image, ...body }, hints))
        expect(error === undefined || error instanceof FormatError).toBe(true)
      }),
      { numRuns: 500 },
    )
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
