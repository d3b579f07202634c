import { describe, expect, test } from '@jest/globals'
import { runAction, type ActionOptions } from '../../testkit/runner/action-runner.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { errorsOf, outputsOf, startPair } from './bundle.ts'

/** As much of a webhook's payload as tells a fork from a branch. */
function pullRequest(head: string | null, author = 'mona') {
  return {
    action: 'synchronize',
    number: 7,
    pull_request: {
      number: 7,
      user: { login: author },
      head: { ref: 'change', repo: head === null ? null : { full_name: head } },
      base: { ref: 'main', repo: { full_name: 'octo-org/octo-repo' } },
    },
    repository: {
      full_name: 'octo-org/octo-repo',
      owner: { login: 'octo-org' },
      name: 'octo-repo',
    },
  }
}

const fork = 'This pull request comes from a fork: GitHub leaves its secrets empty'
const dependabot = 'Dependabot started this run, and to it all secrets are empty'
const neither = 'Check the credentials: `destination-username` with `destination-password`'

/** The first annotation of a run whose login at the destination is refused. */
async function refusalIn(event: Pick<ActionOptions, 'actor' | 'event' | 'eventName' | 'env'>) {
  const { source, destination } = await startPair({
    destination: { auth: { kind: 'basic', users: { alice: 'right' } } },
  })
  pushTo(source.store, 'acme/app', 'v1', buildImage())
  const result = await runAction({
    ...event,
    inputs: {
      images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
      'destination-username': 'alice',
      'destination-password': 'wrong',
    },
  })
  expect(result.exitCode).toBe(1)
  expect(outputsOf(result).results[0]?.error?.code).toBe('AUTHENTICATION')
  return errorsOf(result)[0] ?? ''
}

describe('a login that is refused', () => {
  test('is explained by the fork that a pull request comes from', async () => {
    const event = pullRequest('stranger/octo-repo')
    expect(await refusalIn({ eventName: 'pull_request', event })).toContain(fork)
  })

  test('is explained by a fork that is gone since', async () => {
    const event = pullRequest(null)
    expect(await refusalIn({ eventName: 'pull_request', event })).toContain(fork)
  })

  test('is not blamed on a pull request from a branch', async () => {
    const event = pullRequest('Octo-Org/octo-repo')
    expect(await refusalIn({ eventName: 'pull_request', event })).toContain(neither)
  })

  test('is not blamed on a fork where secrets are there all the same', async () => {
    const event = pullRequest('stranger/octo-repo')
    expect(await refusalIn({ eventName: 'pull_request_target', event })).toContain(neither)
  })

  test('is explained by Dependabot, who started the run', async () => {
    const actor = 'dependabot[bot]'
    expect(await refusalIn({ eventName: 'push', actor })).toContain(dependabot)
  })

  test('is explained by the credentials on an ordinary push', async () => {
    expect(await refusalIn({})).toContain(neither)
  })

  test('is told even where there is no event to read', async () => {
    const env = { GITHUB_EVENT_PATH: '/nowhere/event.json', GITHUB_REPOSITORY: '' }
    expect(await refusalIn({ env })).toContain(neither)
  })
})
