import { once } from 'node:events'
import { chmod, mkdir, open, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { delimiter, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parseReference } from '../../../src/oci/reference.ts'
import { parseAuthFile } from '../../../src/registry/credentials/docker-config.ts'
import { findLogin } from '../../../src/registry/credentials/credential-chain.ts'
import { configuredLogins } from '../../../src/registry/credentials/configured-logins.ts'
import { CredentialHelpers, type HelperOptions } from '../../../src/registry/credentials/helper.ts'
import { LogLines } from '../registry-world.ts'
import { createHelperFolder, type HelperFolder } from './helper-world.ts'

let folder: HelperFolder

beforeEach(async () => {
  folder = await createHelperFolder()
})

afterEach(async () => folder.remove())

function helpersWith(options: Partial<HelperOptions> = {}) {
  const log = new LogLines()
  const masked: unknown[] = []
  const helpers = new CredentialHelpers({
    environment: { PATH: folder.searchPath },
    logger: log,
    mask: (credentials) => masked.push(credentials),
    ...options,
  })
  return { helpers, log, masked }
}

/** What a helper whose program has this body has for ghcr.io, and the warnings. */
async function ask(body: string, options?: Partial<HelperOptions>) {
  await folder.add('test', body)
  const { helpers, log } = helpersWith(options)
  return { found: await helpers.find('test', 'ghcr.io'), warnings: log.lines }
}

const failed = (reason: string) =>
  `warning: the credential helper test failed: ${reason}; ghcr.io is asked without it`

describe('a credential helper', () => {
  test('gets the server on its standard input, and its answer is a login', async () => {
    const { found, warnings } = await ask("answer('octo', 'hunter2')")
    expect(found).toEqual({ username: 'octo', password: 'hunter2' })
    expect(warnings).toEqual([])
    expect(await folder.calls()).toMatchObject([{ args: ['get'], server: 'ghcr.io' }])
  })

  test('that answers for the user <token> has an identity token', async () => {
    const { found } = await ask("answer('<token>', 'refresh')")
    expect(found).toEqual({ username: '', password: 'refresh', kind: 'identity-token' })
  })

  test('has its secret masked before anybody gets it', async () => {
    await folder.add('test', "answer('octo', 'hunter2')")
    const { helpers, masked } = helpersWith()
    const found = helpers.find('test', 'ghcr.io').then((credentials) => ({
      credentials,
      known: [...masked],
    }))
    expect(await found).toMatchObject({ known: [{ username: 'octo', password: 'hunter2' }] })
  })

  test.each([
    ['says so', 'nothing()'],
    ['answers with empty text', "answer('', '')"],
    ['answers with a user alone', "answer('octo', '')"],
  ])('that has nothing and %s is no reason to warn', async (_what, body) => {
    expect(await ask(body)).toEqual({ found: undefined, warnings: [] })
  })

  test.each([
    ['fails', "refuse('no luck: hunter2')", 'it ended with exit code 1'],
    ['ends with another code', 'process.exitCode = 7', 'it ended with exit code 7'],
    ['prints no JSON', "console.log('hunter2')", 'its answer is not a login in JSON'],
    ['prints nothing', '', 'its answer is not a login in JSON'],
    ['prints other JSON', 'console.log(\'["hunter2"]\')', 'its answer is not a login in JSON'],
    ['has a user with a colon', "answer('a:hunter2', 'hunter2')", 'its user name has a colon'],
    ['is killed', "process.kill(process.pid, 'SIGKILL')", 'SIGKILL ended it'],
    [
      'does not end its answer',
      "const more = () => process.stdout.write('hunter2'.repeat(1000), more)\nmore()",
      'it answered more than 64 KiB',
    ],
  ])('that %s is a warning that repeats nothing of it', async (_what, body, reason) => {
    const { found, warnings } = await ask(body)
    expect(found).toBeUndefined()
    expect(warnings).toEqual([failed(reason)])
  })

  test('that takes too long is ended', async () => {
    const { found, warnings } = await ask('setInterval(() => {}, 1000)', { timeoutMs: 50 })
    expect(found).toBeUndefined()
    expect(warnings).toEqual([failed('it took longer than 0.05 s')])
  })

  test('does not see the inputs of the step, and sees the rest of the environment', async () => {
    await ask('nothing()', {
      environment: {
        PATH: folder.searchPath,
        AWS_PROFILE: 'acme',
        'INPUT_REGISTRY-AUTH': 'hunter2',
        'input_source-password': 'hunter2',
        UNSET: undefined,
      },
    })
    const [call] = await folder.calls()
    expect(call?.env).toMatchObject({ AWS_PROFILE: 'acme' })
    expect(JSON.stringify(call)).not.toContain('hunter2')
  })

  test('has no standard error, so that nothing of it can get anywhere', async () => {
    const { found } = await ask(
      "require('node:fs').fstatSync(2).isCharacterDevice() ? answer('octo', 'x') : nothing()",
    )
    expect(found).toEqual({ username: 'octo', password: 'x' })
  })

  test('is asked once about a registry, however many ask at the same time', async () => {
    await folder.add('test', "server === 'ghcr.io' ? answer('octo', 'x') : refuse('x')")
    const { helpers, log } = helpersWith()
    const registries = ['ghcr.io', 'ghcr.io', 'quay.io', 'quay.io']
    await Promise.all(registries.map(async (registry) => helpers.find('test', registry)))
    await helpers.find('test', 'quay.io')
    expect((await folder.calls()).map(({ server }) => server).toSorted()).toEqual([
      'ghcr.io',
      'quay.io',
    ])
    expect(log.lines).toHaveLength(1)
  })

  test('is asked about Docker Hub by the name that Docker uses, and then by the others', async () => {
    await folder.add('test', "server === 'docker.io' ? answer('octo', 'x') : nothing()")
    const { helpers } = helpersWith()
    expect(await helpers.find('test', 'docker.io')).toEqual({ username: 'octo', password: 'x' })
    expect((await folder.calls()).map(({ server }) => server)).toEqual([
      'https://index.docker.io/v1/',
      'index.docker.io',
      'docker.io',
    ])
  })

  test('is ended, with all that it has started, when the run is cancelled', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await folder.add(
      'test',
      `const wait = "require('node:net').connect(${port}, '127.0.0.1')"
require('node:child_process').spawn(process.execPath, ['-e', wait], { stdio: 'inherit' })
setInterval(() => {}, 1000)`,
    )
    const controller = new AbortController()
    const { helpers, log } = helpersWith({ signal: controller.signal })
    const asked = helpers.find('test', 'ghcr.io')
    const [socket] = (await once(server, 'connection')) as [Socket]
    const ended = once(
      socket.resume().on('error', () => undefined),
      'close',
    )
    controller.abort()
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED', registry: 'ghcr.io' })
    await ended
    expect(log.lines).toEqual([])
    server.close()
  })

  test('is known for what it has said also when the run was cancelled since', async () => {
    await folder.add('test', `console.log('{"Username":"me","Secret":"s3cret"}')`)
    const controller = new AbortController()
    const { helpers } = helpersWith({ signal: controller.signal })
    const login = await helpers.find('test', 'ghcr.io')
    controller.abort()
    expect(await helpers.find('test', 'ghcr.io')).toEqual(login)
    expect(login).toMatchObject({ username: 'me' })
  })

  test('is not waited for when the run was cancelled before', async () => {
    await folder.add('test', 'setInterval(() => {}, 1000)')
    const { helpers, log } = helpersWith({ signal: AbortSignal.abort() })
    await expect(helpers.find('test', 'ghcr.io')).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(log.lines).toEqual([])
  })
})

