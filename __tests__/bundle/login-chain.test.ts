import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { pushTo } from '../../testkit/image/push.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { startAction, type ActionOptions } from '../../testkit/runner/action-runner.ts'
import { TestProxy } from '../../testkit/servers/proxy.ts'
import { createHelperFolder, type HelperFolder } from '../registry/credentials/helper-world.ts'
import { everythingOf, kept, startRegistry, warningsOf } from './bundle.ts'
import { image, startCopy } from './copy.ts'

const entry = 'src/index.ts'

let helpers: HelperFolder

beforeEach(async () => {
  helpers = await createHelperFolder()
})

afterEach(async () => helpers.remove())

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** For a step that finds these files in its workspace, and the helpers of the test. */
function stepWith(files: { docker?: object; podman?: object }): ActionOptions {
  const { docker = {}, podman = {} } = files
  return {
    entry,
    workspace: {
      'docker/config.json': JSON.stringify(docker),
      'podman/auth.json': JSON.stringify(podman),
    },
    // Relative to the working directory, which is the workspace.
    env: {
      DOCKER_CONFIG: 'docker',
      REGISTRY_AUTH_FILE: 'podman/auth.json',
      PATH: helpers.searchPath,
    },
  }
}

/** Everybody who logged in to a registry with Basic. */
function usersAt({ requests }: TestRegistry): readonly string[] {
  const users = requests.flatMap(({ headers: { authorization = '' } }) => {
    const encoded = /^Basic (.*)$/.exec(authorization)?.[1]
    return encoded === undefined ? [] : [Buffer.from(encoded, 'base64').toString().split(':')[0]]
  })
  return [...new Set(users)].map(String)
}

/** The values of a header that the Docker configuration of a test may add. */
function keysAt({ requests }: TestRegistry) {
  const exchanges = requests.filter(({ path }) => path.startsWith('/v2/'))
  return new Set(exchanges.map(({ headers }) => headers['x-key']))
}

describe('the places that credentials come from', () => {
  const passwords = {
    input: 'pass-of-input',
    listed: 'pass-of-list',
    helped: 'pass-of-helper',
    configured: 'pass-of-docker',
    podman: 'pass-of-podman',
  }
  const auth = { kind: 'basic', users: passwords } as const
  const places = [
    ['input', 'destination-username'],
    ['listed', 'registry-auth'],
    ['helped', 'docker-credential-test of the Docker configuration'],
    ['configured', 'the Docker configuration'],
    ['podman', "Podman's auth.json"],
  ] as const

  /** A copy for which the places from this one on have credentials. */
  async function copyWith(first: number) {
    const { destination, run } = await startCopy({ destination: { auth } })
    const { host } = destination
    const has = (user: keyof typeof passwords) =>
      places.findIndex(([name]) => name === user) >= first
    const entryOf = (user: keyof typeof passwords) =>
      has(user) ? { [host]: { auth: base64(`${user}:${passwords[user]}`) } } : {}
    await helpers.add('test', has('helped') ? "answer('helped', 'pass-of-helper')" : 'nothing()')
    const result = await run(
      {
        ...(has('input') && {
          'destination-username': 'input',
          'destination-password': passwords.input,
        }),
        ...(has('listed') && {
          'registry-auth': JSON.stringify([
            { registry: host, username: 'listed', password: passwords.listed },
          ]),
        }),
      },
      stepWith({
        docker: { auths: entryOf('configured'), credsStore: 'test' },
        podman: { auths: entryOf('podman') },
      }),
    )
    return { ...result, destination }
  }

  test.each(places.map(([user, origin], first) => ({ user, origin, first })))(
    'decide in turn: $user from $origin',
    async ({ user, origin, first }) => {
      const { exitCode, log, destination } = await copyWith(first)
      expect(log).toContain(`${destination.host} (destination): user ${user} from ${origin}`)
      expect(usersAt(destination)).toEqual([user])
      expect(exitCode).toBe(0)
    },
  )

  test('leave access anonymous where none of them has any', async () => {
    const { exitCode, log, destination } = await copyWith(places.length)
    expect(log).toContain(`${destination.host} (destination): anonymous`)
    expect(usersAt(destination)).toEqual([])
    expect(exitCode).toBe(1)
  })

  test('are asked for each role and repository, and two accounts on one host are not mixed', async () => {
    const registry = await startRegistry({ auth })
    pushTo(registry.store, 'acme/app', 'v1', image)
    await helpers.add('test', 'nothing()')
    const entryOf = (user: 'configured' | 'podman') => ({
      auth: base64(`${user}:${passwords[user]}`),
    })
    const { run } = await startCopy()
    const { exitCode, log } = await run(
      {
        images: `${registry.host}/acme/app:v1 => ${registry.host}/prod/app:v1`,
        'destination-username': 'input',
        'destination-password': passwords.input,
      },
      stepWith({
        docker: { credsStore: 'test' },
        podman: {
          auths: {
            [`${registry.host}/acme/ap`]: entryOf('configured'),
            [`${registry.host}/acme`]: entryOf('podman'),
          },
        },
      }),
    )
    expect(exitCode).toBe(0)
    expect(log).toContain(`${registry.host} (source): user podman from Podman's auth.json`)
    expect(log).toContain(`${registry.host} (destination): user input from destination-username`)
    const writers = registry.requests.filter(({ method }) => !['GET', 'HEAD'].includes(method))
    const expected = `Basic ${base64(`input:${passwords.input}`)}`
    expect(writers.map(({ headers }) => headers.authorization)).not.toContain(
      `Basic ${base64(`podman:${passwords.podman}`)}`,
    )
    expect(writers.some(({ headers }) => headers.authorization === expected)).toBe(true)
  })
})

