import { targetOf, type Target } from './counts.ts'

export interface FaultOptions {
  /** Every so many requests are refused. */
  readonly refuseEvery: number
  readonly refuseWith: 429 | 503
  /** Every so many blob downloads break. */
  readonly resetEvery?: number
}

export interface ProxyOptions {
  /** `host:port` of the registry. */
  readonly upstream: string
  /** Speaks TLS itself, PEM; the registry behind it is told so, and does not. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Milliseconds from a request's start to the first byte of its answer, at least. */
  readonly latency?: number
  /** Milliseconds that a new connection costs. */
  readonly setup?: number
  /** Bytes per second and connection, each way. */
  readonly bandwidth?: number
  readonly faults?: FaultOptions
  /** A token server stands in front of it. */
  readonly auth?: { readonly user: string; readonly password: string }
  /** Blobs are elsewhere. */
  readonly redirectsBlobs?: boolean
}

/** A request, as far as an answer depends on it. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
}

/** What becomes of a request: an answer that is made up, or the registry's under a different path. */
export type Verdict =
  | {
      readonly what: 'answer'
      readonly status: string
      readonly headers: readonly string[]
      readonly body: string
    }
  | { readonly what: 'forward'; readonly path: string; readonly resets: boolean }

export interface Judgement {
  /** What the request is counted as. */
  readonly kind: string
  readonly isFault: boolean
  readonly verdict: Verdict
}

/** Where the other doors of the registry are. */
export interface Doors {
  readonly token: string
  readonly storage: string
}

export type Door = 'registry' | 'storage' | 'token'

/** How many bytes of a blob arrive before its connection breaks. */
export const RESET_AFTER = 64 * 1024

const SERVICE = 'benchmark'

/** Decides what becomes of requests, one registry's at all of its doors. */
export class Doorman {
  readonly #options: ProxyOptions
  readonly #doors: () => Doors
  #requests = 0
  #downloads = 0

  constructor(options: ProxyOptions, doors: () => Doors) {
    this.#options = options
    this.#doors = doors
  }

  judge(door: Door, asked: Asked): Judgement {
    if (door === 'token') {
      return { kind: `${asked.method} token`, isFault: false, verdict: this.#issue(asked) }
    }
    const target = targetOf(asked.method, asked.path)
    const kind = `${asked.method} ${door === 'storage' ? 'storage' : target}`
    const refusal = this.#refusal()
    if (refusal !== undefined) return { kind, isFault: true, verdict: refusal }
    if (door === 'registry') {
      const challenge = this.#challenge(asked, target)
      if (challenge !== undefined) return { kind: 'refused', isFault: false, verdict: challenge }
      if (target === 'blob' && this.#options.redirectsBlobs === true) {
        const location = `location: http://${this.#doors().storage}${asked.path}`
        const verdict = answer('307 Temporary Redirect', [location])
        return { kind, isFault: false, verdict }
      }
    }
    const resets = target === 'blob' && asked.method === 'GET' && this.#breaks()
    return { kind, isFault: resets, verdict: { what: 'forward', path: asked.path, resets } }
  }

  #refusal(): Verdict | undefined {
    const { faults } = this.#options
    if (faults === undefined || ++this.#requests % faults.refuseEvery !== 0) return undefined
    const status = faults.refuseWith === 429 ? '429 Too Many Requests' : '503 Service Unavailable'
    return answer(
      status,
      ['retry-after: 1'],
      '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}',
    )
  }

  #breaks(): boolean {
    const every = this.#options.faults?.resetEvery
    return every !== undefined && ++this.#downloads % every === 0
  }

  /** Distribution's specification of tokens: what is missing is named, and so is who gives it. */
  #challenge({ method, path, authorization }: Asked, target: Target): Verdict | undefined {
    if (this.#options.auth === undefined) return undefined
    const wanted = wantedScopes(method, path, target)
    const granted = grantedScopes(authorization)
    if (granted !== undefined && wanted.every((scope) => granted.has(scope))) return undefined
    const scope = wanted.length === 0 ? '' : `,scope="${joinScopes(wanted)}"`
    const error = granted === undefined ? '' : ',error="insufficient_scope"'
    const realm = `http://${this.#doors().token}/token`
    return answer(
      '401 Unauthorized',
      [`www-authenticate: Bearer realm="${realm}",service="${SERVICE}"${scope}${error}`],
      '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}',
    )
  }

  #issue({ method, path, authorization }: Asked): Verdict {
    const { auth } = this.#options
    const login = `Basic ${Buffer.from(`${auth?.user ?? ''}:${auth?.password ?? ''}`).toString('base64')}`
    // OAuth2's POST is an extension that servers need not have.
    if (method !== 'GET') return answer('404 Not Found', [])
    if (auth !== undefined && authorization !== login) return answer('401 Unauthorized', [])
    const scopes = new URL(path, 'http://token').searchParams.getAll('scope')
    const granted = scopes.flatMap((scope) => scope.split(' ')).flatMap(splitScope)
    const token = Buffer.from(JSON.stringify(granted)).toString('base64url')
    return answer('200 OK', [], JSON.stringify({ token, access_token: token, expires_in: 300 }))
  }
}

function answer(status: string, headers: readonly string[], body = ''): Verdict {
  const type = body === '' ? [] : ['content-type: application/json']
  return { what: 'answer', status, headers: [...headers, ...type], body }
}

/** One `repository:action` for each right that a request needs. */
function wantedScopes(method: string, path: string, target: Target): readonly string[] {
  if (target === 'ping') return []
  const repository = /^\/v2\/(.+?)\/(blobs|manifests|referrers|tags)\//.exec(path)?.[1] ?? ''
  if (method === 'GET' || method === 'HEAD') return [`${repository}:pull`]
  const from = new URL(path, 'http://registry').searchParams.get('from')
  const mounted = target === 'mount' && from !== null ? [`${from}:pull`] : []
  return [`${repository}:pull`, `${repository}:push`, ...mounted]
}

function joinScopes(wanted: readonly string[]): string {
  const actions = new Map<string, string[]>()
  for (const scope of new Set(wanted)) {
    const [repository = '', action = ''] = scope.split(':')
    actions.set(repository, [...(actions.get(repository) ?? []), action])
  }
  return [...actions].map(([name, of]) => `repository:${name}:${of.join(',')}`).join(' ')
}

function splitScope(scope: string): readonly string[] {
  const [, repository, actions] = /^repository:([^:]+):(.+)$/.exec(scope) ?? []
  if (repository === undefined || actions === undefined) return []
  return actions.split(',').map((action) => `${repository}:${action}`)
}

/** Undefined where there is no token that could be read. */
function grantedScopes(authorization: string | undefined): ReadonlySet<string> | undefined {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) return undefined
  try {
    return new Set(JSON.parse(Buffer.from(token, 'base64url').toString()) as string[])
  } catch {
    return undefined
  }
}
