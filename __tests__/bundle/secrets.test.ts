import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  startAction,
  type ActionResult,
  type RunningAction,
} from '../../testkit/runner/action-runner.ts'
import type { AuthOptions } from '../../testkit/registry/auth.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { type Middleware, reply } from '../../testkit/registry/exchange.ts'
import { ociIndex, ociManifest } from '../../testkit/registry/media-types.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { errorsOf, everythingOf, outputsOf, startPair } from './bundle.ts'

const users = ['alice', 'bob', 'carol', 'dave'] as const

/** With characters that are written differently in JSON, in URLs and in HTML. */
const passwords = {
  alice: 'al1ce-"quoted"\\&<secret>',
  bob: 'b0b%41+/=secret',
  carol: 'car0l: # secret',
  dave: 'dave-s3cret-ß',
} as const

const proxyPassword = 'pr0xy-s3cret'
const githubToken = 'ghs_0123456789abcdefghijABCDEFGHIJ'

function basicOf(user: keyof typeof passwords): string {
  return Buffer.from(`${user}:${passwords[user]}`).toString('base64')
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** The line by which a runner is told of a secret. */
function announcement(secret: string): RegExp {
  const data = secret.replaceAll('%', '%25')
  return new RegExp(`^::add-mask::${escaped(data)}$`)
}

async function started(user: keyof typeof passwords, kind: AuthOptions['kind']) {
  return TestRegistry.start({ auth: { kind, users: { [user]: passwords[user] } } })
}

/** Those of the secrets that are announced while every request waits. */
async function announced(action: RunningAction, secrets: readonly string[]): Promise<string[]> {
  for (const secret of secrets) await action.line(announcement(secret))
  return [...secrets]
}

describe('of four logins, three tokens, a proxy and the token of the job', () => {
  let result: ActionResult
  let registries: TestRegistry[]
  let announcedFirst: string[]
  let commandLines: string

  beforeAll(async () => {
    const source = await started('alice', 'bearer')
    const destination = await started('bob', 'bearer')
    const listed = await started('carol', 'bearer')
    const configured = await started('dave', 'basic')
    registries = [source, destination, listed, configured]
    pushTo(source.store, 'acme/app', 'v1', buildMultiPlatform())
    const holds = registries.map((registry) => registry.hold({}))
    const action = await startAction({
      inputs: {
        images: `
          ${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1
          ${source.host}/acme/app:v1 => ${listed.host}/prod/app:v1
          ${source.host}/acme/app:v1 => ${configured.host}/prod/app:v1
          ${source.host}/acme/app:lost => ${configured.host}/prod/app:lost`,
        'source-username': 'alice',
        'source-password': passwords.alice,
        'destination-registry': destination.host,
        'destination-username': 'bob',
        'destination-password': passwords.bob,
        'registry-auth': JSON.stringify([
          { registry: listed.host, username: 'carol', password: passwords.carol },
        ]),
      },
      githubToken,
      debug: true,
      workspace: {
        'docker/config.json': JSON.stringify({
          auths: { [configured.host]: { auth: basicOf('dave') } },
        }),
      },
      env: {
        // Relative to the working directory, which is the workspace.
        DOCKER_CONFIG: 'docker',
        https_proxy: `http://proxy-user:${proxyPassword}@127.0.0.1:9`,
      },
      timeout: 30_000,
    })
    await Promise.race(holds.map(async (hold) => hold.arrived()))
    announcedFirst = await announced(action, [
      ...Object.values(passwords),
      ...users.map(basicOf),
      proxyPassword,
      githubToken,
      Buffer.from(`octocat:${githubToken}`).toString('base64'),
    ])
    commandLines = await commandLinesOf(action.pid)
    for (const hold of holds) hold.release()
    result = await action.result
  })

  afterAll(async () => {
    for (const registry of registries) await registry.close()
  })

  test('the run does what it should, and so does its failure', () => {
    expect(outputsOf(result).results.map(({ status }) => status)).toEqual([
      'copied',
      'copied',
      'copied',
      'failed',
    ])
    expect(errorsOf(result)).toHaveLength(2)
  })

  test('every password, in plain and as basic authentication, is announced before the first request', () => {
    expect(result.masks).toEqual(expect.arrayContaining(announcedFirst))
  })

  test('every token is announced', () => {
    const tokens = registries.flatMap((registry) => registry.tokens.map(({ token }) => token))
    expect(tokens.length).toBeGreaterThanOrEqual(3)
    expect(result.masks).toEqual(expect.arrayContaining(tokens))
  })

  test('none is in the unmasked log, the outputs, the summary or the report', () => {
    const everything = everythingOf(result)
    expect(everything).toContain(`${registries[0]?.host}/acme/app:v1`)
    for (const secret of result.masks) {
      for (const form of [
        secret,
        JSON.stringify(secret).slice(1, -1),
        encodeURIComponent(secret),
      ]) {
        expect(everything).not.toContain(form)
      }
    }
  })

  test('none is in the arguments of a process', () => {
    for (const secret of result.masks) expect(commandLines).not.toContain(secret)
  })

  test('nothing that is no secret is masked', () => {
    const hosts = registries.map(({ host }) => host)
    for (const known of [...users, 'proxy-user', 'octocat', ...hosts, 'acme/app', 'prod/app']) {
      for (const mask of result.masks) expect(known).not.toContain(mask)
    }
    expect(result.log).toEqual(result.unmaskedLog)
  })
})

test('a token is announced before it is used', async () => {
  const { source, destination } = await startPair({
    source: { auth: { kind: 'bearer', users: {}, anonymousPull: true } },
  })
  pushTo(source.store, 'acme/app', 'v1', buildMultiPlatform())
  const hold = source.hold({ where: ({ headers }) => headers.authorization !== undefined })
  const action = await startAction({
    inputs: { images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1` },
    timeout: 30_000,
  })
  await hold.arrived()
  const [issued] = source.tokens
  await action.line(announcement(issued?.token ?? 'none'))
  hold.release()
  expect(await action.result).toMatchObject({ exitCode: 0, masks: [issued?.token] })
})

test('a password of several lines is not masked line by line where that hides every brace', async () => {
  const { source, destination } = await startPair()
  pushTo(source.store, 'acme/app', 'v1', buildMultiPlatform())
  const action = await startAction({
    inputs: {
      images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
      'destination-username': '_json_key',
      'destination-password': '{\n  "private_key": "s3cret-key"\n}',
    },
  })
  const result = await action.result
  expect(result.exitCode).toBe(0)
  expect(result.masks).not.toContain('{')
  expect(result.masks).toContain('"private_key": "s3cret-key"')
  expect(outputsOf(result).counts.copied).toBe(1)
})

/** Of the process and of those that it has started; of nothing where there is no /proc. */
async function commandLinesOf(pid: number): Promise<string> {
  const children = (await textOf(`/proc/${pid}/task/${pid}/children`)).split(' ').filter(Boolean)
  const lines = [pid, ...children].map(async (process) => textOf(`/proc/${process}/cmdline`))
  return (await Promise.all(lines)).join('\n')
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

/** Each with something in it that is left out of foreign text, or replaced, between two halves. */
const awkward = [
  'al1ce##[s3cret',
  'al1ce  s3cret',
  'al1ce?a=s3cret',
  'al1ce://u@s3cret',
  'al1ce\u00ads3cret',
  'al1ce"\\s3cret',
  'al1ce<b>s3cret',
]

/** Sends the password, which it knows from the request, wherever it can. */
function echo(place: string, password: string): Middleware {
  const json = { 'content-type': 'application/json' }
  return async (request, next) => {
    const answer = await next()
    if (request.headers.authorization === undefined) return answer
    switch (place) {
      case 'message': {
        const body = JSON.stringify({ errors: [{ code: 'DENIED', message: `no, ${password}` }] })
        return reply(403, json, body)
      }
      case 'page': {
        const title = password.replaceAll('"', '&quot;').replace('<b>', '&lt;b&gt;')
        return reply(502, { 'content-type': 'text/html' }, `<title>no, ${title}</title>`)
      }
      case 'careless page':
        return reply(502, { 'content-type': 'text/html' }, `<title>no, ${password}</title>`)
      case 'location':
        return reply(307, { location: `http://[${encodeURI(password)}` }, '')
      case 'media type': {
        const manifest = { schemaVersion: 2, mediaType: password, layers: [] }
        return reply(200, json, JSON.stringify(manifest))
      }
      case 'platform': {
        const platform = { os: password, architecture: password }
        const digest = `sha256:${'0'.repeat(64)}`
        const manifests = [{ mediaType: ociManifest, digest, size: 100, platform }]
        const index = { schemaVersion: 2, mediaType: ociIndex, manifests }
        return reply(200, { 'content-type': ociIndex }, JSON.stringify(index))
      }
      default:
        throw new Error(place)
    }
  }
}

test.each(['message', 'page', 'careless page', 'location', 'media type', 'platform'])(
  'a password that is echoed in a %s is not shown, nor any part of it',
  async (place) => {
    for (const password of awkward) {
      const { source, destination } = await startPair({
        source: { auth: { kind: 'basic', users: { octo: password } } },
      })
      pushTo(source.store, 'acme/app', 'v1', buildMultiPlatform())
      source.use(echo(place, password))
      const action = await startAction({
        inputs: {
          images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
          'source-username': 'octo',
          'source-password': password,
          retries: '0',
        },
        debug: true,
      })
      const result = await action.result
      expect(result.exitCode).toBe(1)
      expect(everythingOf(result)).not.toMatch(/al1ce|s3cret/)
    }
  },
)

describe('a token that a service chose to have something hidden', () => {
  const image = buildMultiPlatform()
  const hex = image.manifest.digest.slice('sha256:'.length)

  test.each(['a', 'sha256', 'copied', hex, hex.slice(0, 12), image.manifest.digest, 'v1.2.3-rc1'])(
    'is used, and no mask: %s',
    async (token) => {
      const { source, destination } = await startPair({
        source: { auth: { kind: 'bearer', users: {}, anonymousPull: true } },
      })
      pushTo(source.store, 'acme/app', 'v1.2.3-rc1', image)
      source.fault({ path: '/token' }, replyWith(200, { body: JSON.stringify({ token }) }))
      source.fault(
        { where: ({ headers }) => headers.authorization === `Bearer ${token}` },
        (request, next) => {
          const { authorization: _token, ...headers } = request.headers
          return next({ ...request, headers })
        },
      )
      const action = await startAction({
        inputs: {
          images: `${source.host}/acme/app:v1.2.3-rc1 => ${destination.host}/prod/app:v1.2.3-rc1`,
          platforms: 'all',
        },
      })
      const result = await action.result
      expect(
        source.requests.some(({ headers }) => headers.authorization === `Bearer ${token}`),
      ).toBe(true)
      expect(result.masks).toEqual([])
    },
  )
})

test('a token in place of the user name of a proxy is announced', async () => {
  const { source, destination } = await startPair()
  const action = await startAction({
    inputs: { images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1` },
    env: { https_proxy: 'http://ghp_pr0xy-t0ken@127.0.0.1:9' },
  })
  const result = await action.result
  expect(result.masks).toContain('ghp_pr0xy-t0ken')
  expect(everythingOf(result)).not.toContain('ghp_pr0xy-t0ken')
})

test('a password that stands in another input by mistake is not repeated', async () => {
  const action = await startAction({
    inputs: {
      images: 'docker.io/acme/app:v1 => Registry/hunter2-s3cret/app:v1',
      concurrency: 'hunter2-s3cret',
      'source-username': 'octo',
      'source-password': 'hunter2-s3cret',
    },
  })
  const result = await action.result
  expect(result.exitCode).toBe(1)
  expect(errorsOf(result)[0]).toContain('concurrency: "***" is not accepted')
  expect(everythingOf(result)).not.toContain('hunter2')
})
