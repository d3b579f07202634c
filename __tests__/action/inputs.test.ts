import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { inputNames } from '../../src/action/input-names.ts'
import { InputError } from '../../src/action/input-reader.ts'
import { type Inputs, readInputs, stepInputs } from '../../src/action/inputs.ts'
import { show } from '../sync/list/printed.ts'

let workspace = ''

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'inputs-'))
  mkdirSync(join(workspace, 'lists'))
})

afterAll(() => {
  rmSync(workspace, { recursive: true })
})

const onePair = 'alpine:3.20 => ghcr.io/acme/alpine:3.20'

/** Reads the inputs of a step that gives these values and no others. */
function read(values: Readonly<Record<string, string>>): Inputs {
  for (const name of Object.keys(values)) expect(inputNames).toContain(name)
  return readInputs({ getInput: (name) => values[name] ?? '', readFile: readFileSync, workspace })
}

/** As `read`, for a step that has an image list. */
function readWith(values: Readonly<Record<string, string>>): Inputs {
  return read({ images: onePair, ...values })
}

/** The problems with the inputs of a step, as `place: message`. */
function problems(values: Readonly<Record<string, string>>): readonly string[] {
  try {
    read(values)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.problems.map(({ place, message }) => `${place}: ${message}`)
  }
  return []
}

