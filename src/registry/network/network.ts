import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { type Clock, systemClock } from '../clock.ts'
import { cancelled, type ErrorCode, type ErrorPlace } from '../errors.ts'
import { familyOfHost } from '../families/lookup.ts'
import type { Answer } from './answer.ts'
import { ForeignHosts } from './foreign-hosts.ts'
import { apiHost, isLoopback, speaksTls } from './hosts.ts'
import { IDLE_TIMEOUT_MS } from './idle-timeout.ts'
import { networkFailure, refusedAddress } from './network-failure.ts'
import { HostWaits } from '../pace/host-waits.ts'
import { type Every, SilentHosts } from '../pace/silent-hosts.ts'
import { Limiter } from '../pace/limiter.ts'
import { endpointOf, secureContext, type TlsOptions } from './tls.ts'
import { RunRegistries } from './run-registries.ts'
import { Transport } from './transport.ts'
import { ProxyError } from './tunnel.ts'

/** Requests at once: as many as it takes for a host that is 60 ms away to be as busy as one that is near. */
const DEFAULT_CONCURRENCY = 32

const USER_AGENT = 'image-sync-action'

/** How a network behaves; everything has a default. */
export interface NetworkOptions {
  /** Upper bound on simultaneous requests to one registry host. */
  readonly concurrency?: number
  /** Retries of one request after transient failures. */
  readonly retries?: number
  /** Milliseconds without a byte of progress after which a request counts as failed. */
  readonly timeoutMs?: number
  /**
   * Hosts, normalised, that may be spoken to over plain HTTP although they are not this machine.
   */
  readonly insecureRegistries?: readonly string[]
  /** Authorities and client certificates by normalised host; the usual authorities stay. */
  readonly tls?: ReadonlyMap<string, TlsOptions>
  /**
   * The same as the machine has it: what `tls` says of a host comes before, and nobody has named these
   * hosts for this run.
   */
  readonly machineTls?: ReadonlyMap<string, TlsOptions>
  /** Further hosts, normalised, that the user has named, such as those of token services. */
  readonly namedHosts?: readonly string[]
  /** Finds addresses, as `dns.lookup` does. */
  readonly lookup?: LookupFunction
  /** Names the proxies. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly clock?: Clock
  /** Uniform in [0, 1). */
  readonly random?: () => number
  /** Calls back every so many milliseconds. Returns how to end that. */
  readonly every?: Every
  /** Ends every request and every wait. */
  readonly signal?: AbortSignal
  /** Told about every token as soon as it is received, before anything could print it. */
  readonly maskSecret?: (secret: string) => void
}

/** One HTTP exchange, addressed by raw path so that opaque queries stay as they were given. */
export interface Exchange {
  readonly origin: string
  /** Path and query, byte for byte. */
  readonly path: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | undefined
  /**
   * Milliseconds to wait for the response's headers after the request is sent; the idle time-out
   * where absent.
   */
  readonly answerTimeoutMs?: number | undefined
  /** Ends this request in place of the network's own signal. */
  readonly signal?: AbortSignal | undefined
  /**
   * The origin of the registry that wants this request, as `originOf` gave it. Where absent, a host
   * that nobody named is judged as if every registry had named it.
   */
  readonly onBehalfOf?: string | undefined
  /** Shows no client certificate, also to a host that has one in the options. */
  readonly withoutCertificate?: boolean | undefined
  /** The code of the error where the host is one that no registry may point to; REDIRECT if absent. */
  readonly refusal?: ErrorCode | undefined
}

export type { Answer } from './answer.ts'

/**
 * What all clients of a run share: connections, slots per host, time, chance, and the end of it
 * all.
 */
export class Network {
  /** @internal */
  readonly retries: number
  /** @internal */
  readonly clock: Clock
  /** @internal */
  readonly random: () => number
  /** @internal */
  readonly signal: AbortSignal | undefined
  /** @internal */
  readonly maskSecret: (secret: string) => void
  /** @internal */
  readonly timeoutMs: number
  /**
   * Those that all clients of it speak to, for each of them to be told apart from the others.
   *
   * @internal
   */
  readonly registries = new RunRegistries()
  /**
   * Which hosts hold up the run, for those who watch.
   *
   * @internal
   */
  readonly waits = new HostWaits()
  /** @internal */
  readonly silentHosts: SilentHosts
  readonly #concurrency: number
  readonly #insecure: ReadonlySet<string>
  readonly #lookup: LookupFunction
  readonly #tls: ReadonlyMap<string, TlsOptions>
  readonly #transport: Transport
  readonly #foreign: ForeignHosts
  readonly #limiters = new Map<string, Limiter>()
  readonly #origins = new Map<string, Promise<string>>()

