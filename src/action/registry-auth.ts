import { normaliseRegistry, parseRegistryBase } from '../oci/reference.ts'
import type { RegistryLogin } from '../registry/credentials/credential-chain.ts'
import type { Credentials } from '../registry/credentials/login.ts'
import { type LoginScope, sidesOf } from '../registry/credentials/login-scope.ts'
import { type Entry, readEntries, unknownField } from './yaml-entries.ts'

export interface RegistryAuth {
  readonly credentials: readonly RegistryLogin[]
  /** What is wrong; holds no text of the input, which may be a secret anywhere. */
  readonly problems: readonly string[]
}

const FIELDS = ['registry', 'username', 'password', 'scope', 'auth-host', 'ecr', 'logout']
const SHAPE = 'expected a YAML list of objects with registry, username and password'

const SIDES = ['source', 'destination'] as const

/** A registry alone, in all spellings that `docker login` takes: `https://index.docker.io/v1/`. */
const REGISTRY = /^(?:https?:\/\/)?([^/]+)(?:\/(?:v[12]\/?)?)?$/i

/**
 * Reads the input of the same name that docker/login-action takes: a YAML (or JSON) list of objects
 * with `registry` (Docker Hub when left out), `username` and `password`. The path in `scope` limits
 * the credentials to the repositories below it, as a path behind the registry does, and the actions
 * behind its `@` to sources (`pull`) or destinations (`push`). `ecr` and `logout` are ignored: there is
 * neither a login to AWS nor one that would have to be undone. `auth-host` is a field of our own: the token service that the
 * credentials may be sent to as well. Blank text is no credentials.
 */
export function parseRegistryAuth(text: string): RegistryAuth {
  const { entries, problem } = readEntries(text, SHAPE)
  const credentials: RegistryLogin[] = []
  const problems: string[] = problem === undefined ? [] : [problem]
  for (const [index, entry] of entries.entries()) {
    const result = readEntry(entry)
    const known =
      typeof result === 'string' ? -1 : credentials.findIndex((other) => sameScope(other, result))
    if (typeof result === 'string') {
      problems.push(`entry ${index + 1}: ${result}`)
    } else if (known !== -1 && !sameLogin(credentials[known], result)) {
      problems.push(
        `entry ${index + 1}: an entry above has other credentials for the same registry`,
      )
    } else if (known === -1) {
      credentials.push(result)
    }
  }
  return { credentials, problems }
}

/** The passwords in the text of the input, whatever else is wrong with it. */
export function passwordsIn(text: string): readonly string[] {
  return readEntries(text, SHAPE).entries.flatMap(({ password }) => password ?? [])
}

function readEntry(entry: Entry): RegistryLogin | string {
  const unknown = unknownField(entry, FIELDS)
  if (unknown !== undefined) return unknown
  const username = entry['username']?.trim() ?? ''
  const password = entry['password']?.trim() ?? ''
  if (username === '') return 'has no username'
  if (username.includes(':'))
    return 'the username holds a colon, which basic authentication forbids'
  if (password === '') {
    return 'has no password (secrets are empty in runs started by forks and by Dependabot)'
  }
  const base = readScope(entry['registry']?.trim() ?? '', entry['scope']?.trim() ?? '')
  if (typeof base === 'string') return base
  const authHost = entry['auth-host']?.trim() ?? ''
  if (authHost === '') return { ...base, username, password }
  try {
    return { ...base, username, password, authHost: readAuthHost(authHost) }
  } catch {
    return 'auth-host is not a host, optionally with a port; it has neither scheme nor path'
  }
}

/** As a URL has it: in lower case, without the default port. */
function readAuthHost(host: string): string {
  normaliseRegistry(host)
  return new URL(`https://${host}`).host
}

function readScope(registry: string, scope: string): LoginScope | string {
  const [path = '', actions, ...more] = scope.split('@')
  const sides = actions === undefined ? undefined : sidesOf(actions)
  if (more.length > 0 || (actions !== undefined && sides === undefined)) {
    return 'scope has something else than pull, push or pull,push behind its "@"'
  }
  if (/[\s,;]/.test(registry)) return 'registry names several hosts; give each an entry of its own'
  if (registry.includes('*')) return 'registry has a wildcard; give each host an entry of its own'
  const host = registry === '' ? 'docker.io' : (REGISTRY.exec(registry)?.[1] ?? registry)
  const roles = sides === undefined ? {} : { sides }
  try {
    const base = parseRegistryBase(host)
    if (path === '') return { ...base, ...roles }
    if (base.prefix !== undefined) return 'give a path either in registry or in scope, not in both'
    return { ...parseRegistryBase(`${base.registry}/${path}`), ...roles }
  } catch {
    return 'registry is not a host, optionally followed by a repository path'
  }
}

function sameScope(a: LoginScope, b: LoginScope): boolean {
  const isSameRole = SIDES.every((side) => a.sides?.includes(side) === b.sides?.includes(side))
  return a.registry === b.registry && a.prefix === b.prefix && isSameRole
}

function sameLogin(a: Credentials | undefined, b: Credentials): boolean {
  return a?.username === b.username && a.password === b.password && a.authHost === b.authHost
}