describe('logins for a part of a registry', () => {
  const users = { reader: 'pass-to-read', writer: 'pass-to-write', other: 'pass-of-other' }
  const auth = { kind: 'basic', users } as const

  /** A registry in which an image is copied from one repository to another. */
  async function within() {
    const registry = await startRegistry({ auth })
    pushTo(registry.store, 'acme/app', 'v1', image)
    const { run } = await startCopy()
    const inputs = { images: `${registry.host}/acme/app:v1 => ${registry.host}/prod/app:v1` }
    return { registry, run, inputs }
  }

  test('in registry-auth are told apart by their actions', async () => {
    const { registry, run, inputs } = await within()
    const entryOf = (username: keyof typeof users, scope: string) => ({
      registry: registry.host,
      username,
      password: users[username],
      scope,
    })
    const entries = [
      entryOf('reader', '@pull'),
      entryOf('writer', '@push'),
      entryOf('other', 'else'),
    ]
    const { exitCode, log } = await run(
      { ...inputs, 'registry-auth': JSON.stringify(entries) },
      stepWith({}),
    )
    expect(exitCode).toBe(0)
    expect(log).toContain(`${registry.host} (source): user reader from registry-auth`)
    expect(log).toContain(`${registry.host} (destination): user writer from registry-auth`)
  })

  test('that docker/login-action left with Buildx are found, and their passwords hidden', async () => {
    const { registry, run, inputs } = await within()
    const { host } = registry
    const file = (user: keyof typeof users) =>
      JSON.stringify({ auths: { [host]: { auth: base64(`${user}:${users[user]}`) } } })
    const step = stepWith({ docker: JSON.parse(file('other')) as object })
    const result = await run(inputs, {
      ...step,
      workspace: {
        ...step.workspace,
        [`docker/buildx/config/${host}@pull/config.json`]: file('reader'),
        [`docker/buildx/config/${host}/prod/app@pull,push/config.json`]: file('writer'),
      },
    })
    expect(result.exitCode).toBe(0)
    expect(usersAt(registry)).toEqual(expect.arrayContaining(['reader', 'writer']))
    expect(usersAt(registry)).not.toContain('other')
    expect(result.log).toContain(`${host} (source): user reader from the login for a scope`)
    expect(everythingOf(result)).not.toMatch(/pass-/)
  })

  test('in DOCKER_AUTH_CONFIG are found, and hidden', async () => {
    const { registry, run, inputs } = await within()
    const auths = { [registry.host]: { auth: base64(`writer:${users.writer}`) } }
    const step = stepWith({})
    const result = await run(inputs, {
      ...step,
      env: { ...step.env, DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) },
    })
    expect(result.exitCode).toBe(0)
    expect(result.log).toContain(
      `${registry.host} (destination): user writer from DOCKER_AUTH_CONFIG`,
    )
    expect(everythingOf(result)).not.toMatch(/pass-/)
    expect(everythingOf(result)).not.toContain(base64(`writer:${users.writer}`))
  })

  test.each(['source', 'destination'] as const)(
    'of the %s serve both roles where an image gets another tag in its repository',
    async (side) => {
      const { registry, run } = await within()
      const { exitCode, log } = await run(
        {
          images: `${registry.host}/acme/app:v1 => :v2`,
          [`${side}-username`]: 'writer',
          [`${side}-password`]: users.writer,
        },
        stepWith({}),
      )
      expect(exitCode).toBe(0)
      for (const role of ['source', 'destination']) {
        expect(log).toContain(`${registry.host} (${role}): user writer from ${side}-username`)
      }
    },
  )

  test('of one role do not serve the other where it is another repository', async () => {
    const { registry, run, inputs } = await within()
    const { exitCode, log } = await run(
      { ...inputs, 'destination-username': 'writer', 'destination-password': users.writer },
      stepWith({}),
    )
    expect(exitCode).toBe(1)
    expect(log).toContain(`${registry.host} (source): anonymous`)
  })
})

