import type { ProxyOptions } from './proxy/doorman.ts'
import type { Distance } from './registries/memory/front.ts'

export const profileNames = [
  'loopback',
  'counted',
  'rtt30',
  'tls-rtt30',
  'narrow',
  'auth',
  'tls',
  'flaky',
  'memory',
  'memory-tls',
  'far60',
  'far100',
] as const

export type ProfileName = (typeof profileNames)[number]

/** What lies between a tool and the registries. */
export interface Profile {
  readonly name: ProfileName
  readonly what: string
  /** Who speaks TLS, with a certificate of an authority of the benchmark's own: nobody where absent. */
  readonly tls?: 'registries' | 'proxies'
  readonly login?: { readonly user: string; readonly password: string }
  /** Undefined where nothing stands in between. */
  readonly source?: Omit<ProxyOptions, 'tls' | 'upstream'>
  readonly destination?: Omit<ProxyOptions, 'tls' | 'upstream'>
  /** The registries are in memory, and as far away; for images that are made up. */
  readonly memory?: Distance
}

/** 30 ms a request, and two of that more for a new connection: TCP's round trip and that of TLS 1.3. */
const far = { latency: 30, setup: 60 }
const login = { user: 'benchmark', password: 'benchmark' }

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  loopback: { name: 'loopback', what: 'nothing in between' },
  counted: {
    name: 'counted',
    what: 'proxies that count, and nothing else',
    source: {},
    destination: {},
  },
  rtt30: { name: 'rtt30', what: '30 ms a request', source: far, destination: far },
  'tls-rtt30': {
    name: 'tls-rtt30',
    what: 'TLS that ends 30 ms a request away',
    tls: 'proxies',
    source: far,
    destination: far,
  },
  narrow: {
    name: 'narrow',
    what: '30 ms a request, 50 MB/s a connection',
    source: { ...far, bandwidth: 50e6 },
    destination: { ...far, bandwidth: 50e6 },
  },
  auth: {
    name: 'auth',
    what: '30 ms a request, tokens on both sides, blobs redirected',
    login,
    source: { ...far, auth: login, redirectsBlobs: true },
    destination: { ...far, auth: login },
  },
  tls: { name: 'tls', what: 'TLS of the registries, nothing in between', tls: 'registries' },
  flaky: {
    name: 'flaky',
    what: 'every 25th request 429 or 503, every 40th blob reset after 64 kB',
    source: { faults: { refuseEvery: 25, refuseWith: 429, resetEvery: 40 } },
    destination: { faults: { refuseEvery: 25, refuseWith: 503 } },
  },
  memory: {
    name: 'memory',
    what: 'registries in memory, on loopback',
    memory: { latency: 0, setup: 0 },
  },
  'memory-tls': {
    name: 'memory-tls',
    what: 'the same with TLS',
    tls: 'registries',
    memory: { latency: 0, setup: 0 },
  },
  far60: {
    name: 'far60',
    what: 'registries in memory with TLS, 60 ms a request',
    tls: 'registries',
    memory: { latency: 60, setup: 120 },
  },
  far100: {
    name: 'far100',
    what: 'registries in memory with TLS, 100 ms a request',
    tls: 'registries',
    memory: { latency: 100, setup: 200 },
  },
}
