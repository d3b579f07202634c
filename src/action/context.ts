import { normaliseRegistry } from '../oci/reference.ts'
import type { LoginScope } from '../registry/credentials/login-scope.ts'
import { Context } from './toolkit.ts'

/** What the run is, as far as it explains failures or supplies the user name for `ghcr.io`. */
export interface RunContext {
  /** `push`, `pull_request`, …; empty outside of GitHub Actions. */
  readonly eventName: string
  /** Whether the event is about a pull request whose branch lives in another repository. */
  readonly isFork: boolean
  /** Whether Dependabot started the run. */
  readonly isDependabot: boolean
  /** Who started the run; empty when unknown. */
  readonly actor: string
  /** `owner/name` of the repository that the workflow runs in; empty when unknown. */
  readonly repository: string
  /** The container registry of the GitHub that the run is on, which takes the job's token. */
  readonly githubRegistry?: string
  /** What logins are known for. */
  readonly logins?: readonly LoginScope[]
}

type Environment = Readonly<Record<string, string | undefined>>

/** What the runner says of the run; any of it may be missing. */
export interface ContextSource {
  readonly eventName: string
  readonly actor: string
  /** The event, as GitHub describes it to webhooks. */
  readonly payload: unknown
  /** URL of the GitHub that the run is on. */
  readonly serverUrl: string
  /** `owner/name` */
  readonly repository: string
}

const DEPENDABOT = 'dependabot[bot]'

/** The context of the run, as the environment (GitHub Docs, "Default environment variables") and the event describe it. */
export async function runContext(
  environment: Environment,
  loadEvent: () => unknown = eventOfRun,
): Promise<RunContext> {
  return contextOf({ ...sourceOf(environment), payload: await loadEvent() })
}

/** As much of it as there is without the event. */
export function bareContext(environment: Environment): RunContext {
  return contextOf(sourceOf(environment))
}

function sourceOf(environment: Environment): ContextSource {
  return {
    eventName: environment['GITHUB_EVENT_NAME'] ?? '',
    actor: environment['GITHUB_ACTOR'] ?? '',
    payload: undefined,
    serverUrl: environment['GITHUB_SERVER_URL'] ?? 'https://github.com',
    repository: environment['GITHUB_REPOSITORY'] ?? '',
  }
}

/** The event of the run, as GitHub describes it to webhooks. */
function eventOfRun(): unknown {
  try {
    return new Context().payload
  } catch {
    // The file is no JSON.
    return undefined
  }
}

/**
 * Never throws: outside of GitHub Actions, in emulators and for unusual events, fields are missing,
 * and that must not stop a copy.
 */
export function contextOf(source: ContextSource): RunContext {
  const { eventName, actor } = source
  const repository = source.repository || text(field(source.payload, 'repository', 'full_name'))
  const headRepository = field(source.payload, 'pull_request', 'head', 'repo')
  const head = text(field(headRepository, 'full_name'))
  const base =
    text(field(source.payload, 'pull_request', 'base', 'repo', 'full_name')) || repository
  const githubRegistry = registryOf(source.serverUrl)
  const author = text(field(source.payload, 'pull_request', 'user', 'login'))
  return {
    eventName,
    // A branch without a repository is one of a fork that has been deleted since.
    isFork: headRepository === null || (head !== '' && base !== '' && !sameName(head, base)),
    isDependabot: actor === DEPENDABOT || author === DEPENDABOT,
    actor,
    repository,
    ...(githubRegistry !== undefined && { githubRegistry }),
  }
}

/**
 * `ghcr.io` belongs to github.com; GitHub Enterprise Server and the servers of data residency
 * (`*.ghe.com`) have one of their own, below their own name. A token is good for its own server
 * alone, and no other is to see it.
 */
function registryOf(serverUrl: string): string | undefined {
  const url = URL.parse(serverUrl)
  if (url?.protocol !== 'https:') return undefined
  if (url.host === 'github.com') return 'ghcr.io'
  try {
    return normaliseRegistry(`containers.${url.host}`)
  } catch {
    // A server that is known by its address has no names below that.
    return undefined
  }
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function field(value: unknown, ...path: readonly string[]): unknown {
  let current = value
  for (const name of path) {
    if (typeof current !== 'object' || current === null) return undefined
    current = Object.getOwnPropertyDescriptor(current, name)?.value
  }
  return current
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
