import { describe, expect, test } from '@jest/globals'
import { FormatError } from '../../../src/oci/errors.ts'
import { parseDestinationBase } from '../../../src/sync/list/placeholders.ts'
import { problemsOf, read } from './printed.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

/** Where a source goes. */
function placeOf(line: string, destination = 'ghcr.io/acme', source = 'docker.io') {
  return read(line, source, destination).map((pair) => pair.split(' => ')[1])
}

describe('placeholders in a destination', () => {
  test.each([
    ['quay.io/prom/app:v1 => x.io/{registry}/{repository}', 'x.io/quay.io/prom/app:v1'],
    ['quay.io/prom/app:v1 => x.io/{name}', 'x.io/app:v1'],
    ['quay.io/prom/app:v1 => x.io/mirror:{name}-{tag}', 'x.io/mirror:app-v1'],
    ['quay.io/prom/app:v1 => :{tag}-copy', 'quay.io/prom/app:v1-copy'],
    ['localhost:5000/app:v1 => x.io/{registry}/{name}', 'x.io/localhost-5000/app:v1'],
    ['[2001:db8::1]:5000/app:v1 => x.io/{registry}/{name}', 'x.io/2001-db8--1-5000/app:v1'],
    ['alpine => x.io/{repository}:{tag}', 'x.io/alpine:latest'],
    ['docker.io/library/alpine:3 => x.io/{registry}/{repository}', 'x.io/docker.io/alpine:3'],
    [`alpine:3@${DIGEST} => x.io/{name}:{tag}`, 'x.io/alpine:3'],
    [`alpine@${DIGEST} => x.io/{name}`, 'x.io/alpine'],
  ])('are filled in: %s', (line, place) => {
    expect(placeOf(line)).toEqual([place])
  })

  test('that stand for a host do not make one of what is relative to destination-registry', () => {
    expect(placeOf('quay.io/prom/app:v1 => {registry}/{repository}')).toEqual([
      'ghcr.io/acme/quay.io/prom/app:v1',
    ])
    expect(placeOf('quay.io/prom/app:v1 => {registry}/{name}', 'docker.io')).toEqual([
      'docker.io/quay.io/app:v1',
    ])
  })

  test('count the repository from the path of source-registry', () => {
    expect(placeOf('app:v1 => x.io/{repository}', 'ghcr.io', 'quay.io/acme')).toEqual([
      'x.io/app:v1',
    ])
  })

  test.each([
    [
      'quay.io/a:1 => x.io/{host}/a',
      '"{host}" is no placeholder; there are {registry}, {repository}',
    ],
    ['quay.io/a:1 => {registry}.example.com/a', 'has a placeholder in its host'],
    ['quay.io/a:1 => x.{name}:5000/a', 'has a placeholder in its host'],
    [`quay.io/a@${DIGEST} => x.io/a:{tag}`, '{tag} stands for nothing: the source has no tag'],
    ['quay.io/a:1 => x.io/{name', 'has a brace without its other half'],
    ['quay.io/a:1 => x.io/{{name}}', 'are not expanded here'],
    ['quay.io/a:V1 => x.io/{tag}/a', 'has upper case in the repository'],
    ['quay.io/{name}:1 => x.io/a', 'placeholders are for destinations'],
  ])('are refused where they cannot be: %s', (line, message) => {
    expect(problemsOf(line, 'docker.io', 'ghcr.io/acme')).toEqual([
      expect.stringContaining(message),
    ])
  })

  test('are not looked at where the source is wrong', () => {
    expect(problemsOf('A => x.io/{name}')).toEqual([expect.stringContaining('source: ')])
  })
})

describe('placeholders in destination-registry', () => {
  test('are filled in for destinations that are left out, and for those without a host', () => {
    const base = 'ghcr.io/mirror/{registry}'
    expect(placeOf('quay.io/prom/app:v1', base)).toEqual(['ghcr.io/mirror/quay.io/prom/app:v1'])
    expect(placeOf('quay.io/prom/app:v1 => other', base)).toEqual([
      'ghcr.io/mirror/quay.io/other:v1',
    ])
    expect(placeOf('quay.io/prom/app:v1 => x.io/other', base)).toEqual(['x.io/other:v1'])
  })

  test('keep sources of two hosts apart that meet otherwise', () => {
    const text = 'quay.io/acme/app:1\ngcr.io/acme/app:1'
    expect(placeOf(text, 'ghcr.io/{registry}')).toEqual([
      'ghcr.io/quay.io/acme/app:1',
      'ghcr.io/gcr.io/acme/app:1',
    ])
    expect(problemsOf(text, 'docker.io', 'ghcr.io')).toEqual([
      'line 2: ghcr.io/acme/app:1 is the destination of line 1 already, from quay.io/acme/app:1; line 2 has gcr.io/acme/app:1; {registry} in destination-registry, or in the destinations, keeps hosts apart',
    ])
  })

  test('are problems of a line where the source has nothing for them', () => {
    expect(problemsOf(`quay.io/a@${DIGEST}`, 'docker.io', 'ghcr.io/{tag}')).toEqual([
      'line 1: destination: {tag} stands for nothing: the source has no tag',
    ])
    expect(problemsOf('quay.io/a:V1', 'docker.io', 'ghcr.io/{tag}')).toEqual([
      expect.stringContaining('has upper case'),
    ])
  })

  test.each([
    ['{registry}.example.com/a', 'has a placeholder in its host'],
    ['{registry}', 'has a placeholder in its host'],
    ['ghcr.io/{host}', '"{host}" is no placeholder'],
    ['ghcr.io/a{', 'has a brace without its other half'],
    ['ghcr.io/{registry}//a', 'has an empty component'],
    ['ghcr.io/{registry}:1', 'has a tag or digest'],
  ])('are refused where they cannot be: %s', (text, message) => {
    expect(() => parseDestinationBase(text)).toThrow(FormatError)
    expect(() => parseDestinationBase(text)).toThrow(message)
  })
})
