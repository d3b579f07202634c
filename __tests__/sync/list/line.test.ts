import { describe, expect, test } from '@jest/globals'
import { problemsOf, read } from './printed.ts'

const BASE = 'dst.example.org/mirror'

describe('without "=>"', () => {
  test.each([
    ['alpine:3.20 ghcr.io/acme/alpine', 'ghcr.io/acme/alpine:3.20'],
    ['alpine:3.20 base:stable', 'dst.example.org/mirror/base:stable'],
    ['alpine:3.20 :stable', 'docker.io/library/alpine:stable'],
    ['alpine:3.20 localhost/base', 'localhost/base:3.20'],
    ['alpine:3.20 [::1]:5000/base', '[::1]:5000/base:3.20'],
  ])('what is unmistakable is a destination: %s', (line, destination) => {
    expect(read(line, 'docker.io', BASE)).toEqual([
      `docker.io/library/alpine:3.20 => ${destination}`,
    ])
  })

  test.each([
    ['python 3.12-slim', '"3.12-slim" looks like a tag; write "python:3.12-slim"'],
    [
      'acme/cli mirror/cli 2.0.52',
      '"2.0.52" looks like a tag; write "acme/cli:2.0.52 => mirror/cli:2.0.52"',
    ],
    [
      'acme/cli ghcr.io/acme/cli 2.0.52',
      '"2.0.52" looks like a tag; write "acme/cli:2.0.52 => ghcr.io/acme/cli:2.0.52"',
    ],
    [
      'nginx:1.25 linux/arm64',
      '"linux/arm64" is a platform; write "--platform=linux/arm64 nginx:1.25", or an object with platforms',
    ],
    [
      'redis:7    linux/amd64,linux/arm64',
      '"linux/amd64,linux/arm64" are platforms; write "--platform=linux/amd64,linux/arm64 redis:7"',
    ],
    [
      'docker pull nginx:1.25',
      '"docker pull" is a command, and a line holds references only; write "nginx:1.25"',
    ],
    ['podman pull -q nginx', 'write "nginx"'],
    ['docker tag a:1 ghcr.io/a:2', 'write "a:1 => ghcr.io/a:2"'],
    [
      'skopeo copy docker://alpine docker://ghcr.io/acme/alpine',
      '"skopeo copy" is a command, and a line holds references only; write "alpine => ghcr.io/acme/alpine"',
    ],
    ['docker buildx imagetools create alpine', '"docker buildx imagetools create" is a command'],
    ['FROM nginx', '"FROM" is a command, and a line holds references only; write "nginx"'],
    ['FROM nginx:1.25', 'write "nginx:1.25"'],
    [
      'pull nginx:1.25',
      '"pull" is a command, and a line holds references only; write "nginx:1.25"',
    ],
    [
      'alpine:3.20 base',
      '"base" may be a destination or not; write "=>" before the destinations, or name its host',
    ],
    [
      'github.com/orgs/acme/packages/container/app%2Fapi/123?tag=v1 => ghcr.io/b:1',
      'write "ghcr.io/acme/app/api:v1"',
    ],
    [
      'alpine => https://quay.io/repository/acme/app?tab=tags',
      'destination: a reference is no address of a page or of a registry\'s API; write "quay.io/acme/app"',
    ],
    ['alpine ghcr.io/acme/alpine other another', '"other" may be a destination or not'],
    [
      'linux/arm64 nginx:1.25',
      '"linux/arm64" is a platform; write "--platform=linux/arm64 nginx:1.25"',
    ],
    ['arm64 nginx:1.25', 'write "--platform=linux/arm64 nginx:1.25"'],
    ['nginx:1.25 s390x', 'write "--platform=linux/s390x nginx:1.25"'],
    [
      '--platform linux/amd64, linux/arm64 nginx:1.25',
      '"linux/amd64,linux/arm64" are platforms; write "--platform=linux/amd64,linux/arm64 nginx:1.25"',
    ],
    [
      'quay.io prometheus/prometheus:v3',
      '"quay.io" looks like a host; write "quay.io/prometheus/prometheus:v3", or "quay.io => prometheus/prometheus:v3" if it is an image',
    ],
    ['localhost:5000 app:1', 'write "localhost:5000/app:1"'],
    ['sudo docker pull nginx:1.25', '"docker pull" is a command'],
    ['$ docker pull nginx:1.25', '"docker pull" is a command'],
    ['docker pull nginx:1 && docker tag nginx:1 x.io/nginx:1', 'write "nginx:1"'],
    ['docker pull --platform linux/arm64 nginx', 'write "nginx"'],
    ['docker pull acme/app:$TAG', 'is a command, and a line holds references only'],
    [
      'skopeo copy --all docker://alpine docker://ghcr.io/acme/alpine',
      'write "alpine => ghcr.io/acme/alpine"',
    ],
    ['docker buildx imagetools create -t x.io/a:1 a:1', 'write "a:1 => x.io/a:1"'],
    ['FROM --platform=linux/arm64 nginx:1.25 AS web', 'write "nginx:1.25"'],
    ['* nginx:1.25', '"*" is too much before an image; write "nginx:1.25"'],
    ['2. nginx:1.25 => base', '"2." is too much before an image; write "nginx:1.25 => base"'],
    ['- nginx:1.25', '"-" is too much before an image; write "nginx:1.25"'],
    ['a:1 --> x.io/a', '"-->" is no separator; write "=>" or only a blank'],
    ['a:1 | x.io/a', '"|" is no separator'],
    ['a:1 ➜ x.io/a', '"➜" is no separator'],
    ['a:1 := x.io/a', '":=" is no separator'],
    ['null', '"null" is what is left of a value that is not there'],
    ['undefined', '"undefined" is what is left of a value that is not there'],
    ['Array', '"Array" is what an expression makes of a list; write it with toJSON(…)'],
    [`sha256:${'a'.repeat(64)}`, 'is a digest without its image; write repository@sha256:…'],
    [
      'tag a:1 x.io/a:2',
      '"tag" is a command, and a line holds references only; write "a:1 => x.io/a:2"',
    ],
    ['run a:1', '"run" is a command, and a line holds references only; write "a:1"'],
    ['copy a:1 x.io/a:2', 'write "a:1 => x.io/a:2"'],
    ['a:1 \\', '"\\" does not continue a line; write all of it in one'],
    ['a:1\\', '"\\" does not continue a line'],
    [
      `a:sha256:${'a'.repeat(64)}`,
      `a digest stands behind "@", and is written with a colon; write "a@sha256:${'a'.repeat(64)}"`,
    ],
    [`a@sha256-${'a'.repeat(64)} x.io/a:1`, `write "a@sha256:${'a'.repeat(64)}"`],
    ['docker-daemon:nginx:1', '"docker-daemon:" is no registry'],
  ])('what is not is an error: %s', (line, message) => {
    const problems = problemsOf(`nginx:0\n${line}`, 'docker.io', BASE)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^line 2: /)
    expect(problems[0]).toContain(message)
  })

  test('but a name with a dot is an image where the destination names its host', () => {
    expect(read('socket.io x.io/acme/socket.io', 'x.io/team')).toEqual([
      'x.io/team/socket.io:latest => x.io/acme/socket.io:latest',
    ])
  })

  test.each([
    ['windows/servercore x.io/acme/servercore', 'docker.io/windows/servercore:latest'],
    ['node.js:20 acme/node.js:20', 'docker.io/library/node.js:20'],
    ['sync x.io/acme/sync', 'docker.io/library/sync:latest'],
    ['run x.io:5000/acme/run:1', 'docker.io/library/run:latest'],
    ['amd64/debian x.io/acme/debian', 'docker.io/amd64/debian:latest'],
    ['docker:dind x.io/acme/docker', 'docker.io/library/docker:dind'],
  ])('nor is the name of an image a platform, a host or a command: %s', (line, source) => {
    expect(read(line, 'docker.io', BASE)).toEqual([expect.stringContaining(`${source} => `)])
  })

  test.each([
    '* PASSWORD=hunter2',
    '1. docker login -p hunter2 x.io',
    '> * TOKEN=hunter2',
    'x.io joe hunter2',
    'x.io joe:hunter2@y',
    '* https://joe:hunter2@x.io/a',
    'linux/amd64 joe:hunter2@x.io/a',
    'joe:hunter2@x.io/a linux/amd64',
  ])('nothing is proposed that could not be read, as it may be a secret: %s', (line) => {
    const [problem] = problemsOf(line, 'docker.io', BASE)
    expect(problem).toMatch(/is too much before an image$|looks like a host|is a platform/)
    expect(problem).not.toContain('hunter2')
  })

  test('bullets without end take no time', () => {
    expect(problemsOf('* '.repeat(100_000), 'docker.io', BASE)).toHaveLength(1)
  })

  test.each([
    'docker pull -u joe:hunter2 nginx',
    'podman pull --creds joe:hunter2 quay.io/acme/app',
    'skopeo copy --src-creds joe:hunter2 docker://a docker://b',
    'crane copy a:1 b:1 --password hunter2',
    'docker pull joe:hunter2@x.io/a',
    'skopeo copy docker://joe:hunter2@x.io/a docker://b',
    'pull https://joe:hunter2@x.io/a',
  ])('no password of a command is repeated: %s', (line) => {
    const problems = problemsOf(line, 'docker.io', BASE)
    expect(problems).toEqual([expect.stringContaining('is a command')])
    expect(problems.join()).not.toContain('hunter2')
  })

  test('in an item of a YAML list either', () => {
    expect(problemsOf('- python 3.12-slim', 'docker.io', BASE)[0]).toContain('looks like a tag')
  })

  test('and with it any word is a destination', () => {
    expect(read('python => 3.12-slim base', 'docker.io', BASE)).toEqual([
      'docker.io/library/python:latest => dst.example.org/mirror/3.12-slim:latest',
      'docker.io/library/python:latest => dst.example.org/mirror/base:latest',
    ])
  })
})

