import { context as githubContext } from '@actions/github'
import { normaliseRegistry } from '../oci/reference.ts'

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
}

/** The part of `@actions/github`'s context that is read here; its getters may throw. */
export interface ContextSource {
  readonly eventName: string
  readonly actor: string
  readonly payload: unknown
  /** URL of the GitHub that the run is on. */
  readonly serverUrl: string
  readonly repo: { readonly owner: string; readonly repo: string }
}

const DEPENDABOT = 'dependabot[bot]'

/**
 * Reads the context without ever throwing: outside of GitHub Actions, in emulators and for unusual
 * events, fields are missing, and that must not stop a copy.
 */
export function runContext(source: ContextSource = githubContext): RunContext {
  const actor = text(source.actor)
  const repository = repositoryOf(source)
  const headRepository = field(source.payload, 'pull_request', 'head', 'repo')
  const head = text(field(headRepository, 'full_name'))
  const base =
    text(field(source.payload, 'pull_request', 'base', 'repo', 'full_name')) || repository
  const githubRegistry = registryOf(text(source.serverUrl))
  const author = text(field(source.payload, 'pull_request', 'user', 'login'))
  return {
    eventName: text(source.eventName),
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

function repositoryOf(source: ContextSource): string {
  try {
    const { owner, repo } = source.repo
    return text(owner) === '' || text(repo) === '' ? '' : `${owner}/${repo}`
  } catch {
    // The getter throws when neither GITHUB_REPOSITORY nor the event names a repository.
    return ''
  }
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
