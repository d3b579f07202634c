import { describe, expect, test } from '@jest/globals'
import {
  maskAuthFiles,
  maskCredentials,
  maskInputs,
  maskProxyPasswords,
  maskUnreadInputs,
  Secrets,
} from '../../src/action/secrets.ts'
import { KnownSecrets } from '../../src/registry/known-secrets.ts'
import { parsePlatformFilter } from '../../src/oci/platform.ts'
import { shownTexts } from '../../src/action/shown-texts.ts'
import { parseImageList } from '../../src/sync/image-list.ts'
import { recordCommands } from './command-recorder.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** What the runner was told to hide by `act`. */
function masked(act: (mask: (value: string) => void) => void): readonly string[] {
  return announced((secrets) => {
    act(secrets.mask)
  })
}

function announced(act: (secrets: Secrets) => void): readonly string[] {
  const commands = recordCommands()
  act(new Secrets(commands, new KnownSecrets()))
  return commands.of('secret')
}

describe('a secret', () => {
  test('is hidden', () => {
    expect(masked((mask) => mask('hunter2'))).toEqual(['hunter2'])
  })

  test('is announced once, however often it is met', () => {
    const values = masked((mask) => {
      mask('token-1')
      mask('token-2')
      mask('token-1')
    })
    expect(values).toEqual(['token-1', 'token-2'])
  })

  test.each(['', ' ', '\n', '\t \r\n'])('that is blank is not announced: %j', (blank) => {
    expect(masked((mask) => mask(blank))).toEqual([])
  })

  test('of several long lines is hidden whole and line by line', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADAN\r\n-----END KEY-----\n'
    expect(masked((mask) => mask(key))).toEqual([
      key.trim(),
      '-----BEGIN KEY-----',
      'MIIEvQIBADAN',
      '-----END KEY-----',
    ])
  })

  test('with short lines does not make the runner hide every brace', () => {
    const key = '{\n  "private_key": "abc"\n}\n'
    const values = masked((mask) => mask(key))
    expect(values).toEqual([
      '{\\n  \\"private_key\\": \\"abc\\"\\n}',
      base64(key.trim()),
      '"private_key": "abc"',
    ])
    // The runner splits what it is told to hide into lines by itself.
    for (const line of values.flatMap((value) => value.split(/[\r\n]+/))) {
      expect(line.trim().length).toBeGreaterThanOrEqual(4)
    }
  })
})

describe('credentials', () => {
  test('hide the password and its basic form, but not the user name', () => {
    const values = masked((mask) =>
      maskCredentials(mask, { username: 'acme', password: 'hunter2' }),
    )
    expect(values).toEqual(['hunter2', base64('acme:hunter2')])
  })

  test('without a password hide nothing', () => {
    expect(masked((mask) => maskCredentials(mask, { username: 'acme', password: ' ' }))).toEqual([])
  })
})

describe('the files with logins of earlier steps', () => {
  const headers = { 'x-key': 'header-secret', 'x-tenant': '1' }

  test('hide their passwords, tokens and headers, but no header as short as a number', () => {
    const registry = 'r.example'
    const logins = [
      { registry, username: 'user1', password: 'pass1', headers },
      { registry, username: '', password: 'token2', kind: 'identity-token' as const },
    ]
    const file = { logins, helpers: new Map(), headers }
    expect(masked((mask) => maskAuthFiles(mask, [{ file, origin: 'a file' }]))).toEqual([
      'header-secret',
      'pass1',
      base64('user1:pass1'),
      'token2',
      base64(':token2'),
    ])
  })

  test('hide their headers also where the logins are elsewhere', () => {
    const file = { logins: [], helpers: new Map([['r.example', 'pass']]), headers }
    expect(masked((mask) => maskAuthFiles(mask, [{ file, origin: 'a file' }]))).toEqual([
      'header-secret',
    ])
  })
})