describe('a token of a login', () => {
  const auth = {
    kind: 'bearer',
    users: { octo: 'unused' },
    refreshTokens: { 'refresh-canary': 'octo' },
  } as const

  test('in the Docker configuration is exchanged for access', async () => {
    const { destination, run } = await startCopy({ destination: { auth } })
    const docker = { auths: { [destination.host]: { identitytoken: 'refresh-canary' } } }
    const { exitCode, log } = await run({}, stepWith({ docker }))
    expect(exitCode).toBe(0)
    expect(log).toContain(
      `${destination.host} (destination): an identity token from the Docker configuration`,
    )
  })

  test('from a credential helper is exchanged for access', async () => {
    const { destination, run } = await startCopy({ destination: { auth } })
    await helpers.add('acr', "answer('<token>', 'refresh-canary')")
    const docker = { credHelpers: { [destination.host]: 'acr' } }
    const { exitCode, log } = await run({}, stepWith({ docker }))
    expect(exitCode).toBe(0)
    expect(log).toContain(
      `${destination.host} (destination): an identity token from docker-credential-acr of the Docker configuration`,
    )
  })

  test('that is for the registry itself is sent as it is', async () => {
    const { destination, run } = await startCopy({ destination: { auth } })
    const url = `http://${destination.host}/token?scope=repository:prod/app:pull,push`
    const headers = { authorization: `Basic ${base64('octo:unused')}` }
    const { token } = (await (await fetch(url, { headers })).json()) as { token: string }
    const docker = { auths: { [destination.host]: { registrytoken: token } } }
    const { exitCode, log, ...result } = await run({}, stepWith({ docker }))
    expect(exitCode).toBe(0)
    expect(log).toContain(
      `${destination.host} (destination): a registry token from the Docker configuration`,
    )
    expect(destination.requests.filter(({ path }) => path === '/token')).toHaveLength(1)
    expect(everythingOf({ log, exitCode, ...result })).not.toContain(token)
  })
})

