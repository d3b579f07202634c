import { expect } from '@jest/globals'
import {
  redirectTo,
  replyWith,
  type RequestMatcher,
  setHeader,
} from '../../../testkit/registry/faults.ts'
import { at, nameServer } from '../../registry/network/name-server.ts'
import { bringsLayer, opensUpload, pushesTag, readsLayer } from '../matchers.ts'
import type { Cell, Row } from '../table.ts'
import { layer, type FaultWorld, type Role, type RunRecord } from '../world.ts'

const PASSWORD = 'canary-in-an-address'

/** Where no registry may send anybody. */
const FORBIDDEN: readonly (readonly [string, string])[] = [
  ['a file', 'file:///etc/passwd'],
  ['a `data:` address', 'data:text/plain,x'],
  ['another scheme', 'ftp://storage.example.com/x'],
  ['what is no URL', 'http://'],
  ['an address with user info', `https://user:${PASSWORD}@storage.example.com/x`],
  ['10.0.0.1', 'http://10.0.0.1/x'],
  ['192.168.1.1', 'https://192.168.1.1/x'],
  ['0.0.0.0', 'http://0.0.0.0/x'],
  ['169.254.169.254 (metadata)', 'http://169.254.169.254/latest/meta-data/'],
  ['2852039166 (the same as a number)', 'http://2852039166/latest/meta-data/'],
  ['0xa9fea9fe (in hexadecimal)', 'http://0xa9fea9fe/latest/meta-data/'],
  ['0251.0376.0251.0376 (in octal)', 'http://0251.0376.0251.0376/latest/meta-data/'],
  ['::ffff:169.254.169.254 (in IPv6)', 'http://[::ffff:169.254.169.254]/latest/meta-data/'],
  ['64:ff9b::a9fe:a9fe (through NAT64)', 'http://[64:ff9b::a9fe:a9fe]/latest/meta-data/'],
  ['fd00:ec2::254 (metadata)', 'http://[fd00:ec2::254]/latest/meta-data/'],
  ['100.100.100.200 (metadata)', 'http://100.100.100.200/latest/meta-data/'],
  ['fe80::1 (this link)', 'http://[fe80::1]/x'],
]

