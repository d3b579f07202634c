import type { ActionResult } from '../../testkit/runner/action-runner.ts'
import type { ProfileRequest, RunningProfile } from '../../testkit/profiles/profile.ts'
import type { RegistryRequest } from '../../testkit/registry/exchange.ts'
import { everythingOf } from '../bundle/bundle.ts'
import { basicOf, type HelperCalls, type ProfileLogin } from './logins.ts'

export interface Secret {
  /** For the message, which is not to hold the secret itself. */
  readonly name: string
  readonly values: readonly string[]
  /** That may get it, in a header or a body. */
  readonly hosts: ReadonlySet<string>
  /** It is part of a URL, and has to be in that one. */
  readonly inUrl?: boolean
  /** It is in the environment of the whole job, not only of the step. */
  readonly inEnvironment?: boolean
}

/** What has to be seen as it happens. */
export interface Watch {
  /** Hosts of the API: tokens go there. */
  readonly api: ReadonlySet<string>
  /** Hosts that ask for a user and a password: token services, or the API where it takes Basic. */
  readonly login: ReadonlySet<string>
  /** Bodies that arrived at the API since the last time. */
  takeBodies(): string
}

/** Looks from now on at what a registry is sent, and by which hosts it wants to be logged in to. */
export function watch({ registry, routes }: RunningProfile): Watch {
  const ownRoutes = Object.entries(routes).filter(([, address]) => address === registry.host)
  const login = new Set<string>()
  const bodies: Buffer[] = []
  registry.use(async (request, next) => {
    const answer = await next({ ...request, body: copied(request, bodies) })
    const host = bare(request.headers.host ?? '')
    for (const challenge of [answer.headers['www-authenticate'] ?? []].flat()) {
      const realm = /bearer.*realm="([^"]*)"/i.exec(challenge)?.[1]
      if (realm !== undefined) login.add(bare(new URL(realm, `https://${host}`).host))
      if (/^basic/i.test(challenge)) login.add(host)
    }
    return answer
  })
  return {
    api: new Set(ownRoutes.map(([name]) => bare(name))),
    login,
    takeBodies: () => Buffer.concat(bodies.splice(0)).toString('latin1'),
  }
}

/** More than any manifest or form of these tests. What is larger is a blob, which gets verified. */
const DOCUMENT_LIMIT = 64 * 1024

async function* copied({ body, headers }: RegistryRequest, copies: Buffer[]) {
  const isDocument = Number(headers['content-length'] ?? 0) <= DOCUMENT_LIMIT
  for await (const chunk of body) {
    if (isDocument) copies.push(Buffer.from(chunk))
    yield chunk
  }
}

/** The passwords for a registry, right and in use, every token that it has issued, and every URL that it has signed. */
export function secretsOf(
  login: ProfileLogin,
  watched: Watch,
  requests: readonly ProfileRequest[],
): Secret[] {
  const { profile, registry, account } = login.running
  // Some passwords are a document around the part that is secret.
  const [core = account.password] = /[0-9a-f]{36}/.exec(account.password) ?? []
  const storage = requests.filter(
    ({ host }) => !watched.login.has(bare(host)) && !watched.api.has(bare(host)),
  )
  return [
    {
      name: `the password for ${profile.name}`,
      values: [core, ...[login, { ...login, password: account.password }].flatMap(formsOf)],
      hosts: watched.login,
    },
    {
      name: `a token of ${profile.name}`,
      values: registry.tokens.map(({ token }) => token),
      hosts: new Set([...watched.api, ...watched.login]),
    },
    {
      name: `a signature of ${profile.name}`,
      values: storage.flatMap(({ request }) => request.query.match(/[0-9a-f]{64}$/) ?? []),
      hosts: new Set(),
      inUrl: true,
    },
  ]
}

function formsOf(login: ProfileLogin): string[] {
  return [login.password, basicOf(login)]
}

export interface Traces {
  readonly step: ActionResult
  /** What the credential helpers were started with. */
  readonly helperCalls: HelperCalls
  readonly requests: readonly ProfileRequest[]
  readonly watches: readonly Watch[]
  readonly secrets: readonly Secret[]
}

/** Every place where a secret turned up that is none of that place's business. */
export function leaksOf({ step, helperCalls, requests, watches, secrets }: Traces): string[] {
  // Outputs once more as they are: inside of JSON they are escaped, and may be JSON themselves.
  const told = [everythingOf(step), ...Object.values(step.outputs)].join('\n')
  const urls = requests.map(({ request }) => `${request.path}?${request.query}`).join('\n')
  const sent = [
    ...headersByHost(requests),
    ...watches.flatMap((watched) => {
      const bodies = watched.takeBodies()
      return [...watched.api].map((host): [string, string] => [host, bodies])
    }),
  ]
  const leaks = secrets.flatMap((secret) => {
    const isIn = (text: string) => spellings(secret).some((value) => text.includes(value))
    return [
      ...(isIn(told) ? ['what the step let out'] : []),
      ...(isIn(helperCalls.arguments) ? ['the arguments of a credential helper'] : []),
      ...(secret.inEnvironment !== true && isIn(helperCalls.environment)
        ? ['the environment of a credential helper']
        : []),
      ...(secret.inUrl !== true && isIn(urls) ? ['the path or the query of a request'] : []),
      ...sent.flatMap(([host, text]) =>
        !secret.hosts.has(host) && isIn(text) ? [`a header or body for ${host}`] : [],
      ),
    ].map((place) => `${secret.name} is in ${place}`)
  })
  return [...new Set([...leaks, ...strayBodies(requests, watches)])]
}

/** Only an API is sent anything but headers, so that its bodies are all there is to look into. */
function strayBodies(requests: readonly ProfileRequest[], watches: readonly Watch[]): string[] {
  const apis = new Set(watches.flatMap(({ api }) => [...api]))
  return requests
    .filter(({ host, request }) => request.bodyBytes > 0 && !apis.has(bare(host)))
    .map(({ host }) => `a body went to ${host}`)
}

function spellings({ values }: Secret): string[] {
  return values.flatMap((value) => [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
  ])
}

/** What arrived at each host in headers, every value once and Basic credentials in the clear. */
function headersByHost(requests: readonly ProfileRequest[]): Map<string, string> {
  const values = new Map<string, Set<string>>()
  for (const { host, request } of requests) {
    const known = values.get(bare(host)) ?? new Set()
    values.set(bare(host), known)
    for (const value of Object.values(request.headers).flat()) {
      if (value === undefined) continue
      known.add(value)
      const encoded = /^basic +(.*)$/i.exec(value)?.[1]
      if (encoded !== undefined) known.add(Buffer.from(encoded, 'base64').toString())
    }
  }
  return new Map([...values].map(([host, lines]) => [host, [...lines].join('\n')]))
}

/** Without the port of https, which some write and some do not. */
function bare(host: string): string {
  return host.replace(/:443$/, '')
}