describe('the program of a credential helper', () => {
  const missing =
    'warning: the credential helper test is missing: there is no program docker-credential-test in PATH; ghcr.io is asked without it'

  test.each(['../test', 'a/b', 'a\\b', 'a b', '', 'hunter2;x', '$(hunter2)'])(
    'cannot be named %j',
    async (name) => {
      const { helpers, log } = helpersWith()
      expect(await helpers.find(name, 'ghcr.io')).toBeUndefined()
      expect(log.lines).toEqual([
        'warning: the credential helper for ghcr.io has a name that no program may have; ghcr.io is asked without it',
      ])
    },
  )

  test.each([
    ['is not there', async () => Promise.resolve()],
    ['may not be run', async (path: string) => writeFile(path, '')],
    ['is a folder', async (path: string) => mkdir(path)],
  ])('that %s is a warning', async (_what, put) => {
    await put(join(folder.path, 'docker-credential-test'))
    const { helpers, log } = helpersWith({ environment: { PATH: folder.path } })
    expect(await helpers.find('test', 'ghcr.io')).toBeUndefined()
    expect(log.lines).toEqual([missing])
  })

  test('is not looked for in the working directory, nor without a PATH', async () => {
    await folder.add('test', "answer('octo', 'x')")
    for (const PATH of ['', '.', relative(process.cwd(), folder.path), undefined]) {
      const { helpers, log } = helpersWith({ environment: { PATH } })
      expect(await helpers.find('test', 'ghcr.io')).toBeUndefined()
      expect(log.lines).toEqual([missing])
    }
  })

  test('is the first in PATH that can be run', async () => {
    await folder.add('test', "answer('octo', 'x')")
    const other = join(folder.path, 'other')
    await mkdir(other)
    await writeFile(join(other, 'docker-credential-test'), '')
    const PATH = [other, folder.searchPath].join(delimiter)
    const { helpers } = helpersWith({ environment: { PATH } })
    expect(await helpers.find('test', 'ghcr.io')).toEqual({ username: 'octo', password: 'x' })
  })

  test('that the system cannot run is a warning', async () => {
    const program = join(folder.path, 'docker-credential-test')
    await writeFile(program, '#!/no/such/interpreter\n')
    await chmod(program, 0o755)
    const { helpers, log } = helpersWith()
    expect(await helpers.find('test', 'ghcr.io')).toBeUndefined()
    expect(log.lines).toEqual([failed('it could not be started (ENOENT)')])
  })

  test('that the system cannot run just now is a warning, too', async () => {
    await folder.add('test', "answer('octo', 'x')")
    // As long as it is being written; Node throws the error for that.
    const busy = await open(join(folder.path, 'docker-credential-test'), 'r+')
    const { helpers, log } = helpersWith()
    expect(await helpers.find('test', 'ghcr.io')).toBeUndefined()
    await busy.close()
    expect(log.lines).toEqual([failed('it could not be started (ETXTBSY)')])
  })
})

