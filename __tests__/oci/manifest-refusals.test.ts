import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { FormatError } from '../../src/oci/errors.ts'
import {
  MAX_INDEX_CHILDREN,
  MAX_LAYERS,
  MAX_MANIFEST_BYTES,
  parseManifest,
} from '../../src/oci/manifest.ts'
import { MediaType } from '../../src/oci/media-types.ts'
import {
  child,
  config,
  DIGEST,
  errorOf,
  image,
  index,
  layer,
  parse,
  without,
} from './manifest-documents.ts'
import { outcomeOf, thrownBy } from './thrown-by.ts'

function many(count: number): object[] {
  return Array.from({ length: count }, () => child)
}

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
      expect(errorOf({ ...image, manifests: null })).toContain('ambiguous')
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
    [{ platform: { os: 1, architecture: 'a' } }, 'platform.os: must be a string'],
    [{ annotations: 'x' }, 'annotations: must be an object'],
    [{ urls: 'x' }, 'urls: must be an array'],
    [{ urls: [1] }, 'urls[0]: must be a string'],
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

  test.each([
    ['two layers', { ...image, layers: [layer, { ...layer, size: 13 }] }],
    ['the config and a layer', { ...image, config: { ...layer, size: 13 } }],
    ['two entries', { ...index, manifests: [{ ...child, size: 13 }, child] }],
    ['the subject and an entry', { ...index, subject: { ...child, size: 13 } }],
  ])('a digest that %s have with two sizes', (_, document) => {
    expect(errorOf(document)).toMatch(
      /^sha256:a{64} is listed with two sizes, (?:\d+ and 13|13 and \d+) bytes$/,
    )
  })

  test('nothing that lists a digest twice with one size', () => {
    expect(parse({ ...image, layers: [layer, layer] })).toMatchObject({ kind: 'image' })
    expect(parse({ ...index, manifests: [child, child] })).toMatchObject({ kind: 'index' })
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
