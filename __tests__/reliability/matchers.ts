import type { RequestMatcher } from '../../testkit/registry/faults.ts'
import { layer, type Role } from './world.ts'

const hex = layer.digest.replace('sha256:', '')

/** Reads of the layer at the source. */
export const readsLayer: RequestMatcher = { method: 'GET', path: layer.digest }
/** The request that brings the layer to the destination in one piece. */
export const bringsLayer: RequestMatcher = {
  method: 'PUT',
  path: '/uploads/',
  where: ({ query, headers }) => query.includes(hex) && headers['content-length'] !== '0',
}
export const looksUpLayer: RequestMatcher = { method: 'HEAD', path: layer.digest }
export const opensUpload: RequestMatcher = { method: 'POST', path: '/uploads/' }
export const readsTag: RequestMatcher = { method: 'GET', path: '/manifests/v1' }
export const readsChild: RequestMatcher = { method: 'GET', path: '/manifests/sha256' }
export const looksAtTag: RequestMatcher = { method: 'HEAD', path: '/manifests/v1' }
export const pushesChild: RequestMatcher = { method: 'PUT', path: '/manifests/sha256' }
export const pushesTag: RequestMatcher = { method: 'PUT', path: '/manifests/v1' }

/** Where most faults strike. */
export const usual: Readonly<Record<Role, RequestMatcher>> = {
  source: readsLayer,
  destination: bringsLayer,
}
