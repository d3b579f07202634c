import { createCertificate } from '../registry/certificate.ts'
import { reply, type RegistryRequest, type Reply } from '../registry/exchange.ts'
import { startServer, type RunningServer } from '../registry/http-server.ts'
import type { TestRegistry } from '../registry/registry.ts'
import { RequestLog, type RecordedRequest } from '../registry/request-log.ts'

/** Answers at a host name that belongs to the registry but is not its API. */
export type HostHandler = (
  request: RegistryRequest,
  registry: TestRegistry,
) => Reply | Promise<Reply>

/** A TLS server whose certificate is for `name` alone, so that nobody gets there by another one. */
export async function startHost(
  name: string,
  handle: (request: RegistryRequest) => Reply | Promise<Reply>,
  onRequest: (request: RecordedRequest) => void,
): Promise<RunningServer> {
  const certificate = await createCertificate({ names: [name] })
  return startServer(handle, new RequestLog(onRequest), certificate)
}

/** The registry's token endpoint at `path` of a host of its own. */
export function tokenService(path: string): HostHandler {
  return async (request, registry) =>
    request.path === path
      ? registry.answerTokenRequest(request)
      : reply(404, { 'content-type': 'text/html' }, '<html><body>Not Found</body></html>')
}
