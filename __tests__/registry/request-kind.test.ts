import { expect, test } from '@jest/globals'
import { kindOf, laneOf } from '../../src/registry/request-kind.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  ['HEAD', '/v2/acme/app/manifests/1.0', 'metadata'],
  ['GET', `/v2/acme/app/manifests/${digest}`, 'metadata'],
  ['PUT', '/v2/acme/app/manifests/1.0', 'manifest-write'],
  ['HEAD', `/v2/acme/app/blobs/${digest}`, 'metadata'],
  ['GET', `/v2/acme/app/blobs/${digest}`, 'read'],
  ['GET', '/v2/acme/app/tags/list?n=100', 'metadata'],
  ['GET', `/v2/acme/app/referrers/${digest}`, 'lookup'],
  ['GET', `/v2/acme/referrers/manifests/${digest}`, 'metadata'],
  ['GET', '/v2/acme/app/blobs/uploads/42', 'metadata'],
  ['POST', '/v2/acme/app/blobs/uploads/', 'write'],
  ['POST', `/v2/acme/app/blobs/uploads/?mount=${digest}&from=acme/base`, 'metadata'],
  ['PATCH', '/v2/acme/app/blobs/uploads/42?_state=x', 'write'],
  ['PUT', `/somewhere/else?digest=${digest}`, 'write'],
])('%s %s is of the kind %s', (method, path, kind) => {
  expect(kindOf(method, path)).toBe(kind)
})

test('a manifest is written in the lane of small requests', () => {
  expect(laneOf('manifest-write')).toBe('metadata')
  expect(laneOf('write')).toBe('write')
})