  constructor(options: NetworkOptions = {}) {
    this.retries = options.retries ?? 5
    this.clock = options.clock ?? systemClock
    this.random = options.random ?? Math.random
    this.signal = options.signal
    this.silentHosts = new SilentHosts(this.waits, options.every)
    this.maskSecret = options.maskSecret ?? ((): void => undefined)
    this.timeoutMs = options.timeoutMs ?? IDLE_TIMEOUT_MS
    this.#concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
    this.#insecure = new Set(options.insecureRegistries ?? [])
    this.#lookup = options.lookup ?? lookup
    const tlsHosts = [...(options.tls ?? [])]
    this.#tls = byEndpoint([...(options.machineTls ?? []), ...tlsHosts])
    this.#foreign = new ForeignHosts(this.#lookup, [
      ...(options.insecureRegistries ?? []),
      ...(options.namedHosts ?? []),
      ...tlsHosts.map(([host]) => host),
    ])
    this.#transport = new Transport({
      timeoutMs: this.timeoutMs,
      lookup: this.#lookup,
      tls: this.#tls,
      environment: options.environment ?? process.env,
    })
  }

  /**
   * The slots of a registry host, shared by all clients that speak to it.
   *
   * @internal
   */
  limiter(registry: string): Limiter {
    let limiter = this.#limiters.get(registry)
    if (limiter === undefined) {
      limiter = new Limiter(this.#concurrency, {
        isAdaptive: true,
        limits: familyOfHost(registry)?.limits,
        now: (): number => this.clock.now(),
        signal: this.signal,
      })
      this.#limiters.set(registry, limiter)
    }
    return limiter
  }

  /**
   * Whether the user allows plain HTTP to this host.
   *
   * @internal
   */
  mayBePlain(host: string): boolean {
    return isLoopback(host) || this.#insecure.has(host)
  }

  /**
   * `https://host[:port]`, or `http://…` for a host that may be plain and does not speak TLS. The
   * registry is one that the user named; it may be anywhere.
   *
   * @internal
   */
  async originOf(registry: string): Promise<string> {
    let origin = this.#origins.get(registry)
    if (origin === undefined) {
      const host = apiHost(registry)
      origin = this.mayBePlain(registry)
        ? this.#probe(registry, host)
        : Promise.resolve(`https://${host}`)
      this.#origins.set(registry, origin)
    }
    this.#foreign.addRegistry(await origin)
    return origin
  }

  async #probe(registry: string, host: string): Promise<string> {
    const tls = this.#tls.get(endpointOf(host))
    let secure: boolean | undefined
    try {
      secure = await speaksTls(host, {
        signal: this.signal,
        lookup: this.#lookup,
        tunnel: await this.#transport.tunnel(`https://${host}`, this.signal),
        secureContext: tls === undefined ? undefined : secureContext(tls),
      })
    } catch (error) {
      // A proxy may have tunnels for some ports alone.
      secure = error instanceof ProxyError && error.mayPass === false ? false : undefined
    }
    // Nobody was there to ask; the next request asks again.
    if (secure === undefined) this.#origins.delete(registry)
    // As the origin of an URL is written, without the port that goes without saying.
    return new URL(`${secure === true ? 'https' : 'http'}://${host}`).origin
  }

  /**
   * Makes a connection for a request to a registry that is to come.
   *
   * @internal
   */
  async connectEarly(registry: string): Promise<void> {
    this.#transport.connectEarly(await this.originOf(registry))
  }

  /**
   * Sends one request and follows nothing. Throws a RegistryError for failures below HTTP.
   *
   * @internal
   */
  async send(exchange: Exchange, place: ErrorPlace): Promise<Answer> {
    const signal = exchange.signal ?? this.signal
    if (signal?.aborted === true) throw cancelled(place, signal)
    const { origin, refusal } = exchange
    const guard = this.#foreign.guard(origin, exchange.onBehalfOf)
    if (guard?.refuses === true) throw refusedAddress(new URL(origin).host, place, refusal)
    const wait = this.waits.of(place.registry ?? new URL(origin).host).wait()
    wait.begin(this.clock.now())
    try {
      const answer = await this.#transport.request(
        {
          origin,
          path: exchange.path,
          method: exchange.method,
          headers: {
            'user-agent': USER_AGENT,
            // A compressed answer would have other bytes than the ones the digest is about.
            'accept-encoding': 'identity',
            ...exchange.headers,
          },
          body: exchange.body,
          headersTimeout: exchange.answerTimeoutMs ?? this.timeoutMs,
          signal,
        },
        { guard, withoutCertificate: exchange.withoutCertificate },
      )
      wait.end(this.clock.now())
      return answer
    } catch (error) {
      throw networkFailure(error, place, signal, { origin, refusal })
    } finally {
      wait.giveUp(this.clock.now())
    }
  }

  /**
   * Keeps the memory of a chunk of an answer's body from being used again for the next one. Returns
   * how to end that.
   *
   * @internal
   */
  keep(chunk: Uint8Array): () => void {
    return this.#transport.keep(chunk)
  }

  /** Ends all connections at once; what is still under way fails. Never rejects. */
  async close(): Promise<void> {
    await this.#transport.destroy()
  }
}

/** Where there are several for one endpoint, the later ones come first. */
function byEndpoint(
  hosts: readonly (readonly [string, TlsOptions])[],
): ReadonlyMap<string, TlsOptions> {
  const tls = new Map<string, TlsOptions>()
  for (const [host, options] of hosts) {
    const key = endpointOf(apiHost(host))
    tls.set(key, { ...tls.get(key), ...options })
  }
  return tls
}
