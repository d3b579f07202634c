import { describe, expect, test } from '@jest/globals'
import { type ContextSource, runContext } from '../../src/action/context.ts'

function source(changes: Partial<ContextSource> = {}): ContextSource {
  return {
    eventName: 'push',
    actor: 'octocat',
    payload: {},
    repo: { owner: 'acme', repo: 'app' },
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