describe('what belongs to another language', () => {
  test.each([
    ['"nginx:1.25"', 'quotes are too much in a line; write "nginx:1.25" without them'],
    ["'redis:7'", 'quotes are too much'],
    ['`redis:7` => ghcr.io/acme/redis', 'quotes are too much'],
    ['// base images', '"//" begins no comment here; write "#"'],
    ['nginx:1.25 // the web', '"//" begins no comment here'],
    ['acme/installer:$VERSION', 'are not expanded here'],
    ['acme/installer:${VERSION} => ghcr.io/a', 'are not expanded here'],
    ['acme/installer:${{ github.ref_name }}', 'are not expanded here'],
    ['acme/installer:{{ .Values.tag }}', 'are not expanded here'],
    ['acme/installer:%TAG%', 'are not expanded here'],
    [
      'registry.example.com/a:latest=mirror.example.net:5000/a:latest',
      '"=" stands between two references; "=>" was meant',
    ],
    ['TOKEN=Tr0ub4dor', '"TOKEN=…" gives a value to a name; a line holds references only'],
    ['export TOKEN=Tr0ub4dor', '"TOKEN=…" gives a value to a name'],
    ['nginx:{tag} => ghcr.io/a', 'has braces; placeholders are for destinations'],
  ])('is an error: %s', (line, message) => {
    const problems = problemsOf(line, 'docker.io', BASE)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(message)
    expect(problems.join()).not.toContain('Tr0ub4dor')
  })

  test.each(['- {source: "app:$TAG"}', '- {source: app:1, destination: "x.io/app:$TAG"}'])(
    'is one in an object as well: %s',
    (text) => {
      expect(problemsOf(text, 'docker.io', BASE)).toEqual([
        expect.stringContaining('are not expanded here'),
      ])
    },
  )
})