describe('the secrets of the inputs', () => {
  test('are all passwords and the token, and neither users nor hosts', () => {
    const inputs = {
      sourceCredentials: { username: 'user1', password: 'pass1' },
      destinationCredentials: { username: 'user2', password: 'pass2' },
      registryAuth: [
        { username: 'user3', password: 'pass3' },
        { username: 'user4', password: 'pass4' },
      ],
      registryTls: new Map([
        ['a.example', { ca: 'authority' }],
        ['b.example', { cert: 'certificate', key: 'private-key' }],
      ]),
      githubToken: 'ghs_token',
    }
    const values = masked((mask) => maskInputs(mask, inputs, 'octo'))
    expect(values).toEqual([
      ...[1, 2, 3, 4].flatMap((n) => [`pass${n}`, base64(`user${n}:pass${n}`)]),
      'private-key',
      'ghs_token',
      base64('octo:ghs_token'),
    ])
  })

  test('are none when none was given', () => {
    const inputs = { registryAuth: [], registryTls: new Map() }
    expect(masked((mask) => maskInputs(mask, inputs, 'octo'))).toEqual([])
  })
})

describe('the passwords of proxies', () => {
  test.each(['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'])(
    'are hidden when they stand in %s',
    (name) => {
      const environment = { [name]: 'http://user:p%40ss@proxy.example:3128' }
      expect(masked((mask) => maskProxyPasswords(mask, environment))).toEqual([
        'p%40ss',
        'p@ss',
        base64('user:p@ss'),
      ])
    },
  )

  test('are taken as they are when their percent signs mean nothing', () => {
    const environment = { https_proxy: 'http://user:100%zz@proxy.example' }
    expect(masked((mask) => maskProxyPasswords(mask, environment))).toEqual([
      '100%zz',
      base64('user:100%zz'),
    ])
  })

  test.each(['http://ghp_t0ken@proxy.example', 'http://ghp_t0ken:@proxy.example:3128'])(
    'are their user names where there is nothing else: %s',
    (https_proxy) => {
      expect(masked((mask) => maskProxyPasswords(mask, { https_proxy }))).toEqual([
        'ghp_t0ken',
        base64('ghp_t0ken:'),
      ])
    },
  )

  test.each([
    {},
    { https_proxy: '' },
    { https_proxy: 'http://proxy.example' },
    { https_proxy: '%' },
  ])('are none in %j', (environment) => {
    expect(masked((mask) => maskProxyPasswords(mask, environment))).toEqual([])
  })
})

describe('what is shown by design', () => {
  const inputs = {
    list: parseImageList('r-1.example/acme/app:v1.2.3-rc => mirror.example/acme/app:v1.2.3-rc', {
      source: { registry: 'docker.io' },
    }),
    platforms: parsePlatformFilter('linux/arm64/v8,windows/amd64'),
    registryAuth: [{ username: 'robot-0815', password: 'hunter2' }],
  }

  const shown = [
    'r-1.example',
    'mirror.example/acme',
    'v1.2.3-rc',
    'acme/app:v1.2.3-rc',
    'windows/amd64',
    'robot-0815',
    'octocat1',
    'sha256',
    'copied',
    'previousDigest',
  ]

  test.each(shown)('is not masked as a password or a token: %s', (value) => {
    const values = announced((secrets) => {
      secrets.neverMask(shownTexts(inputs, 'octocat1'))
      secrets.mask(value)
      secrets.maskToken(value)
      secrets.mask('hunter2')
    })
    expect(values).toEqual(['hunter2'])
  })
})

describe('inputs that cannot be read', () => {
  test('have their passwords hidden all the same', () => {
    const inputs: Readonly<Record<string, string>> = {
      'source-password': ' hunter2 ',
      'registry-auth':
        '[{ registry: a b, username: "x:y", password: hunter3 }, { password: hunter4 }]',
      'github-token': 'ghs_t0ken',
    }
    const values = masked((mask) =>
      maskUnreadInputs(mask, { getInput: (name) => inputs[name] ?? '' }),
    )
    expect(values).toEqual(['hunter2', 'ghs_t0ken', 'hunter3', 'hunter4'])
  })
})
