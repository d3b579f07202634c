import { describe, expect, test } from '@jest/globals'
import { MediaType } from '../../src/oci/media-types.ts'
import { config, errorOf, image, index, parse, without } from './manifest-documents.ts'

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
      MediaType.ociManifest,
    ],
    [
      'the header contradicts the body',
      image,
      { contentType: MediaType.dockerManifest },
      MediaType.ociManifest,
    ],
    [
      'the header contradicts the body of an index',
      list,
      { contentType: MediaType.ociIndex },
      MediaType.dockerList,
    ],
    [
      'the body says what nobody knows, and the descriptor what it is',
      { ...image, mediaType: 'x/y' },
      { expectedType: MediaType.ociManifest },
      MediaType.ociManifest,
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
    [image, MediaType.ociIndex],
    [image, MediaType.dockerList],
    [index, `${MediaType.ociManifest}; charset=utf-8`],
  ])(
    'is refused where one calls an index what is an image to the other',
    (document, contentType) => {
      const served = contentType.replace(/;.*/, '')
      expect(errorOf(document, { contentType })).toBe(
        `mediaType: the manifest says ${document.mediaType}, but the registry served it as ${served}`,
      )
    },
  )

  test.each([
    ['text/html\u001B', 'not "text/html\\u{1b}"'],
    [{ a: 1 }, 'not something else than a string'],
    [7, 'not something else than a string'],
  ])('is refused where the body says %j', (mediaType, message) => {
    const text = errorOf({ ...image, mediaType })
    expect(text).toContain('mediaType: must be that of an OCI or Docker manifest or index')
    expect(text).toContain(message)
  })

  test('is refused where the descriptor calls an index what says that it is an image', () => {
    expect(errorOf(image, { expectedType: MediaType.dockerList })).toBe(
      `mediaType: the manifest says ${MediaType.ociManifest}, but its descriptor says ${MediaType.dockerList}`,
    )
  })

  test('of a withdrawn format is refused with what to do', () => {
    expect(errorOf({ mediaType: 'application/vnd.oci.artifact.manifest.v1+json' })).toMatch(
      /was withdrawn before OCI 1\.1.*push the artifact again/,
    )
  })

  test.each([
    ['an index promised, an image found', bare, MediaType.ociIndex, 'manifests: is required'],
    ['an image promised, an index found', bareIndex, MediaType.ociManifest, 'config: is required'],
  ])('decides what the document must have: %s', (_, document, expectedType, message) => {
    expect(errorOf(document, { expectedType })).toContain(message)
  })
})