export const redirectRows: readonly Row[] = [
  ...FORBIDDEN.map(([what, location]): Row => ({
    fault: `A \`Location\` leads to ${what}`,
    source: {
      ends: 'REDIRECT',
      hits: 1,
      by: replyWith(307, { headers: { location } }),
      does: 'does not go there, and does not try again',
      check: hidesPassword,
    },
    destination: {
      ends: 'REDIRECT',
      at: opensUpload,
      by: setHeader('location', location),
      does: 'sends nothing there',
      check: sendsNothing,
    },
  })),
  ...FORBIDDEN.map(([what, realm]): Row => {
    const header = `Bearer realm="${realm}",service="test"`
    const cell: Cell = {
      ends: 'AUTHENTICATION',
      at: { path: '/v2/' },
      by: replyWith(401, { headers: { 'www-authenticate': header } }),
      does: 'gives no password there',
      check: hidesPassword,
    }
    return {
      fault: `A challenge names as its token service ${what}`,
      source: cell,
      destination: cell,
    }
  }),
  {
    fault: 'A redirect leads to itself',
    source: {
      ends: 'REDIRECT',
      by: redirectTo(({ path }) => path),
      hits: 6,
      does: 'ends after five redirects',
    },
    destination: {
      ends: 'REDIRECT',
      by: redirectTo(({ path, query }) => `${path}?${query}`),
      hits: 6,
      does: 'ends after five redirects',
    },
  },
  {
    fault: 'A redirect leads on and on',
    source: {
      ends: 'REDIRECT',
      at: { method: 'GET', path: layer.digest.slice(0, 20) },
      by: redirectTo(({ path, order }) => `${path}?${order}`),
      hits: 6,
      does: 'ends after five redirects',
    },
  },
  {
    fault: 'A write is answered with a redirect for reading (303)',
    destination: {
      ends: 'REDIRECT',
      by: redirectTo(({ path, query }) => `${path}?${query}`, 303),
      hits: 1,
      does: 'does not take it for success',
    },
  },
  {
    fault: 'A redirect leads to another host',
    source: {
      ends: 'copied',
      does: 'goes there without the login',
      inject: async (world) => {
        const storage = await world.stranger({ store: world.source.store })
        const fault = world.source.fault(
          readsLayer,
          redirectTo(({ path }) => `${storage.url}${path}`),
        )
        return () => fault.hits
      },
      check: ({ strangers }) => expect(strangers[0]?.requests).toHaveLength(1),
    },
    destination: {
      ends: 'copied',
      does: 'goes there without the login',
      inject: async (world) => {
        const storage = await world.stranger({ store: world.destination.store })
        const fault = world.destination.fault(
          bringsLayer,
          redirectTo(({ path, query }) => `${storage.url}${path}?${query}`),
        )
        return () => fault.hits
      },
      check: ({ strangers }) => expect(strangers[0]?.requests).toHaveLength(1),
    },
  },
  {
    fault: 'The push of the tag is redirected to another host, which takes it',
    destination: {
      ends: 'REDIRECT',
      does: 'does not go there',
      inject: async (world) => {
        const other = await world.stranger()
        const fault = world.destination.fault(
          pushesTag,
          redirectTo(({ path }) => `${other.url}${path}`),
        )
        return () => fault.hits
      },
      check: ({ strangers }) => expect(strangers[0]?.requests).toEqual([]),
    },
  },
  {
    fault: 'A redirect leads an upload to another registry of the run',
    destination: {
      ends: 'REDIRECT',
      does: 'does not go there',
      inject: (world) => leadingTo(world, bringsLayer, world.elsewhere.url),
      check: ({ elsewhere }) => expect(elsewhere.requests).toEqual([]),
    },
  },
  {
    fault: 'A `Location` leads an upload to another registry of the run',
    destination: {
      ends: 'REDIRECT',
      does: 'does not go there, and gives nothing back there',
      inject: ({ destination, elsewhere }) => {
        const location = `${elsewhere.url}/v2/prod/app/manifests/v1`
        const fault = destination.fault(opensUpload, setHeader('location', location))
        return () => fault.hits
      },
      check: ({ elsewhere }) => expect(elsewhere.requests).toEqual([]),
    },
  },
  {
    fault: 'Another host leads an upload back to the registry, to a manifest there',
    destination: {
      ends: 'REDIRECT',
      does: 'does not go there, neither with the login nor without it',
      inject: async (world) => {
        const storage = await world.stranger()
        storage.use(redirectTo(`${world.destination.url}/v2/prod/app/manifests/v1`))
        return leadingTo(world, bringsLayer, storage.url)
      },
      check: ({ destination }) => expect(destination.count('PUT', '/manifests/v1')).toBe(0),
    },
  },
  {
    fault: 'Another host leads a read back to the registry',
    source: {
      ends: 'AUTHENTICATION',
      does: 'goes there without the login, once',
      inject: async (world) => {
        const storage = await world.stranger()
        storage.use(redirectTo(({ path }) => `${world.source.url}${path}?back`))
        return leadingTo(world, { ...readsLayer, where: ({ query }) => query === '' }, storage.url)
      },
      check: ({ source }) => {
        const back = source.requests.filter(({ query }) => query === 'back')
        expect(back.map(({ headers }) => headers.authorization)).toEqual([undefined])
      },
    },
  },
  {
    fault: 'A redirect leads from https to http',
    source: { ...leavingTls('source'), world: { source: { tls: true } } },
    destination: { ...leavingTls('destination'), world: { destination: { tls: true } } },
  },
  {
    fault: 'A redirect leads to a name with an address of this machine',
    source: nearby('source', '127.0.0.1'),
    destination: nearby('destination', '127.0.0.1'),
  },
  {
    fault: 'A redirect leads to a name with the address of the metadata service',
    source: nearby('source', '169.254.169.254'),
    destination: nearby('destination', '169.254.169.254'),
  },
  {
    fault: 'A challenge names a token service by a name with an address of this machine',
    source: realmNearby('source'),
    destination: realmNearby('destination'),
  },
  {
    fault: 'A challenge over https names a token service with http',
    source: { ...realmWithoutTls('source'), world: { source: { tls: true } } },
    destination: { ...realmWithoutTls('destination'), world: { destination: { tls: true } } },
  },
  {
    fault: 'Two `Location` headers come at once',
    by: setHeader('location', ['/one', '/two']),
    destination: { ends: 'REGISTRY', at: opensUpload, does: 'takes neither' },
  },
  {
    fault: 'An upload session has no `Location`',
    by: setHeader('location', undefined),
    destination: { ends: 'UPLOAD', at: opensUpload, does: 'fails' },
  },
]

