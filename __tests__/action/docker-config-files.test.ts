import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { authFilePlaces, readAuthFiles } from '../../src/action/docker-config-files.ts'
import { LogLines } from '../registry/registry-world.ts'

const at = (...path: readonly string[]) => join(...path)
const pathsOf = (environment: Record<string, string>, home?: string, runtime = '/runtime') =>
  authFilePlaces(environment, home, runtime).map(({ path }) => path)

describe('the files with logins', () => {
  const docker = at('/home/octo', '.docker', 'config.json')
  const session = at('/runtime', 'auth.json')
  const podman = at('/home/octo', '.config', 'containers', 'auth.json')

  test('are in the home directory, the one of Docker first', () => {
    expect(pathsOf({ HOME: '/home/octo', USERPROFILE: '/home/octo' })).toEqual([
      docker,
      session,
      podman,
    ])
    expect(pathsOf({}, '/home/octo')).toEqual([docker, session, podman])
  })

  test.each([
    [
      'DOCKER_CONFIG',
      { DOCKER_CONFIG: '/docker' },
      [at('/docker', 'config.json'), session, podman],
    ],
    [
      'XDG_RUNTIME_DIR, and then in the home directory',
      { XDG_RUNTIME_DIR: '/run/user/1' },
      [docker, at('/run/user/1', 'containers', 'auth.json'), podman],
    ],
    [
      'XDG_CONFIG_HOME',
      { XDG_CONFIG_HOME: '/config' },
      [docker, session, at('/config', 'containers', 'auth.json')],
    ],
    [
      'REGISTRY_AUTH_FILE, and then in no other of Podman',
      { REGISTRY_AUTH_FILE: '/auth', XDG_RUNTIME_DIR: '/run/user/1', XDG_CONFIG_HOME: '/config' },
      [docker, '/auth'],
    ],
    [
      'variables that are blank, which do not count',
      { DOCKER_CONFIG: ' ' },
      [docker, session, podman],
    ],
  ])('may be in %s', (_what, environment, paths) => {
    expect(pathsOf(environment, '/home/octo')).toEqual(paths)
  })

  test('are looked for in the folder of the user, as Podman on Linux does without a session', () => {
    const paths = authFilePlaces({ HOME: '/home/octo' }).map(({ path }) => path)
    const path = `/run/containers/${process.getuid?.()}/auth.json`
    expect(paths.includes(path)).toBe(process.platform === 'linux')
  })

  test('are looked for in the home directory of the system where the environment has none', () => {
    expect(pathsOf({})).toEqual(pathsOf({}, homedir()))
  })
})

