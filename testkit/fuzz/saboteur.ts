import {
  Disconnect,
  type Middleware,
  type RegistryRequest,
  type Reply,
} from '../registry/exchange.ts'
import { drain } from '../registry/faults.ts'
import type { Store } from '../registry/storage.ts'
import type { Hosts } from './mutation.ts'
import { mutations } from './mutations.ts'
import { Random } from './random.ts'
import { focuses, type Sabotage } from './scenario.ts'

/** More in one run, and it would never have ended. */
export const MOST_REQUESTS = 20_000

/** One exchange as it was, and what was done to it. */
export interface Observation {
  /** The same in every run of a seed, whatever comes first. */
  readonly key: string
  readonly host: string
  readonly request: RegistryRequest
  /** Path and query as people read them. */
  readonly target: string
  /** Undefined where nothing was spoilt. */
  readonly kind: string | undefined
  /** What the registry itself answered; undefined where it was not even asked. */
  honest: number | undefined
  /** What was sent in the end; undefined where nothing was. */
  sent: Reply | undefined
  /** The start of the request's body. */
  readonly body: Buffer[]
  /** The body that was sent, for manifests. */
  readonly answered: Buffer[]
}

/** Documents and forms are shorter, and what is longer is a blob and gets verified. */
const BODY_LIMIT = 64 * 1024

/** Mutations to do without, of those that chance brings. */
export interface Restriction {
  /** Those at other exchanges than these do not happen. */
  readonly only?: ReadonlySet<string> | undefined
  /** Kinds that do not happen. */
  readonly without?: readonly string[] | undefined
}

export interface SaboteurOptions extends Restriction {
  readonly seed: number
  readonly side: string
  readonly sabotage: Sabotage
  readonly store: Store
  readonly hosts: () => Hosts
}

/** Stands before a registry, spoils some of its exchanges, and writes down all of them. */
export class Saboteur {
  readonly observations: Observation[] = []
  readonly #options: SaboteurOptions
  readonly #counts = new Map<string, number>()

  constructor(options: SaboteurOptions) {
    this.#options = options
  }

  /** What was done, by the key of the request that it was done to. */
  get done(): Observation[] {
    return this.observations.filter(({ kind }) => kind !== undefined)
  }

  readonly middleware: Middleware = async (request, next) => {
    const { sabotage, only, seed, without = [] } = this.#options
    const key = this.#keyOf(request)
    const random = new Random('mutation', seed, key)
    const isMeant = focuses[sabotage.focus](request) && only?.has(key) !== false
    const strikes = random.chance(sabotage.rate) && isMeant
    const picked = strikes ? random.pick(sabotage.kinds) : ''
    const kind = picked === '' || without.includes(picked) ? undefined : picked
    const observation = observe(request, key, kind)
    if (this.observations.push(observation) > MOST_REQUESTS) throw new Disconnect()
    const honest = async (changed = request) => {
      const answer = await next({ ...changed, body: watched(changed.body, observation.body) })
      observation.honest = answer.status
      return answer
    }
    const mutation = kind === undefined ? undefined : mutations[kind]
    if (mutation === undefined) return this.#sent(observation, await honest())
    const { store, hosts } = this.#options
    const watching = { ...request, body: watched(request.body, observation.body) }
    const spoil = mutation({ random, request: watching, store, hosts: hosts() })
    return this.#sent(observation, await spoil(watching, honest))
  }

  #sent(observation: Observation, answer: Reply): Reply {
    observation.sent = answer
    const { method, path } = observation.request
    if (method !== 'GET' || !path.includes('/manifests/') || answer.body === undefined) {
      return answer
    }
    const chunks = watched(asAsync(answer.body.chunks), observation.answered, Infinity)
    return { ...answer, body: { ...answer.body, chunks } }
  }

  /** Ids of uploads are made anew in every run, and ports are others. */
  #keyOf({ method, path, params }: RegistryRequest): string {
    const place = path.replace(/\/blobs\/uploads\/.+/, '/blobs/uploads/*')
    const about = ['digest', 'mount', 'scope'].map((name) => params.get(name) ?? '').join(' ')
    const name = `${this.#options.side} ${method} ${place} ${about}`.trim()
    const count = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, count)
    return `${name} #${count}`
  }
}

function observe(request: RegistryRequest, key: string, kind: string | undefined): Observation {
  const { path, query, headers } = request
  const target = decoded(`${path}?${query}`)
  const rest = { honest: undefined, sent: undefined, body: [], answered: [] }
  return { key, host: headers.host ?? '', request, target, kind, ...rest }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

async function* watched(body: AsyncIterable<Uint8Array>, copies: Buffer[], limit = BODY_LIMIT) {
  let size = 0
  for await (const chunk of body) {
    if (size < limit) copies.push(Buffer.from(chunk))
    size += chunk.length
    yield chunk
  }
}

async function* asAsync(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
  yield* chunks
}

/** A registry that nobody named takes everything it is sent, so that it would be a loss to send it. */
export const welcomesAll: Middleware = async (request, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') return next()
  await drain(request)
  const digest = request.params.get('digest') ?? `sha256:${'0'.repeat(64)}`
  const headers = { location: request.path, 'docker-content-digest': digest }
  return { status: request.method === 'PATCH' ? 202 : 201, headers }
}
