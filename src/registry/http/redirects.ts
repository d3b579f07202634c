import { singleHeader } from '../network/answer-body.ts'
import type { Answer, Exchange } from '../network/network.ts'
import { answersAt, type RunRegistries } from '../network/run-registries.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import { isPage, pageInstead } from '../network/page.ts'
import { type Address, leadsAway, refusedLocation, resolveLocation } from './location.ts'

/** Registries redirect blobs once, mirrors perhaps twice; more is a loop. */
export const MAX_REDIRECTS = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** Those that keep the method and the body (RFC 9110, 15.4). */
const EXACT_REDIRECTS: ReadonlySet<number> = new Set([307, 308])

/**
 * How far a request may be led: `anywhere`, for what is read and verified; to a `storage`, for the
 * bytes of an upload; nowhere but in the `registry` itself, for what only that can do or say.
 */
export type Reach = 'anywhere' | 'storage' | 'registry'

/** A request, as far as it decides where it may be led. */
export interface Led {
  readonly method: Exchange['method']
  /** Where absent, that of its method: reads go anywhere, writes stay in the registry. */
  readonly reach?: Reach | undefined
  /** A redirect to another host is not followed, but the answer. */
  readonly staysAtHost?: true
  readonly place: ErrorPlace
}

/** The registry whose requests are led, and those that it must not lead its uploads to. */
export interface Home {
  readonly registry: string
  readonly origin: string
  readonly registries: RunRegistries
}

export function isReading({ method }: Pick<Led, 'method'>): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Whether an answer is a redirect, and one that the request follows. */
export function isFollowed(answer: Answer, from: Address, request: Led): boolean {
  const { status, headers } = answer
  if (!REDIRECTS.has(status) || headers['location'] === undefined) return false
  const location = singleHeader(answer, 'location', request.place) ?? ''
  return request.staysAtHost !== true || !leadsAway(from, location)
}

/**
 * Where a redirect leads a request to (RFC 9110, 15.4). Throws REDIRECT where it must not go there.
 *
 * @param from the address that was answered with it
 */
export function redirectTarget(answer: Answer, from: Address, request: Led, home: Home): Address {
  const { status } = answer
  const { place } = request
  const location = singleHeader(answer, 'location', place) ?? ''
  if (!isReading(request) && !EXACT_REDIRECTS.has(status)) {
    const host = URL.parse(location, `${from.origin}${from.path}`)?.host ?? ''
    const reason =
      'the registry answers a write with a redirect that is for reading' +
      (host === '' ? '' : `, to ${foreignText(host)}, as a proxy does that wants people to sign in`)
    throw new RegistryError('REDIRECT', reason, { ...place, status })
  }
  const to = resolveLocation(from, location, { registryOrigin: home.origin, place })
  const objection = objectionTo(request, from, to, home)
  if (objection === undefined) return to
  throw refusedLocation(location, objection, place, status)
}

/**
 * Where an upload goes on, as the `Location` of an answer says (distribution-spec, Pushing blobs).
 * Throws UPLOAD where it says nothing, and REDIRECT where an upload must not go.
 *
 * @param from the address that answered
 */
export function uploadAddress(
  answer: Answer,
  from: Address,
  home: Home,
  place: ErrorPlace,
): Address {
  const location = singleHeader(answer, 'location', place)
  if (location === undefined) {
    if (isPage(answer)) throw pageInstead(answer, from.origin, place)
    const { status } = answer
    throw new RegistryError('UPLOAD', 'the answer has no Location', { ...place, status })
  }
  const to = resolveLocation(from, location, { registryOrigin: home.origin, place })
  const objection = objectionToUpload(from, to, home)
  if (objection !== undefined) throw refusedLocation(location, objection, place)
  return to
}

/** Whether a request failed because it was led away from the registry that alone can answer it. */
export function leavesRegistry({ code, status }: RegistryError): boolean {
  return code === 'REDIRECT' && status !== undefined
}

/** What speaks against going there, as words that follow `a location`. */
function objectionTo(request: Led, from: Address, to: Address, home: Home): string | undefined {
  const reach = request.reach ?? (isReading(request) ? 'anywhere' : 'registry')
  if (reach === 'storage') return objectionToUpload(from, to, home)
  if (reach === 'anywhere') return undefined
  if (to.isAway) return 'that leaves the registry, with what only that can answer'
  return isReading(request) || isSameResource(from, to)
    ? undefined
    : 'at something else to write to'
}

/** Whether two addresses name the same thing, below whatever a registry puts before its API. */
function isSameResource(from: Address, to: Address): boolean {
  return unescaped(to.path).endsWith(unescaped(from.path).replace(/^\/v2\//, '/'))
}

function objectionToUpload(
  from: Address,
  to: Address,
  { registry, registries }: Home,
): string | undefined {
  if (registries.isAnother(to.origin, registry)) return 'at another registry of this run'
  if (!answersAt(registry, to.origin)) return undefined
  // What the registry would do for us, it must not be told to do by others.
  if (from.isAway && from.origin !== to.origin) return 'that leads back to the registry'
  return isManifest(to.path) ? 'at a manifest' : undefined
}

/** Whether a path is that of a manifest (distribution-spec, Endpoints), however it is escaped. */
function isManifest(path: string): boolean {
  return /\/manifests\/[^/]*\/?$/.test(unescaped(path))
}

/** The path alone, as a server reads it. */
export function unescaped(path: string): string {
  return path
    .replace(/\?.*$/s, '')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