function hidesPassword(_world: FaultWorld, { told }: RunRecord) {
  expect(told).not.toContain(PASSWORD)
}

function sendsNothing(world: FaultWorld, run: RunRecord) {
  hidesPassword(world, run)
  expect(world.destination.count('PUT')).toBe(0)
}

function leadingTo(world: FaultWorld, struck: RequestMatcher, url: string) {
  const role = struck.method === 'GET' ? 'source' : 'destination'
  const fault = world.at(role).fault(
    struck,
    redirectTo(({ path, query }) => `${url}${path}?${query}`),
  )
  return () => fault.hits
}

function leavingTls(role: Role): Cell {
  return {
    ends: 'REDIRECT',
    does: 'does not go there',
    inject: async (world) => {
      const { host, ca = '' } = world.at(role)
      world.network = { tls: new Map([[host, { ca }]]) }
      const plain = await world.stranger({ store: world.at(role).store })
      const fault = world.at(role).fault(
        role === 'source' ? readsLayer : bringsLayer,
        redirectTo(({ path, query }) => `${plain.url}${path}?${query}`),
      )
      return () => fault.hits
    },
    check: ({ strangers }) => expect(strangers[0]?.requests).toEqual([]),
  }
}

/** A registry with a name of its own, which sends on to one whose address nobody should reach. */
function nearby(role: Role, address: string): Cell {
  return {
    ends: 'REDIRECT',
    does: 'does not connect to it',
    inject: async (world) => {
      const storage = await world.stranger({ store: world.at(role).store })
      const name = at('registry.corp.test', world.at(role))
      world.hosts[role] = name
      const { lookup } = nameServer({
        'registry.corp.test': ['127.0.0.1'],
        'storage.evil.test': [address],
      })
      world.network = { lookup, insecureRegistries: [name] }
      const url = `http://${at('storage.evil.test', storage)}`
      const fault = world.at(role).fault(
        role === 'source' ? readsLayer : bringsLayer,
        redirectTo(({ path, query }) => `${url}${path}?${query}`),
      )
      return () => fault.hits
    },
    check: ({ strangers }) => expect(strangers[0]?.requests).toEqual([]),
  }
}

/** The same for the token service. */
function realmNearby(role: Role): Cell {
  return {
    ends: 'AUTHENTICATION',
    does: 'does not connect to it',
    inject: async (world) => {
      const service = await world.stranger()
      const name = at('registry.corp.test', world.at(role))
      world.hosts[role] = name
      const { lookup } = nameServer({
        'registry.corp.test': ['127.0.0.1'],
        'token.evil.test': ['127.0.0.1'],
      })
      world.network = { lookup, insecureRegistries: [name] }
      return challenged(world, role, `http://${at('token.evil.test', service)}/token`)
    },
    check: ({ strangers }) => expect(strangers[0]?.requests).toEqual([]),
  }
}

function realmWithoutTls(role: Role): Cell {
  return {
    ends: 'AUTHENTICATION',
    does: 'gives no password there',
    inject: async (world) => {
      const { host, ca = '' } = world.at(role)
      world.network = { tls: new Map([[host, { ca }]]) }
      const service = await world.stranger()
      return challenged(world, role, `${service.url}/token`)
    },
    check: ({ strangers }) => expect(strangers[0]?.requests).toEqual([]),
  }
}

function challenged(world: FaultWorld, role: Role, realm: string) {
  const headers = { 'www-authenticate': `Bearer realm="${realm}",service="test"` }
  const fault = world.at(role).fault({ path: '/v2/' }, replyWith(401, { headers }))
  return () => fault.hits
}