describe('reading them', () => {
  let folder: string
  let environment: Record<string, string>

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auth-files-'))
    environment = { HOME: folder, USERPROFILE: folder, XDG_RUNTIME_DIR: join(folder, 'session') }
  })

  afterEach(async () => rm(folder, { recursive: true }))

  async function put(path: string, content: unknown) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
    return file
  }

  function read(more: Record<string, string> = {}) {
    const log = new LogLines()
    const files = readAuthFiles({ ...environment, ...more }, log)
    return { files, warnings: log.lines }
  }

  test('gives all that are there, with the names that people know', async () => {
    await put('.docker/config.json', { credsStore: 'a' })
    await put('.config/containers/auth.json', { credHelpers: { 'ghcr.io': 'b' } })
    const { files, warnings } = read()
    expect(files).toMatchObject([
      { origin: 'the Docker configuration', file: { store: 'a' } },
      { origin: "Podman's auth.json", file: { helpers: new Map([['ghcr.io', 'b']]) } },
    ])
    expect(warnings).toEqual([])
  })

  test('takes missing ones for none', async () => {
    expect(read()).toEqual({ files: [], warnings: [] })
    await put('.docker', 'a file where a folder should be')
    expect(read()).toEqual({ files: [], warnings: [] })
  })

  test('warns when one is missing that was named', () => {
    const path = join(folder, 'none.json')
    expect(read({ REGISTRY_AUTH_FILE: path })).toEqual({
      files: [],
      warnings: [
        `warning: Podman's auth.json at ${path}: there is no such file, although REGISTRY_AUTH_FILE names it`,
      ],
    })
  })

  test('warns when one is broken, repeats nothing of it, and takes the others', async () => {
    const broken = await put('.docker/config.json', '{ "auths": hunter2')
    await put('.config/containers/auth.json', { auths: { 'a@hunter2': {} }, credHelpers: {} })
    const { files, warnings } = read()
    expect(files.map(({ origin }) => origin)).toEqual(["Podman's auth.json"])
    expect(warnings).toEqual([
      `warning: the Docker configuration at ${broken}: it is not used: it is not valid JSON`,
      expect.stringMatching(/^warning: Podman's auth\.json at .*: entry 1 of auths is not named/),
    ])
    expect(warnings.join()).not.toContain('hunter2')
  })

  describe('of Buildx, which docker/login-action writes for a scope,', () => {
    const login = { auths: { 'registry.example.com': { auth: 'cm9ib3Q6aHVudGVyMg==' } } }

    test.each([
      ['registry.example.com', { registry: 'registry.example.com' }],
      ['registry.example.com@push', { registry: 'registry.example.com', sides: ['destination'] }],
      ['localhost:5000/app@pull', { registry: 'localhost:5000', prefix: 'app', sides: ['source'] }],
      [
        'registry.example.com/acme/app@pull,push',
        {
          registry: 'registry.example.com',
          prefix: 'acme/app',
          sides: ['source', 'destination'],
        },
      ],
      ['registry-1.docker.io/acme', { registry: 'docker.io', prefix: 'acme' }],
    ])('are each for that scope: %s', async (path, scope) => {
      await put(`.docker/buildx/config/${path}/config.json`, login)
      const { files, warnings } = read()
      expect(files).toMatchObject([{ origin: 'the login for a scope', scope }])
      expect(files[0]?.file.logins).toMatchObject([{ username: 'robot', password: 'hunter2' }])
      expect(warnings).toEqual([])
    })

    test('count before all others, those for the least first', async () => {
      await put('.docker/config.json', login)
      for (const scope of ['r.example', 'r.example/acme', 'r.example/acme@push']) {
        await put(`.docker/buildx/config/${scope}/config.json`, login)
      }
      const { files } = read()
      expect(files.map(({ scope }) => scope)).toEqual([
        { registry: 'r.example', prefix: 'acme', sides: ['destination'] },
        { registry: 'r.example', prefix: 'acme' },
        { registry: 'r.example' },
        undefined,
      ])
    })

    test.each([
      ['BUILDX_CONFIG', 'elsewhere', 'elsewhere/config'],
      ['DOCKER_CONFIG', 'docker', 'docker/buildx/config'],
    ])('are where %s says', async (variable, value, path) => {
      await put(`${path}/r.example@push/config.json`, login)
      const { files } = read({ [variable]: join(folder, value) })
      expect(files.map(({ scope }) => scope?.registry)).toEqual(['r.example'])
      expect(read().files).toEqual([])
    })

    test.each(['r.example@delete', 'r.example@pull@push', 'no_host', 'r.example/Acme'])(
      'are not used where they are for nothing: %s',
      async (path) => {
        const file = await put(`.docker/buildx/config/${path}/config.json`, login)
        expect(read()).toEqual({
          files: [],
          warnings: [
            `warning: the login of Buildx at ${file} is not for a registry and is not used`,
          ],
        })
      },
    )

    test('that are broken do not touch the others', async () => {
      await put('.docker/buildx/config/a.example/config.json', '{ hunter2')
      await put('.docker/buildx/config/registry.example.com/config.json', login)
      const { files, warnings } = read()
      expect(files.map(({ scope }) => scope?.registry)).toEqual(['registry.example.com'])
      expect(warnings).toHaveLength(1)
      expect(warnings.join()).not.toContain('hunter2')
    })
  })

  describe('in DOCKER_AUTH_CONFIG', () => {
    const auths = { 'r.example': { auth: 'cm9ib3Q6aHVudGVyMg==' } }

    test('come after all files, and have logins alone', async () => {
      await put('.docker/config.json', { auths })
      const more = { credsStore: 'a', credHelpers: { 'r.example': 'b' }, HttpHeaders: { x: 'y' } }
      const { files, warnings } = read({ DOCKER_AUTH_CONFIG: JSON.stringify({ auths, ...more }) })
      expect(files.map(({ origin }) => origin)).toEqual([
        'the Docker configuration',
        'DOCKER_AUTH_CONFIG',
      ])
      expect(files[1]?.file).toEqual({
        logins: [{ registry: 'r.example', username: 'robot', password: 'hunter2' }],
        helpers: new Map(),
      })
      expect(warnings).toEqual([])
    })

    test.each([{ credsStore: 'a' }, { credHelpers: { 'r.example': 'b' } }])(
      'are told not to be looked for in helpers, where nothing else is there: %j',
      (more) => {
        const { warnings } = read({ DOCKER_AUTH_CONFIG: JSON.stringify(more) })
        expect(warnings).toEqual([expect.stringContaining('are not used here, only auths are')])
      },
    )

    test.each(['{ "auths": hunter2', '7', '"hunter2"', '["hunter2"]'])(
      'are told to be broken, without a word of them: %s',
      (text) => {
        const { files, warnings } = read({ DOCKER_AUTH_CONFIG: text })
        expect(files).toEqual([])
        expect(warnings).toHaveLength(1)
        expect(warnings[0]).toMatch(/^warning: DOCKER_AUTH_CONFIG: it is not used: it is not/)
        expect(warnings.join()).not.toContain('hunter2')
      },
    )

    test('are none where it is blank', () => {
      expect(read({ DOCKER_AUTH_CONFIG: ' ' })).toEqual({ files: [], warnings: [] })
    })
  })

  test('warns when one cannot be read', async () => {
    await mkdir(join(folder, '.docker', 'config.json'), { recursive: true })
    expect(read()).toEqual({
      files: [],
      warnings: [expect.stringContaining('it is not used: EISDIR')],
    })
  })
})
