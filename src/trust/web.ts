import type { WebAnswer, WebRequest } from '../registry/http/web-client.ts'

export type { WebAnswer, WebRequest } from '../registry/http/web-client.ts'

/**
 * The network of the run, for what is no registry. Redirects are followed, without headers where
 * they lead to another host. Throws a RegistryError for every failure.
 */
export interface Web {
  get(url: string, request: WebRequest): Promise<WebAnswer>
}