describe('--platform before an image', () => {
  test('is the platforms of its line', () => {
    const text = [
      '--platform=linux/arm64 a:1',
      '--platform linux/amd64,linux/arm64 b:1 => x.io/b',
      'c:1',
      '--platform=all d:1 x.io/d',
    ]
    expect(read(text.join('\n'), 'docker.io', BASE)).toEqual([
      'docker.io/library/a:1 => dst.example.org/mirror/a:1 (linux/arm64)',
      'docker.io/library/b:1 => x.io/b:1 (linux/amd64 linux/arm64)',
      'docker.io/library/c:1 => dst.example.org/mirror/c:1',
      'docker.io/library/d:1 => x.io/d:1 (all)',
    ])
    expect(read('- --platform=linux/arm64 a:1', 'docker.io', BASE)).toEqual([
      'docker.io/library/a:1 => dst.example.org/mirror/a:1 (linux/arm64)',
    ])
  })

  test.each([
    ['--platform=linux/arm64', 'no image stands behind --platform'],
    ['--platform= a:1', 'platforms: no platform is named'],
    ['--platform=arm64 a:1', 'platforms: platform "arm64" is malformed'],
    ['a:1 --platform=linux/arm64', '--platform stands before the image that it is for'],
    ['--platform', '--platform stands before the image'],
    ['--plattform=linux/arm64 a:1', '"--plattform" is no option of a line; only --platform is'],
    ['a:1 --all', '"--all" is no option of a line'],
  ])('is refused where it is not right: %s', (line, message) => {
    const problems = problemsOf(line, 'docker.io', BASE)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(message)
  })
})
