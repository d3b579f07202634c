import type { Middleware, Reply } from '../registry/exchange.ts'
import type { Mutation, Scene } from './mutation.ts'
import type { Random } from './random.ts'

/** Values for a header that is not what it should be. */
const values: Readonly<Record<string, (scene: Scene) => readonly string[]>> = {
  'content-type': () => [
    'text/html',
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json; charset=utf-8',
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
    ';;;',
    '',
  ],
  'content-length': () => ['0', '1', '99999999999999999999', '-1', '1e3', 'many'],
  'docker-content-digest': ({ random, store }) => [
    `sha256:${'0'.repeat(64)}`,
    `sha512:${'0'.repeat(128)}`,
    'sha256:short',
    '::error::digest',
    random.pick([...allManifests(store), 'none']),
  ],
  location: locations,
  range: () => ['0-0', '0-99999999999', 'bytes=0-5', '5-0', 'x'],
  'content-range': () => ['bytes 0-0/1', 'bytes 1-2/3', 'bytes */*', 'x'],
  'www-authenticate': challenges,
  'content-encoding': () => ['gzip', 'identity', 'br, gzip', 'x'],
  'oci-chunk-min-length': () => ['0', '1', '5242880', '999999999999999', '-1', 'x'],
  'oci-chunk-max-length': () => ['0', '1', '100', '999999999999999', 'x'],
  'ratelimit-remaining': () => ['0;w=21600', '-1', '1e9', 'x;w=y', '::error::x'],
  link: ({ request: { path } }) => [
    '<http://stranger.localhost/>; rel="next"',
    `<${path}?last=x>; rel="next"`,
    '<',
    '',
  ],
  'oci-subject': () => [`sha256:${'0'.repeat(64)}`, 'sha256:short', '::error::subject', ''],
  'oci-filters-applied': () => ['artifactType', 'x'],
  warning: () => ['299 - "::error::careful"', '299 - "\u00e9"', 'x'.repeat(4_000)],
  connection: () => ['close', 'upgrade'],
}

const garbled =
  (names: readonly string[]): Mutation =>
  (scene) => {
    const name = scene.random.pick(names)
    return changed(name, scene)
  }

/** Headers that say other things than they should, or say it twice, or are not there. */
export const headerMutations: Readonly<Record<string, Mutation>> = {
  headers: garbled(Object.keys(values)),
  'type-header': garbled(['content-type']),
  'length-header': garbled(['content-length']),
  'digest-header': garbled(['docker-content-digest']),
  'location-header': garbled(['location']),
  'challenge-header': garbled(['www-authenticate']),
  'upload-headers': garbled(['range', 'oci-chunk-min-length', 'oci-chunk-max-length', 'location']),
}

function changed(name: string, scene: Scene): Middleware {
  const { random } = scene
  const value = random.pick(values[name]?.(scene) ?? [''])
  const how = random.pick(['drop', 'replace', 'replace', 'duplicate', 'append'] as const)
  return async (_request, next) => {
    const answer = await next()
    const old = [answer.headers[name] ?? []].flat()
    if (how === 'replace') return withHeader(answer, name, [value])
    if (how === 'append') return withHeader(answer, name, [`${old.join(',')}${value}`])
    return withHeader(answer, name, how === 'drop' ? [] : [...old, value])
  }
}

export function withHeader(answer: Reply, name: string, lines: readonly string[]): Reply {
  const headers = Object.fromEntries(
    Object.entries(answer.headers).filter(([header]) => header !== name),
  )
  const isUnsized = name === 'content-length' && lines.length === 0
  return {
    ...answer,
    headers: lines.length === 0 ? headers : { ...headers, [name]: lines },
    ...(isUnsized && answer.body !== undefined ? { body: { chunks: answer.body.chunks } } : {}),
  }
}

/** Where a registry has no business to send anybody, and a few places where it has. */
export function locations({ request, random, hosts }: Scene): string[] {
  const { path } = request
  // The foreign ones more often: there are few that lead anywhere.
  const foreign = [`http://${hosts.stranger}${path}`, `http://${hosts.other}${path}`]
  return [
    ...foreign,
    ...foreign,
    ...foreign,
    path,
    `http://${request.headers.host ?? ''}${path}?again=${random.below(3)}`,
    `http://${hosts.closed}${path}`,
    `http://user:word@${hosts.stranger}${path}`,
    `https://${hosts.stranger}${path}`,
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://0x7f000001:1/',
    'http://nowhere.invalid/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '//',
    'http://',
    '../../..',
    '?',
    '\u00e9\\\\x',
    '/v2/::error::/##[error]x',
    `/${'a/'.repeat(3_000)}`,
    '',
  ]
}

export function challenges({ hosts, random }: Scene): string[] {
  const scope = random.pick(['', ',scope="repository:acme/app0:pull,push"', ',scope="*"'])
  const realms = [
    `http://${hosts.stranger}/token`,
    `http://${hosts.other}/token`,
    'http://169.254.169.254/token',
    'file:///etc/passwd',
    'http://user:word@stranger.localhost/token',
    '/token',
    '',
  ]
  return [
    ...realms.map((realm) => `Bearer realm="${realm}",service="x"${scope}`),
    'Basic realm="x"',
    'Negotiate',
    'Bearer',
    `Bearer realm="${'x'.repeat(5_000)}`,
    'Basic realm="a", Bearer realm="http://stranger.localhost/token"',
    ',,,=,"',
    '::error::challenge',
  ]
}

function allManifests(store: Scene['store']): string[] {
  return [...store.repositories.values()].flatMap(({ manifests }) => [...manifests.keys()])
}

export function retryAfter(random: Random): string {
  return random.pick([
    '0',
    '1',
    '30',
    '86400',
    '999999999999999999999',
    '-5',
    '1.5',
    'soon',
    'Fri, 31 Dec 9999 23:59:59 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    '',
  ])
}
