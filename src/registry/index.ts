/**
 * A client for one registry, over the OCI Distribution API: get, look for, copy and push images.
 *
 * @packageDocumentation
 */
export { Client, type ClientOptions, type ImageHandle } from './client.ts'
export type { Clock } from './clock.ts'
export type { BytesMoved } from './copy/bytes-moved.ts'
export type { Copied } from './copy/copy-whole.ts'
export type { Credentials, Login } from './credentials/login.ts'
export {
  type ErrorCode,
  type ErrorDetails,
  type ErrorPlace,
  RegistryError,
  type Side,
} from './errors.ts'
export type { FetchedManifest } from './learned/fetched-manifest.ts'
export { type Logger, silentLogger } from './logger.ts'
export { Network, type NetworkOptions } from './network/network.ts'
export type { TlsOptions } from './network/tls.ts'
export type { Every } from './pace/silent-hosts.ts'
