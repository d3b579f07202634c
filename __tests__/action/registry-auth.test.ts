import { describe, expect, jest, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { parseRegistryAuth } from '../../src/action/registry-auth.ts'

const shape = 'expected a YAML list of objects with registry, username and password'

/** The problems of a text that holds the password `s3cret`. */
function problemsOf(text: string): readonly string[] {
  const { problems } = parseRegistryAuth(text)
  expect(problems.join('\n')).not.toContain('s3cret')
  return problems
}

describe('registry-auth', () => {
  test('is a YAML list of registries with user and password', () => {
    const text = `
- registry: ghcr.io
  username: octocat
  password: pass1
- registry: Registry.Example.com:5000/team/app
  username: robot
  password: pass2
`
    expect(parseRegistryAuth(text)).toEqual({
      problems: [],
      credentials: [
        { registry: 'ghcr.io', username: 'octocat', password: 'pass1' },
        {
          registry: 'registry.example.com:5000',
          prefix: 'team/app',
          username: 'robot',
          password: 'pass2',
        },
      ],
    })
  })

  test('may be JSON', () => {
    const text = JSON.stringify([{ registry: 'quay.io', username: 'a', password: 'b' }])
    expect(parseRegistryAuth(text).credentials).toEqual([
      { registry: 'quay.io', username: 'a', password: 'b' },
    ])
  })

  test('may share what entries have in common by "<<", and end its lines in any way', () => {
    const lines = [
      '- &bot',
      '  registry: ghcr.io',
      '  username: bot',
      '  password: "<<"',
      '- <<: *bot',
      '  registry: quay.io',
    ]
    for (const end of ['\n', '\r\n', '\r']) {
      expect(parseRegistryAuth(lines.join(end))).toEqual({
        problems: [],
        credentials: ['ghcr.io', 'quay.io'].map((registry) => ({
          registry,
          username: 'bot',
          password: '<<',
        })),
      })
    }
  })

  test.each(['', '  \n', '[]'])('may be empty: %j', (text) => {
    expect(parseRegistryAuth(text)).toEqual({ credentials: [], problems: [] })
  })

  test('means Docker Hub where it names no registry, and by all names of Docker Hub', () => {
    for (const registry of [
      '',
      'registry: ""',
      'registry: docker.io',
      'registry: index.docker.io',
      'registry: hub.docker.com',
      'registry: registry.hub.docker.com',
      'registry: registry-1.docker.io',
      'registry: https://index.docker.io/v1/',
      'registry: index.docker.io/v1/',
    ]) {
      const text = `- username: a\n  password: b\n  ${registry}\n`
      expect(parseRegistryAuth(text).credentials).toEqual([
        { registry: 'docker.io', username: 'a', password: 'b' },
      ])
    }
  })

  test.each(['https://ghcr.io', 'HTTPS://GHCR.io:443/', 'http://ghcr.io/v2/', 'ghcr.io/'])(
    'takes %s, as docker login does',
    (registry) => {
      const text = JSON.stringify([{ registry, username: 'a', password: 'b' }])
      expect(parseRegistryAuth(text).credentials).toEqual([
        { registry: 'ghcr.io', username: 'a', password: 'b' },
      ])
    },
  )

  test.each(['0123', '1e3', 'true', 'null', '~', '0x10', '2026-01-01', '!secret'])(
    'takes a password exactly as it is written: %s',
    (password) => {
      const text = `- {registry: r.example, username: a, password: ${password.startsWith('!') ? `"${password}"` : password}}`
      expect(parseRegistryAuth(text).credentials[0]?.password).toBe(password)
    },
  )

  test('takes a key of several lines', () => {
    const text =
      '- registry: r.example\n  username: _json_key\n  password: |\n    {\n      "a": 1\n    }\n'
    expect(parseRegistryAuth(text).credentials[0]?.password).toBe('{\n  "a": 1\n}')
  })

  test('knows the other fields of docker/login-action, and the path of a scope limits the credentials', () => {
    const text = `
- registry: docker.io
  username: a
  password: b
  scope: acme/app@push
  ecr: false
  logout: true
`
    expect(parseRegistryAuth(text)).toEqual({
      problems: [],
      credentials: [
        {
          registry: 'docker.io',
          prefix: 'acme/app',
          sides: ['destination'],
          username: 'a',
          password: 'b',
        },
      ],
    })
  })

  test.each([
    ['@pull', ['source']],
    ['@push', ['destination']],
    ['@pull,push', ['source', 'destination']],
    ['@push, pull', ['destination', 'source']],
  ])('takes a scope without a path for the whole registry: %s', (scope, sides) => {
    const text = `- {registry: r.example, username: a, password: b, scope: "${scope}"}`
    expect(parseRegistryAuth(text).credentials).toEqual([
      { registry: 'r.example', sides, username: 'a', password: 'b' },
    ])
  })

  test('may have several for one path, as long as they differ in their actions', () => {
    const scopes = ['app', 'app@pull', 'app@push', 'app@pull,push']
    const entries = scopes.map((scope, index) => ({
      registry: 'r.example',
      scope,
      username: `u${index}`,
      password: 'b',
    }))
    const { credentials, problems } = parseRegistryAuth(JSON.stringify(entries))
    expect(problems).toEqual([])
    expect(credentials.map(({ username }) => username)).toEqual(['u0', 'u1', 'u2', 'u3'])
    const twice = [...entries, { ...entries[1], username: 'other' }]
    expect(parseRegistryAuth(JSON.stringify(twice)).problems).toEqual([
      'entry 5: an entry above has other credentials for the same registry',
    ])
  })

  test.each([
    ['auth.example.com', 'auth.example.com'],
    ['Auth.Example.com:443', 'auth.example.com'],
    ['auth.example.com:8443', 'auth.example.com:8443'],
    ['auth', 'auth'],
    ['"[::1]:5000"', '[::1]:5000'],
  ])('may name another token service: %s', (authHost, normalised) => {
    const text = `- {registry: r.example, username: a, password: b, auth-host: ${authHost}}`
    expect(parseRegistryAuth(text)).toEqual({
      problems: [],
      credentials: [{ registry: 'r.example', username: 'a', password: 'b', authHost: normalised }],
    })
  })

  test.each([
    'https://s3cret.example',
    's3cret.example/token',
    'user@s3cret.example',
    's3cret.example.',
    'a b',
    's3cret:port',
  ])('refuses a token service that is no host: %s', (authHost) => {
    const text = `- {registry: r.example, username: a, password: s3cret, auth-host: "${authHost}"}`
    expect(problemsOf(text)).toEqual([
      'entry 1: auth-host is not a host, optionally with a port; it has neither scheme nor path',
    ])
  })

  test('takes a repeated entry once', () => {
    const entry = '- {registry: r.example, username: a, password: b}\n'
    expect(parseRegistryAuth(entry + entry)).toEqual({
      problems: [],
      credentials: [{ registry: 'r.example', username: 'a', password: 'b' }],
    })
  })

  test('lets a registry and a path on it have different credentials', () => {
    const text = `
- {registry: r.example, username: a, password: b}
- {registry: r.example/team, username: c, password: d}
`
    expect(parseRegistryAuth(text)).toMatchObject({ problems: [], credentials: [{}, {}] })
  })

  test.each([
    [
      'other credentials for the same registry',
      '- {registry: r.example, username: b, password: s3cret}',
      /^entry 2: an entry above has other credentials for the same registry$/,
    ],
    ['no username', '- {registry: ghcr.io, password: s3cret}', /^entry 2: has no username$/],
    [
      'a blank password',
      '- {registry: ghcr.io, username: a, password: " "}',
      /^entry 2: has no password \(secrets are empty in runs started by forks and by Dependabot\)$/,
    ],
    [
      'a colon in the user name',
      '- {registry: ghcr.io, username: "a:s3cret", password: s3cret}',
      /^entry 2: the username holds a colon/,
    ],
    [
      'a field that is not known',
      '- {registry: ghcr.io, username: a, passwrod: s3cret}',
      /^entry 2: holds a field that is not known; the fields are registry, username, password, scope, auth-host, ecr, logout$/,
    ],
    [
      'something that is no registry',
      '- {registry: "https://a:s3cret@ghcr.io", username: a, password: s3cret}',
      /^entry 2: registry is not a host, optionally followed by a repository path$/,
    ],
    [
      'several registries',
      '- {registry: "ghcr.io,quay.io", username: a, password: s3cret}',
      /^entry 2: registry names several hosts; give each an entry of its own$/,
    ],
    [
      'a wildcard',
      '- {registry: "*.example.com", username: a, password: s3cret}',
      /^entry 2: registry has a wildcard; give each host an entry of its own$/,
    ],
    [
      'the same credentials for another token service',
      '- {registry: r.example, username: a, password: s3cret, auth-host: auth.example}',
      /^entry 2: an entry above has other credentials for the same registry$/,
    ],
    [
      'a path twice',
      '- {registry: ghcr.io/acme, scope: app, username: a, password: s3cret}',
      /^entry 2: give a path either in registry or in scope, not in both$/,
    ],
    [
      'a scope with an action that nobody knows',
      '- {registry: ghcr.io, scope: "app@s3cret", username: a, password: s3cret}',
      /^entry 2: scope has something else than pull, push or pull,push behind its "@"$/,
    ],
    [
      'a scope with actions twice',
      '- {registry: ghcr.io, scope: "app@pull@push", username: a, password: s3cret}',
      /^entry 2: scope has something else than pull, push or pull,push behind its "@"$/,
    ],
    [
      'a scope that is no path',
      '- {registry: ghcr.io, scope: "s3cret!", username: a, password: s3cret}',
      /^entry 2: registry is not a host, optionally followed by a repository path$/,
    ],
  ])('with %s is refused', (_, entry, problem) => {
    const problems = problemsOf(
      `- {registry: r.example, username: a, password: s3cret}\n${entry}\n`,
    )
    expect(problems).toEqual([expect.stringMatching(problem)])
  })

  test('names the problems of all entries', () => {
    expect(problemsOf('- {username: a}\n- {password: s3cret}\n')).toEqual([
      expect.stringMatching(/^entry 1: has no password/),
      'entry 2: has no username',
    ])
  })

  test.each([
    ['text', 's3cret', shape],
    ['an object', 'registry: s3cret', shape],
    ['a list of text', '- s3cret', `entry 1: ${shape}`],
    [
      'an object in an object',
      '- {registry: r.example}\n- registry: {a: s3cret}',
      `entry 2: ${shape}`,
    ],
    [
      'YAML with an error',
      '- registry: r.example\n  password: "s3cret',
      `line 2 is not valid YAML; ${shape}`,
    ],
    [
      'a repeated field',
      '- password: s3cret\n  password: s3cret',
      `line 2 is not valid YAML; ${shape}`,
    ],
    ['aliases without end', aliasBomb(), `this is not valid YAML; ${shape}`],
  ])('that is %s is refused', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem])
  })

  test('prints nothing, although the YAML library likes to warn', () => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    try {
      problemsOf('- ? [s3cret]\n  : b\n')
      expect(emitWarning).not.toHaveBeenCalled()
    } finally {
      emitWarning.mockRestore()
    }
  })

  test('never repeats any of its text, and never throws', () => {
    const line = fc.constantFrom(
      '- registry: s3cret',
      '  username: s3cret',
      '  password: s3cret',
      '- s3cret: s3cret',
      '  ? [s3cret]',
      '  : s3cret',
      '---',
      '{s3cret',
      '"s3cret',
      '&s3cret s3cret',
      '*s3cret',
      '!!binary s3cret',
      '!s3cret x',
      '- <<: *s3cret',
      '  registry: s3cret.example',
      '%s3cret',
      '\ts3cret',
      '[s3cret]',
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        expect(parseRegistryAuth(lines.join('\n')).problems.join('\n')).not.toContain('s3cret')
      }),
    )
  })
})

function aliasBomb(): string {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const below =
      level === 0 ? 's3cret' : Array.from({ length: 9 }, () => `*a${level - 1}`).join(',')
    return `- &a${level} [${below}]`
  })
  return levels.join('\n')
}
