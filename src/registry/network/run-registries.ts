import { normaliseRegistry } from '../../oci/reference.ts'
import { apiHost, isLoopback } from './hosts.ts'

/**
 * The registries of a run, under all names that they answer to: with and without the port that goes
 * without saying, by the aliases of Docker Hub, and by any name of this machine.
 */
export class RunRegistries {
  /** Their endpoints. */
  readonly #registries = new Map<string, readonly string[]>()

  /** @param registry a normalised host */
  add(registry: string): void {
    if (!this.#registries.has(registry)) this.#registries.set(registry, endpointsOf(registry))
  }

  /** Whether an origin is a registry of the run, and not the one that is given. */
  isAnother(origin: string, registry: string): boolean {
    const own = this.#registries.get(registry) ?? endpointsOf(registry)
    const others = [...this.#registries].flatMap(([one, endpoints]) =>
      one === registry ? [] : endpoints,
    )
    const named = endpointOfOrigin(origin)
    if (own.includes(named)) return false
    if (others.includes(named)) return true
    const anyNamed = anyName(named)
    return others.map(anyName).includes(anyNamed) && !own.map(anyName).includes(anyNamed)
  }
}

/** Whether a registry may be what answers at an origin, under whatever name of it. */
export function answersAt(registry: string, origin: string): boolean {
  return endpointsOf(registry)
    .map(anyName)
    .includes(anyName(endpointOfOrigin(origin)))
}

/** `host:port`. Without a port, a registry is spoken to at that of TLS, or else at that of HTTP. */
function endpointsOf(registry: string): readonly string[] {
  return [registry, apiHost(registry)].flatMap((host) => {
    const { hostname, port } = new URL(`https://${host}`)
    const ports = port === '' ? ['443', '80'] : [port]
    return ports.map((one) => `${plainName(hostname)}:${one}`)
  })
}

function endpointOfOrigin(origin: string): string {
  const { protocol, hostname, port } = new URL(origin)
  const usual = protocol === 'https:' ? '443' : '80'
  return `${plainName(hostname)}:${port === '' ? usual : port}`
}

/** Without the dot that says that a name is complete; an alias of Docker Hub as what it stands for. */
function plainName(hostname: string): string {
  const name = hostname.toLowerCase().replace(/\.$/, '')
  try {
    return normaliseRegistry(name).replace(/:443$/, '')
  } catch {
    return name
  }
}

/** All names and addresses of this machine as one. */
function anyName(endpoint: string): string {
  return isLoopback(endpoint) ? endpoint.replace(/^.*:/, 'localhost:') : endpoint
}