describe('whatever is secret in them', () => {
  const canaries = ['helper-canary', 'refresh-canary', 'header-canary', 'podman-canary']

  test('reaches its own registry, and appears nowhere else', async () => {
    const { source, destination, images, run } = await startCopy({
      source: { auth: { kind: 'basic', users: { alice: 'helper-canary' } } },
      destination: {
        auth: {
          kind: 'bearer',
          users: {},
          refreshTokens: { 'refresh-canary': 'octo' },
        },
      },
    })
    const third = await startRegistry({
      auth: { kind: 'basic', users: { bob: 'podman-canary' } },
    })
    await helpers.add('test', "console.error('helper-canary')\nanswer('alice', 'helper-canary')")
    const result = await run(
      {
        images: `${images} ${third.host}/prod/app:v1`,
        'registry-auth': JSON.stringify([
          { registry: 'unused.example', username: 'a', password: 'input-canary' },
        ]),
      },
      {
        ...stepWith({
          docker: {
            auths: { [destination.host]: { identitytoken: 'refresh-canary' } },
            credHelpers: { [source.host]: 'test' },
            HttpHeaders: { 'X-Key': 'header-canary' },
          },
          podman: { auths: { [third.host]: { auth: base64('bob:podman-canary') } } },
        }),
        debug: true,
      },
    )
    expect(result.exitCode).toBe(0)
    const everything = everythingOf(result)
    const secrets = [...canaries, base64('alice:helper-canary'), base64('bob:podman-canary')]
    expect(secrets.filter((secret) => everything.includes(secret))).toEqual([])
    expect(result.masks).toEqual(expect.arrayContaining(secrets))
    // The helper was given the name of a server, and none of the inputs.
    expect((await helpers.calls()).map(({ args, server }) => [args, server])).toEqual([
      [['get'], source.host],
    ])
    expect(JSON.stringify(await helpers.calls())).not.toContain('canary')
    expect(keysAt(source)).toEqual(new Set(['header-canary']))
    expect(keysAt(destination)).toEqual(new Set(['header-canary']))
    expect(keysAt(third)).toEqual(new Set([undefined]))
  })

  test.each([
    ['fails', "console.error('canary')\nrefuse('canary')", 'failed: it ended with exit code 1'],
    ['answers nonsense', "console.log('canary')", 'failed: its answer is not a login in JSON'],
  ])('stays hidden when a helper %s, and other registries work', async (_what, body, problem) => {
    const { source, destination, run } = await startCopy({
      destination: { auth: { kind: 'basic', users: { alice: 'open-sesame' } } },
    })
    await helpers.add('broken', body)
    await helpers.add('test', "answer('alice', 'open-sesame')")
    const credHelpers = { [source.host]: 'broken', [destination.host]: 'test' }
    const result = await run({}, stepWith({ docker: { credHelpers } }))
    expect(result.exitCode).toBe(0)
    expect(warningsOf(result)).toEqual([
      `the credential helper broken ${problem}; ${source.host} is asked without it`,
    ])
    expect(result.log).toContain(`${source.host} (source): anonymous`)
    expect(everythingOf(result)).not.toContain('canary')
  })

  test('stays hidden when a file is broken, and the other file works', async () => {
    const { destination, run } = await startCopy({
      destination: { auth: { kind: 'basic', users: { alice: 'open-sesame' } } },
    })
    const step = stepWith({
      podman: {
        auths: {
          'a:canary@b': { auth: 'canary' },
          'broken.example': { auth: 'canary' },
          [destination.host]: { auth: base64('alice:open-sesame') },
        },
      },
    })
    const workspace = { ...step.workspace, 'docker/config.json': '{ "canary": canary' }
    const result = await run({}, { ...step, workspace })
    expect(result.exitCode).toBe(0)
    expect(warningsOf(result)).toHaveLength(3)
    expect(everythingOf(result)).not.toContain('canary')
  })
})