function thrown(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

function problemsWith(values: Readonly<Record<string, string>>): readonly string[] {
  return problems({ images: onePair, ...values })
}

/** `source => destination` of every pair. */
function pairsOf({ list }: Inputs): readonly string[] {
  return list.map(show)
}

function writeList(text: string): string {
  writeFileSync(join(workspace, 'lists/app.txt'), text)
  return 'lists/app.txt'
}

describe('a step that gives only a list', () => {
  test('gets the defaults', () => {
    const { list, ...others } = readWith({})
    expect(list).toHaveLength(1)
    expect(others).toEqual({
      allOrNothing: false,
      stage: false,
      listNotes: [],
      registryAuth: [],
      registryTls: new Map(),
      platforms: [
        { os: 'linux', architecture: 'amd64' },
        { os: 'linux', architecture: 'arm64' },
      ],
      onMissingPlatform: 'warn',
      onExisting: 'overwrite',
      dryRun: false,
      failFast: false,
      concurrency: 32,
      retries: 5,
      timeoutSeconds: 60,
      insecureRegistries: [],
      declareArtifacts: false,
      referrers: 'none',
      onLostReferrers: 'warn',
      attestations: 'drop',
      summary: true,
    })
  })

  test('gets the same when all other inputs are blank', () => {
    const blank = Object.fromEntries(inputNames.map((name) => [name, ' \n']))
    expect(read({ ...blank, images: onePair })).toEqual(readWith({}))
  })
})

describe('the image list', () => {
  test('comes from images', () => {
    expect(pairsOf(read({ images: `# mirror\n\n${onePair}\n` }))).toEqual([
      'docker.io/library/alpine:3.20 => ghcr.io/acme/alpine:3.20',
    ])
  })

  test('comes from images-file', () => {
    expect(pairsOf(read({ 'images-file': writeList(onePair) }))).toEqual([
      'docker.io/library/alpine:3.20 => ghcr.io/acme/alpine:3.20',
    ])
  })

  test('comes from both, one after the other, whatever notation each of them has', () => {
    const path = writeList(`- ${onePair}\n- busybox:1 => ghcr.io/acme/busybox:1\n`)
    const images = 'debian:12 => ghcr.io/acme/debian:12'
    expect(pairsOf(read({ images, 'images-file': path }))).toEqual([
      'docker.io/library/debian:12 => ghcr.io/acme/debian:12',
      'docker.io/library/alpine:3.20 => ghcr.io/acme/alpine:3.20',
      'docker.io/library/busybox:1 => ghcr.io/acme/busybox:1',
    ])
  })

  test('has a pair once that is in both', () => {
    expect(pairsOf(read({ images: onePair, 'images-file': writeList(onePair) }))).toHaveLength(1)
  })

  test('may not have two sources for one destination, one in each', () => {
    const path = writeList(`# other\nalpine:3.19 => ghcr.io/acme/alpine:3.20\n`)
    expect(problems({ images: `\n${onePair}`, 'images-file': path })).toEqual([
      'images-file lists/app.txt, line 2: ghcr.io/acme/alpine:3.20 has another source in images, line 2',
    ])
  })

  test('has this problem found also where one of them has others', () => {
    const path = writeList(`A\nalpine:3.19 => ghcr.io/acme/alpine:3.20\n`)
    expect(problems({ images: onePair, 'images-file': path })).toEqual([
      expect.stringMatching(/^images-file lists\/app\.txt, line 1: .*upper case/),
      'images-file lists/app.txt, line 2: ghcr.io/acme/alpine:3.20 has another source in images, line 1',
    ])
  })

  test('may push several images by digest to one repository', () => {
    const digests = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`)
    const [images = '', file = ''] = digests.map(
      (digest) => `r.example/app@${digest} => ghcr.io/acme/app`,
    )
    expect(read({ images, 'images-file': writeList(file) }).list).toHaveLength(2)
  })

  test('is needed', () => {
    expect(problems({})).toEqual(['images: no image is named; give images, images-file, or both'])
  })

  test('has problems with the lines they are in, of both', () => {
    const path = writeList('\nhttps://ghcr.io/acme/app:1 => ghcr.io/acme/app:1\n')
    const found = problems({ images: '\n\nAlpine:1 => ghcr.io/a:1\n', 'images-file': path })
    expect(found).toEqual([
      expect.stringMatching(/^images, line 3: .*upper case/),
      expect.stringMatching(/^images-file lists\/app\.txt, line 2: .*URL/),
    ])
  })

  test.each([
    [
      'missing.txt',
      'does not exist in the workspace; is the repository checked out before this step?',
    ],
    ['lists', 'is a directory, not a file'],
    ['../list.txt', 'lies outside of the workspace'],
  ])('names the file that cannot be used: %s', (path, problem) => {
    expect(problems({ 'images-file': path })).toEqual([`images-file ${path}: ${problem}`])
  })
})

describe('source-registry', () => {
  test('is what unqualified sources are relative to', () => {
    const inputs = readWith({
      'source-registry': 'GHCR.io/acme',
      images: 'app:1 => quay.io/acme/app:1',
    })
    expect(pairsOf(inputs)).toEqual(['ghcr.io/acme/app:1 => quay.io/acme/app:1'])
  })

  test('must be a registry', () => {
    expect(problemsWith({ 'source-registry': 'https://ghcr.io' })).toEqual([
      expect.stringMatching(/^source-registry: .*no URL.*write "ghcr\.io" without it/),
    ])
  })
})

describe.each(['source', 'destination'])('a %s-registry that cannot be read', (side) => {
  test.each([
    ['https://index.docker.io/v1/', 'write "docker.io"'],
    ['ghcr.io, quay.io', 'names more than one registry'],
  ])('is the only problem: %s', (given, message) => {
    const found = problemsWith({ [`${side}-registry`]: given, images: 'team/app:v1 => :v2' })
    expect(found).toEqual([expect.stringContaining(`${side}-registry: `)])
    expect(found[0]).toContain(message)
  })
})

test('registries that cannot be read make no other problem of the list', () => {
  const base = 'docker.io/a b'
  const inputs = { 'destination-registry': base, 'source-registry': base }
  expect(problemsWith({ ...inputs, images: 'team/app:v1' })).toHaveLength(2)
})

describe('destination-registry', () => {
  test('is where destinations are that are left out', () => {
    const inputs = readWith({
      'destination-registry': 'ghcr.io/acme',
      images: 'quay.io/team/app:1',
    })
    expect(pairsOf(inputs)).toEqual(['quay.io/team/app:1 => ghcr.io/acme/team/app:1'])
  })

  test('must be a registry, and its problem hides none of the list', () => {
    expect(problemsWith({ 'destination-registry': 'acme', images: 'quay.io/Team/app:1' })).toEqual([
      expect.stringMatching(/^images, line 1: /),
      expect.stringMatching(/^destination-registry: .*"acme" does not start with a registry host/),
    ])
  })
})

describe.each(['source', 'destination'] as const)('the credentials of the %s', (side) => {
  const login = { [`${side}-username`]: 'robot', [`${side}-password`]: ' pass word\n' }
  const credentials = (inputs: Inputs) =>
    side === 'source' ? inputs.sourceCredentials : inputs.destinationCredentials
  const images = (hosts: readonly string[]) =>
    hosts
      .map((host, index) =>
        side === 'source'
          ? `${host}/app:${index} => ghcr.io/acme/app:${index}`
          : `ghcr.io/acme/app:${index} => ${host}/app:${index}`,
      )
      .join('\n')

  test('are for the only host of the list', () => {
    const inputs = read({ ...login, images: images(['r.example', 'R.example:443']) })
    expect(credentials(inputs)).toEqual({
      registry: 'r.example',
      username: 'robot',
      password: 'pass word',
    })
  })

  test('are for the host of the input that names it, whatever is in the list', () => {
    const values = { ...login, images: images(['r.example', 's.example']) }
    const inputs = read({ ...values, [`${side}-registry`]: 's.example/team' })
    expect(credentials(inputs)?.registry).toBe('s.example')
  })

  test('are for nobody when the list has several hosts, and registry-auth is the way out', () => {
    expect(problems({ ...login, images: images(['r.example', 's.example']) })).toEqual([
      `${side}-username: the list has several ${side} registries (r.example, s.example), so it is not clear ` +
        `which one these credentials are for; set ${side}-registry, or use registry-auth`,
    ])
  })

  test('are for the host in images, whatever images-file adds', () => {
    const path = writeList(images(['evil.example']).replaceAll('app:0', 'app:other'))
    const inputs = read({ ...login, images: images(['r.example']), 'images-file': path })
    expect(inputs.list).toHaveLength(2)
    expect(credentials(inputs)?.registry).toBe('r.example')
  })

  test('are for nobody that only images-file names', () => {
    const path = writeList(images(['evil.example']))
    expect(problems({ ...login, 'images-file': path })).toEqual([
      `${side}-username: only images-file names registries, and who may edit that file is not to choose ` +
        `which one gets these credentials; set ${side}-registry, or use registry-auth`,
    ])
    const inputs = read({ ...login, 'images-file': path, [`${side}-registry`]: 'r.example' })
    expect(credentials(inputs)?.registry).toBe('r.example')
  })

  test('name a few of many hosts', () => {
    const hosts = Array.from({ length: 9 }, (_, index) => `r${index}.example`)
    expect(problems({ ...login, images: images(hosts) })[0]).toContain('r4.example, …)')
  })

  test('have a user name and a password', () => {
    expect(problemsWith({ [`${side}-username`]: 'robot' })).toEqual([
      `${side}-password: is empty, but ${side}-username is given; give both or none ` +
        '(secrets are empty in runs started by forks and by Dependabot)',
    ])
    expect(problemsWith({ [`${side}-password`]: 's3cret' })).toEqual([
      `${side}-username: is empty, but ${side}-password is given; give both or none`,
    ])
  })

  test('have no colon in the user name', () => {
    expect(problemsWith({ ...login, [`${side}-username`]: 'a:b' })).toEqual([
      `${side}-username: holds a colon, which basic authentication forbids (RFC 7617)`,
    ])
  })

  test('do not hide what is wrong with the list', () => {
    expect(problems({ ...login, images: 'a:b:c' })).toEqual([
      expect.stringMatching(/^images, line 1: /),
    ])
  })
})

test('registry-auth has credentials for several registries', () => {
  const text = '- {registry: r.example/team, username: a, password: b}'
  expect(readWith({ 'registry-auth': text }).registryAuth).toEqual([
    { registry: 'r.example', prefix: 'team', username: 'a', password: 'b' },
  ])
  expect(problemsWith({ 'registry-auth': '- {registry: r.example, password: s3cret}' })).toEqual([
    'registry-auth: entry 1: has no username',
  ])
})

test('github-token is taken without blanks', () => {
  expect(readWith({ 'github-token': ' ghs_token\n' }).githubToken).toBe('ghs_token')
})

describe('platforms', () => {
  test('are a list, or all', () => {
    expect(readWith({ platforms: 'linux/arm64/v8, linux/arm\nlinux/arm64' }).platforms).toEqual([
      { os: 'linux', architecture: 'arm', variant: 'v7' },
      { os: 'linux', architecture: 'arm64' },
    ])
    expect(readWith({ platforms: 'all' }).platforms).toBe('all')
  })

  test('are named in the message when they are malformed', () => {
    expect(problemsWith({ platforms: 'linux' })).toEqual([
      expect.stringMatching(/^platforms: platform "linux" is malformed: expected os\/architecture/),
    ])
  })
})

describe('choices', () => {
  test.each(['warn', 'fail'])('on-missing-platform may be %s', (value) => {
    expect(readWith({ 'on-missing-platform': ` ${value} ` }).onMissingPlatform).toBe(value)
  })

  test.each([
    ['all', 'all'],
    ['none', 'none'],
    ['application/spdx+json\ncosign-tags', { types: ['application/spdx+json'], cosignTags: true }],
  ])('referrers may be %j', (value, expected) => {
    expect(readWith({ referrers: value }).referrers).toEqual(expected)
  })

  test('what comes along may not be anything', () => {
    const given = { referrers: '*', 'on-lost-referrers': 'ignore', attestations: 'all' }
    expect(problemsWith(given)).toEqual([
      expect.stringMatching(/^referrers: "\*" is written as all; expected none, all, or/),
      'on-lost-referrers: "ignore" is not accepted; expected warn or fail',
      'attestations: "all" is not accepted; expected drop or keep',
    ])
  })

  test.each(['overwrite', 'skip', 'fail'])('on-existing may be %s', (value) => {
    expect(readWith({ 'on-existing': value }).onExisting).toBe(value)
  })

  test('are these and no others', () => {
    expect(problemsWith({ 'on-missing-platform': 'ignore', 'on-existing': 'Skip' })).toEqual([
      'on-missing-platform: "ignore" is not accepted; expected warn or fail',
      'on-existing: "Skip" is not accepted; expected overwrite, skip or fail',
    ])
  })
})

describe.each([
  ['dry-run', (inputs: Inputs) => inputs.dryRun],
  ['fail-fast', (inputs: Inputs) => inputs.failFast],
  ['summary', (inputs: Inputs) => inputs.summary],
] as const)('%s', (name, value) => {
  test.each([
    ['true', true],
    ['TRUE', true],
    ['True', true],
    ['false', false],
    ['FALSE', false],
    ['False', false],
  ])('may be %s', (text, expected) => {
    expect(value(readWith({ [name]: text }))).toBe(expected)
  })

  test.each(['yes', '1', 'on', 'truee'])('may not be %s', (text) => {
    expect(problemsWith({ [name]: text })).toEqual([
      `${name}: "${text}" is not accepted; expected true or false`,
    ])
  })
})

describe.each([
  ['concurrency', 1, 256, (inputs: Inputs) => inputs.concurrency],
  ['retries', 0, 20, (inputs: Inputs) => inputs.retries],
  ['timeout', 1, 3600, (inputs: Inputs) => inputs.timeoutSeconds],
] as const)('%s', (name, min, max, value) => {
  test(`may be a whole number from ${min} to ${max}`, () => {
    expect(value(readWith({ [name]: String(min) }))).toBe(min)
    expect(value(readWith({ [name]: ` ${max} ` }))).toBe(max)
    expect(value(readWith({ [name]: '007' }))).toBe(7)
  })

  test.each([
    '3abc',
    '-1',
    '+3',
    '1.5',
    '1e1',
    '0x10',
    '٣',
    'ten',
    String(max + 1),
    String(min - 1),
  ])('may not be %s', (text) => {
    expect(problemsWith({ [name]: text })).toEqual([
      `${name}: "${text}" is not accepted; expected a whole number from ${min} to ${max}`,
    ])
  })
})

describe('insecure-registries', () => {
  test('are hosts, each once', () => {
    const text = 'registry:5000, R.Example\nregistry:5000 [::1]:5000'
    expect(readWith({ 'insecure-registries': text }).insecureRegistries).toEqual([
      'registry:5000',
      'r.example',
      '[::1]:5000',
    ])
  })

  test('are hosts and nothing else', () => {
    expect(problemsWith({ 'insecure-registries': 'r.example/team' })).toEqual([
      expect.stringMatching(
        /^insecure-registries: registry host "r\.example\/team" .*only a host is wanted/,
      ),
    ])
  })
})

describe('the error', () => {
  test('for one problem is one sentence', () => {
    expect(() => readWith({ retries: 'many' })).toThrow(
      /^Input retries: "many" is not accepted; expected a whole number from 0 to 20$/,
    )
  })

  test('names every problem at once, in the order of the inputs', () => {
    const values = {
      summary: 'maybe',
      retries: '-1',
      platforms: 'x',
      images: 'A',
      'registry-auth': 'x',
    }
    const lines =
      /^5 problems with the inputs:\n- images, line 1: .*\n- registry-auth: .*\n- platforms: .*\n- retries: .*\n- summary: .*$/
    expect(() => read(values)).toThrow(lines)
  })

  test('spells out twenty problems and counts the others', () => {
    const images = Array.from({ length: 30 }, (_, index) => `A${index}`).join('\n')
    const message = String(thrown(() => read({ images })))
    expect(message).toContain('images, line 20: ')
    expect(message).not.toContain('images, line 21: ')
    expect(message).toMatch(/^InputError: 30 problems with the inputs:\n/)
    expect(message).toMatch(/\nand 10 more$/)
  })

  test('shows a value of any kind in one harmless line', () => {
    expect(problemsWith({ 'on-existing': 'a\n::error::\u202e"' })).toEqual([
      'on-existing: "a\\u{a}::error::\\u{202e}\\"" is not accepted; expected overwrite, skip or fail',
    ])
  })

  test('never shows a secret', () => {
    const values = {
      'source-password': 's3cret',
      'destination-password': 's3cret',
      'github-token': 's3cret',
      'registry-auth': '- {registry: s3cret, username: "s3cret:", password: s3cret}',
    }
    expect(problemsWith(values)).toHaveLength(3)
    expect(problemsWith(values).join('\n')).not.toContain('s3cret')
  })
})

test('the inputs of the step are those of the runner, untouched', () => {
  process.env['INPUT_IMAGES-FILE'] = ' a.txt \n'
  try {
    expect(stepInputs.getInput('images-file')).toBe(' a.txt \n')
  } finally {
    delete process.env['INPUT_IMAGES-FILE']
  }
  expect(stepInputs.workspace).toBe(process.env['GITHUB_WORKSPACE'] ?? process.cwd())
})