/** Whose login such a file leads to, as people read it. */
async function loginFor(file: object, reference = 'ghcr.io/acme/app') {
  const { helpers, log } = helpersWith()
  const parsed = parseAuthFile(JSON.stringify(file), 'docker', () => undefined)
  const source = configuredLogins(parsed, 'the file', helpers)
  const login = await findLogin([source], 'source', parseReference(reference))
  return { ...login, username: login.credentials?.username, warnings: log.lines }
}

describe('in an auth file', () => {
  const auth = Buffer.from('inline:x').toString('base64')

  beforeEach(async () => {
    await folder.add('own', "answer('own', 'x')")
    await folder.add('store', "answer('store', 'x')")
    await folder.add('empty', 'nothing()')
    await folder.add('broken', "refuse('x')")
  })

  const auths = { 'ghcr.io': { auth } }

  test.each<[string, object, string | undefined]>([
    [
      'the helper for the registry decides',
      { credHelpers: { 'ghcr.io': 'own' }, credsStore: 'store', auths },
      'own',
    ],
    [
      'then the store for all decides',
      { credHelpers: { 'quay.io': 'own' }, credsStore: 'store', auths },
      'store',
    ],
    ['then the entry itself decides', { credHelpers: { 'quay.io': 'own' }, auths }, 'inline'],
    ['a store that has nothing leaves it to the entry', { credsStore: 'empty', auths }, 'inline'],
    ['a store that fails leaves it to the entry', { credsStore: 'broken', auths }, 'inline'],
    [
      'a helper without a name takes the registry out of the store',
      { credHelpers: { 'ghcr.io': '' }, credsStore: 'store', auths },
      'inline',
    ],
    ['nothing is found where there is nothing', { credsStore: 'empty' }, undefined],
  ])('%s', async (_what, file, username) => {
    expect((await loginFor(file)).username).toBe(username)
  })

  test('the helper is named, and the headers of the file go along', async () => {
    const { credentials, origin } = await loginFor({
      credsStore: 'store',
      HttpHeaders: { 'X-Key': 'k' },
    })
    expect(origin).toBe('docker-credential-store of the file')
    expect(credentials).toEqual({ username: 'store', password: 'x', headers: { 'x-key': 'k' } })
  })

  test('a broken helper for one registry leaves another alone', async () => {
    const file = { credHelpers: { 'ghcr.io': 'broken', 'quay.io': 'own' } }
    expect((await loginFor(file)).warnings).toHaveLength(1)
    expect(await loginFor(file, 'quay.io/a')).toMatchObject({ username: 'own', warnings: [] })
  })

  test('a helper for Docker Hub is found by each of its names', async () => {
    for (const key of ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io']) {
      expect((await loginFor({ credHelpers: { [key]: 'own' } }, 'alpine')).username).toBe('own')
    }
  })
})