test('a run that is cancelled while a credential helper works ends it', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await helpers.add('slow', `require('node:net').connect(${port}, '127.0.0.1')`)
  const { images } = await startCopy()
  const action = await startAction({
    ...stepWith({ docker: { credsStore: 'slow' } }),
    inputs: { images },
  })
  const [socket] = (await once(server, 'connection')) as [Socket]
  const ended = once(
    socket.resume().on('error', () => undefined),
    'close',
  )
  action.kill('SIGTERM')
  const result = await action.result
  await ended
  server.close()
  expect(result.exitCode).toBe(1)
  expect(result.outputs['results']).toContain('"CANCELLED"')
  expect(warningsOf(result)).toEqual([])
})

test('a step without a home directory works', async () => {
  const { run } = await startCopy()
  const result = await run({}, { entry, env: { HOME: '', USERPROFILE: '' } })
  expect(result.exitCode).toBe(0)
  expect(warningsOf(result)).toEqual([])
})

/**
 * A copy of an image to a registry with this name, to which a proxy leads, and so to its token
 * service.
 */
async function copyTo(
  host: string,
  options: Pick<ActionOptions, 'env' | 'inputs'> & { tokenHost?: string },
) {
  const { tokenHost = host } = options
  const registry = await startRegistry({
    tls: { names: [host, tokenHost] },
    auth: {
      kind: 'bearer',
      realm: `https://${tokenHost}/token`,
      users: { octocat: 'job-token', alice: 'open-sesame' },
    },
  })
  const routes = { [`${host}:443`]: registry.host, [`${tokenHost}:443`]: registry.host }
  const proxy = kept(await TestProxy.start({ routes }))
  const { source, run } = await startCopy()
  const images = `${source.host}/acme/app:v1 => ${host}/prod/app:v1`
  const result = await run(
    { images, retries: '0', ...options.inputs },
    {
      entry,
      githubToken: 'job-token',
      workspace: { 'ca.pem': registry.ca ?? '' },
      env: { https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: 'ca.pem', ...options.env },
    },
  )
  return { ...result, registry }
}

describe('on a GitHub Enterprise Server', () => {
  const env = { GITHUB_SERVER_URL: 'https://github.example.com' }

  test("the job's token opens the server's own container registry", async () => {
    const { exitCode, log } = await copyTo('containers.github.example.com', { env })
    expect(exitCode).toBe(0)
    expect(log).toContain(
      'containers.github.example.com (destination): user octocat from github-token',
    )
  })

  test.each(['ghcr.io', 'containers.github.com', 'containers.github.example.com.evil.example'])(
    "the job's token is not for %s",
    async (host) => {
      const { exitCode, log, registry } = await copyTo(host, { env })
      expect(exitCode).toBe(1)
      expect(log).toContain(`${host} (destination): anonymous`)
      expect(registry.requests.length).toBeGreaterThan(0)
      expect(usersAt(registry)).toEqual([])
    },
  )
})

describe('a token service in another domain', () => {
  const host = 'registry.one.example'
  const tokenHost = 'auth.two.example'
  const entryWith = (more: object) => ({
    'registry-auth': JSON.stringify([
      { registry: host, username: 'alice', password: 'open-sesame', ...more },
    ]),
  })

  test('gets the credentials whose auth-host it is', async () => {
    const inputs = entryWith({ 'auth-host': 'Auth.two.example:443' })
    const { exitCode, registry } = await copyTo(host, { inputs, tokenHost })
    expect(exitCode).toBe(0)
    expect(usersAt(registry)).toEqual(['alice'])
  })

  test.each([{}, { 'auth-host': 'two.example' }, { 'auth-host': `${tokenHost}:8443` }])(
    'does not get them with %j',
    async (more) => {
      const { exitCode, registry } = await copyTo(host, { inputs: entryWith(more), tokenHost })
      expect(exitCode).toBe(1)
      expect(usersAt(registry)).toEqual([])
    },
  )
})
