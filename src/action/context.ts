import { context as githubContext } from '@actions/github'

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
}

/** The part of `@actions/github`'s context that is read here; its getters may throw. */
export interface ContextSource {
  readonly eventName: string
  readonly actor: string
  readonly payload: unknown
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
  const author = text(field(source.payload, 'pull_request', 'user', 'login'))
  return {
    eventName: text(source.eventName),
    // A branch without a repository is one of a fork that has been deleted since.
    isFork: headRepository === null || (head !== '' && base !== '' && !sameName(head, base)),
    isDependabot: actor === DEPENDABOT || author === DEPENDABOT,
    actor,
    repository,
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
