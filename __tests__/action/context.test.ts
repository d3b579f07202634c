import { describe, expect, test } from '@jest/globals'
import { bareContext, contextOf, type ContextSource, runContext } from '../../src/action/context.ts'

function source(changes: Partial<ContextSource> = {}): ContextSource {
  return {
    eventName: 'push',
    actor: 'octocat',
    payload: {},
    repository: 'acme/app',
    serverUrl: 'https://github.com',
    ...changes,
  }
}

function pullRequest(head: unknown, login = 'octocat'): ContextSource {
  return source({
    eventName: 'pull_request',
    payload: {
      pull_request: {
        head: { repo: head },
        base: { repo: { full_name: 'acme/app' } },
        user: { login },
      },
    },
  })
}

describe('the context of a run', () => {
  test('names event, actor and repository', () => {
    expect(contextOf(source())).toEqual({
      eventName: 'push',
      actor: 'octocat',
      repository: 'acme/app',
      isFork: false,
      isDependabot: false,
      githubRegistry: 'ghcr.io',
    })
  })

  test.each([
    ['a branch of the repository', { full_name: 'acme/app' }, false],
    ['a branch of the repository in other case', { full_name: 'Acme/App' }, false],
    ['a fork', { full_name: 'octocat/app' }, true],
    ['a fork that has been deleted', null, true],
    ['nobody knows where', undefined, false],
    ['a malformed place', 'octocat/app', false],
  ])('tells whether a pull request comes from %s', (_, head, isFork) => {
    expect(contextOf(pullRequest(head)).isFork).toBe(isFork)
  })

  test('recognises Dependabot as the actor, and as the author whoever runs it again', () => {
    expect(contextOf(source({ actor: 'dependabot[bot]' })).isDependabot).toBe(true)
    expect(contextOf(pullRequest({ full_name: 'acme/app' }, 'dependabot[bot]')).isDependabot).toBe(
      true,
    )
  })

  test.each([
    ['https://github.com', 'ghcr.io'],
    ['https://GitHub.com:443/', 'ghcr.io'],
    ['https://github.example.com', 'containers.github.example.com'],
    ['https://acme.ghe.com/', 'containers.acme.ghe.com'],
    ['https://github.example.com:8443', 'containers.github.example.com:8443'],
    // Look-alikes are servers of their own.
    ['https://github.com.evil.example', 'containers.github.com.evil.example'],
    ['https://github.com:8443', 'containers.github.com:8443'],
    ['https://www.github.com', 'containers.www.github.com'],
    ['http://github.com', undefined],
    ['https://10.0.0.1', undefined],
    ['https://[::1]', undefined],
    ['github.com', undefined],
    ['', undefined],
  ])('knows the container registry of %s: %s', (serverUrl, registry) => {
    expect(contextOf(source({ serverUrl })).githubRegistry).toBe(registry)
  })

  test('has the repository of the event where the runner names none', () => {
    const payload = { repository: { full_name: 'acme/app' } }
    expect(contextOf(source({ repository: '', payload })).repository).toBe('acme/app')
  })
})

describe('the context that the runner gives', () => {
  test('stands in the environment, and in the event', async () => {
    const environment = {
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_ACTOR: 'octocat',
      GITHUB_REPOSITORY: 'acme/app',
      GITHUB_SERVER_URL: 'https://acme.ghe.com',
    }
    const event = { pull_request: { head: { repo: null } } }
    const context = await runContext(environment, () => Promise.resolve(event))
    expect(context).toEqual({
      eventName: 'pull_request',
      actor: 'octocat',
      repository: 'acme/app',
      isFork: true,
      isDependabot: false,
      githubRegistry: 'containers.acme.ghe.com',
    })
    expect(bareContext(environment)).toEqual({ ...context, isFork: false })
  })

  test('is empty, and no failure, where GitHub Actions is not', async () => {
    expect(await runContext({}, () => Promise.resolve(undefined))).toEqual({
      eventName: '',
      actor: '',
      repository: '',
      isFork: false,
      isDependabot: false,
      githubRegistry: 'ghcr.io',
    })
  })
})
