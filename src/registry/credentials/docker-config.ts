import * as v from 'valibot'
import { FormatError } from '../../oci/errors.ts'
import { readEntry } from './docker-config-entry.ts'
import { type KeyPlace, keysOf, placeOfKey } from './docker-config-key.ts'
import type { RegistryLogin } from './credential-chain.ts'
import type { Credentials } from './login.ts'
import { readHttpHeaders } from './http-headers.ts'

/** Who wrote the file; the JSON is the same, the meaning of its keys is not quite. */
export type AuthFileFormat = 'docker' | 'podman'

/** What a file says about logins: a Docker configuration, or Podman's `auth.json`. */
export interface AuthFile {
  readonly logins: readonly RegistryLogin[]
  /** Registry to the credential helper for it; an empty name means none. */
  readonly helpers: ReadonlyMap<string, string>
  /** The credential helper for all other registries. */
  readonly store?: string
  /** For requests with any login that this file leads to. Names in lower case. */
  readonly headers?: NonNullable<Credentials['headers']>
}

type Warn = (message: string) => void

/** A list has members, too, to a schema that asks for an object. */
const Members = v.pipe(
  v.custom<object>((value) => !Array.isArray(value)),
  v.record(v.string(), v.unknown()),
)

/**
 * Reads an auth file. What cannot be read in it is told to `warn`, without what stands in it, and
 * does not touch the rest. Throws a FormatError where it is no JSON object.
 */
export function parseAuthFile(text: string, format: AuthFileFormat, warn: Warn): AuthFile {
  const file = readObject(text)
  const section = (name: string): readonly (readonly [string, unknown])[] => {
    const members = v.safeParse(v.nullish(Members, {}), file[name])
    if (!members.success) warn(`${name} is not an object and is not used`)
    return members.success ? Object.entries(members.output) : []
  }
  const headers = format === 'docker' ? readHttpHeaders(section('HttpHeaders'), warn) : undefined
  const entries = readLogins(section('auths'), warn)
  const logins = format === 'docker' ? asDockerFinds(entries) : entries.map(loginOf)
  const store = format === 'docker' ? readStore(file['credsStore'], warn) : undefined
  return {
    logins: headers === undefined ? logins : logins.map((login) => ({ ...login, headers })),
    helpers: readHelpers(section('credHelpers'), warn),
    ...(store !== undefined && { store }),
    ...(headers !== undefined && { headers }),
  }
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    // Windows writes a mark of byte order before it.
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new FormatError('json', 'it is not valid JSON')
  }
  const parsed = v.safeParse(Members, value)
  if (!parsed.success) throw new FormatError('json', 'it is not a JSON object')
  return parsed.output
}

interface LoginEntry {
  readonly key: string
  readonly place: KeyPlace
  readonly credentials: Credentials
}

function readLogins(
  entries: readonly (readonly [string, unknown])[],
  warn: Warn,
): readonly LoginEntry[] {
  return entries.flatMap(([key, entry], index) => {
    const place = placeOfKey(key)
    if (place === undefined) {
      // The key may be a URL with a password in it.
      warn(`entry ${index + 1} of auths is not named after a registry and is not used`)
      return []
    }
    const credentials = readEntry(entry)
    if (credentials === 'broken') {
      warn(`the entry of auths for ${place.registry} cannot be read and is not used`)
      return []
    }
    return credentials === undefined ? [] : [{ key, place, credentials }]
  })
}

/**
 * Docker asks for a host: the key that is exactly that counts first, and then any that has the host
 * in it, be it a URL or a path. That a path is more than its host is Podman's idea; keys of that kind
 * are found in both files, so that a path wins for what is beneath it.
 */
function asDockerFinds(entries: readonly LoginEntry[]): readonly RegistryLogin[] {
  const rank = ({ key, place }: LoginEntry): number => {
    const at = keysOf(place.registry).indexOf(key)
    return at === -1 ? Infinity : at
  }
  const ranked = entries.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
  const logins = ranked.map(loginOf)
  const forHosts = ranked
    .filter(({ place }) => !hasHostLogin(logins, place.registry))
    .map(({ place: { registry }, credentials }) => ({ registry, ...credentials }))
  return [...logins, ...forHosts]
}

function loginOf({ place, credentials }: LoginEntry): RegistryLogin {
  return { ...place, ...credentials }
}

function hasHostLogin(logins: readonly RegistryLogin[], host: string): boolean {
  return logins.some(({ registry, prefix }) => registry === host && prefix === undefined)
}

function readHelpers(
  entries: readonly (readonly [string, unknown])[],
  warn: Warn,
): ReadonlyMap<string, string> {
  const helpers = new Map<string, string>()
  for (const [index, [key, helper]] of entries.entries()) {
    const place = placeOfKey(key)
    if (place === undefined || place.prefix !== undefined || typeof helper !== 'string') {
      warn(`entry ${index + 1} of credHelpers is not a registry with a program's name`)
    } else if (!helpers.has(place.registry) || keysOf(place.registry)[0] === key) {
      helpers.set(place.registry, helper)
    }
  }
  return helpers
}

function readStore(store: unknown, warn: Warn): string | undefined {
  if (store === undefined || store === null || store === '') return undefined
  if (typeof store === 'string') return store
  warn("credsStore is not a program's name and is not used")
  return undefined
}
