import { describe, expect, test } from '@jest/globals'
import { type ContextSource, runContext } from '../../src/action/context.ts'

function source(changes: Partial<ContextSource> = {}): ContextSource {
  return {
    eventName: 'push',
    actor: 'octocat',
    payload: {},
    repo: { owner: 'acme', repo: 'app' },
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
    expect(runContext(source())).toEqual({
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
    expect(runContext(pullRequest(head)).isFork).toBe(isFork)
  })

  test('recognises Dependabot as the actor, and as the author whoever runs it again', () => {
    expect(runContext(source({ actor: 'dependabot[bot]' })).isDependabot).toBe(true)
    expect(runContext(pullRequest({ full_name: 'acme/app' }, 'dependabot[bot]')).isDependabot).toBe(
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
    expect(runContext(source({ serverUrl })).githubRegistry).toBe(registry)
  })

  test('is empty, and no failure, where GitHub Actions is not', () => {
    const bare = {
      payload: undefined,
      get repo() {
        throw new Error('no repository')
      },
    }
    expect(runContext(bare as unknown as ContextSource)).toEqual({
      eventName: '',
      actor: '',
      repository: '',
      isFork: false,
      isDependabot: false,
    })
  })

  test('comes from the toolkit unless told otherwise', () => {
    expect(runContext().eventName).toBe(process.env['GITHUB_EVENT_NAME'] ?? '')
  })
})
