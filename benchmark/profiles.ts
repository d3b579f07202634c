import type { ProxyOptions } from './proxy/doorman.ts'

export const profileNames = [
  'loopback',
  'counted',
  'rtt30',
  'narrow',
  'auth',
  'tls',
  'flaky',
] as const

export type ProfileName = (typeof profileNames)[number]

/** What lies between a tool and the registries. */
export interface Profile {
  readonly name: ProfileName
  readonly what: string
  /** The registries speak TLS, with a certificate of an authority of the benchmark's own. */
  readonly tls: boolean
  readonly login?: { readonly user: string; readonly password: string }
  /** Undefined where nothing stands in between. */
  readonly source?: Omit<ProxyOptions, 'upstream'>
  readonly destination?: Omit<ProxyOptions, 'upstream'>
}

/** 30 ms a request, and two of that more for a new connection: TCP's round trip and that of TLS 1.3. */
const far = { latency: 30, setup: 60 }
const login = { user: 'benchmark', password: 'benchmark' }

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  loopback: { name: 'loopback', what: 'nothing in between', tls: false },
  counted: {
    name: 'counted',
    what: 'proxies that count, and nothing else',
    tls: false,
    source: {},
    destination: {},
  },
  rtt30: { name: 'rtt30', what: '30 ms a request', tls: false, source: far, destination: far },
  narrow: {
    name: 'narrow',
    what: '30 ms a request, 50 MB/s a connection',
    tls: false,
    source: { ...far, bandwidth: 50e6 },
    destination: { ...far, bandwidth: 50e6 },
  },
  auth: {
    name: 'auth',
    what: '30 ms a request, tokens on both sides, blobs redirected',
    tls: false,
    login,
    source: { ...far, auth: login, redirectsBlobs: true },
    destination: { ...far, auth: login },
  },
  tls: { name: 'tls', what: 'TLS of the registries, nothing in between', tls: true },
  flaky: {
    name: 'flaky',
    what: 'every 25th request 429 or 503, every 40th blob reset after 64 kB',
    tls: false,
    source: { faults: { refuseEvery: 25, refuseWith: 429, resetEvery: 40 } },
    destination: { faults: { refuseEvery: 25, refuseWith: 503 } },
  },
}
