import { describe, expect, test } from '@jest/globals'
import type { ActionResult } from '../../testkit/runner/action-runner.ts'
import type { RecordedRequest } from '../../testkit/registry/request-log.ts'
import { leaksOf, type Secret, type Traces } from './canary.ts'
import { smallImage } from './images.ts'
import { sharedWorld } from './operation.ts'

const world = sharedWorld()

const secret: Secret = {
  name: 'the secret',
  values: ['s3cret/"canary"'],
  hosts: new Set(['own.example']),
}

const quiet = {
  unmaskedLog: ['nothing to see'],
  stderr: '',
  summary: '',
  outputs: {},
  state: {},
  exportedEnv: {},
  files: new Map(),
} as unknown as ActionResult

function request(parts: Partial<RecordedRequest>): RecordedRequest {
  return {
    method: 'GET',
    path: '/v2/',
    query: '',
    headers: {},
    order: 1,
    startedAt: 1,
    endedAt: 2,
    status: 200,
    bodyBytes: 0,
    aborted: false,
    ...parts,
  }
}

/** A trace without a leak, but for what a test puts into it. */
function traces(leak: Partial<Traces>): Traces {
  return {
    step: quiet,
    helperCalls: { arguments: 'get', environment: 'PATH=/bin' },
    requests: [],
    watches: [],
    secrets: [secret],
    ...leak,
  }
}

function watchOf(host: string, bodies: string) {
  return { api: new Set([host]), login: new Set<string>(), takeBodies: () => bodies }
}

const [plain = ''] = secret.values
const basic = `Basic ${Buffer.from(`user:${plain}`).toString('base64')}`

describe('a secret is found in', () => {
  test.each<[string, Partial<Traces>]>([
    ['the log', { step: { ...quiet, unmaskedLog: [`password: ${plain}`] } }],
    ['the error stream', { step: { ...quiet, stderr: plain } }],
    ['an output, as JSON', { step: { ...quiet, outputs: { results: JSON.stringify(plain) } } }],
    ['the summary', { step: { ...quiet, summary: `| ${plain} |` } }],
    ['the report', { step: { ...quiet, files: new Map([['temp/report', Buffer.from(plain)]]) } }],
    ['the arguments of a helper', { helperCalls: { arguments: plain, environment: '' } }],
    ['the environment of a helper', { helperCalls: { arguments: '', environment: plain } }],
    ['a path', { requests: [{ host: 'own.example', request: request({ path: `/${plain}` }) }] }],
    [
      'a query, encoded',
      {
        requests: [{ host: 'own.example', request: request({ query: encodeURIComponent(plain) }) }],
      },
    ],
    [
      'a header for another host',
      {
        requests: [{ host: 'a.example', request: request({ headers: { authorization: basic } }) }],
      },
    ],
    ['a body for another host', { watches: [watchOf('a.example', JSON.stringify(plain))] }],
  ])('%s', (_place, leak) => {
    expect(leaksOf(traces(leak))).toEqual([expect.stringContaining('the secret is in')])
  })

  test('no place of its own host', () => {
    const own = {
      requests: [
        { host: 'own.example:443', request: request({ headers: { authorization: basic } }) },
      ],
      watches: [watchOf('own.example', plain)],
    }
    expect(leaksOf(traces(own))).toEqual([])
  })
})

test('a body for a host that is no API is a leak, as nobody looks into it', () => {
  const requests = [{ host: 'storage.example', request: request({ bodyBytes: 1 }) }]
  expect(leaksOf(traces({ requests }))).toEqual(['a body went to storage.example'])
})

test('no password of a registry is part of another', () => {
  const passwords = world().all.map(({ account }) => account.password)
  for (const [index, password] of passwords.entries()) {
    expect(passwords.findIndex((other) => other.includes(password))).toBe(index)
  }
})

describe('logins by inputs of their own, for a source and a destination', () => {
  test('stay where they belong, and win over others', async () => {
    const [hub, ghcr] = [world().profile('docker-hub'), world().profile('ghcr')]
    const pair = {
      source: { at: hub, repository: 'acme/inputs', tag: 'v1' },
      destination: { at: ghcr, repository: 'acme/inputs', tag: 'v1' },
    }
    world().put(pair.source, smallImage('inputs'))
    const run = await world().run([pair], {
      passwords: { 'docker-hub': 'wrong-password-1', ghcr: 'wrong-password-2' },
      inputs: {
        'source-username': hub.account.username,
        'source-password': hub.account.password,
        'destination-username': ghcr.account.username,
        'destination-password': ghcr.account.password,
      },
    })
    expect(run.resultOf(pair)).toMatchObject({ status: 'copied' })
    expect(world().takeLeaks()).toEqual([])
  })
})

test('a credential helper is told what it is asked for, and nothing else', async () => {
  const [ecr, registry] = [world().profile('ecr'), world().profile('distribution')]
  const pair = {
    source: { at: ecr, repository: 'acme/helper', tag: 'v1' },
    destination: { at: registry, repository: 'acme/helper', tag: 'v1' },
  }
  world().put(pair.source, smallImage('helper'))
  const run = await world().run([pair])
  expect(run.resultOf(pair)).toMatchObject({ status: 'copied' })
  expect(run.helperCalls.arguments).toMatch(/^(?:\S*docker-credential-matrix\nget\n)+$/)
  expect(world().takeLeaks()).toEqual([])
})
