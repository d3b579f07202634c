import { describe, expect, test } from '@jest/globals'
import { parseImageList } from '../../../src/sync/image-list.ts'
import { basesOf, problemsOf, show } from './printed.ts'

const BASE = 'x.io'
const DIGEST = `sha256:${'a'.repeat(64)}`
const OTHER = `sha256:${'b'.repeat(64)}`
const SECRET = 'Tr0ub4dor&3'

/** What a list comes to, each with its line, and what the log is told. */
function readWithNotes(text: string) {
  const notes: string[] = []
  const items = parseImageList(text, basesOf('docker.io', BASE), {
    note: (note) => notes.push(note),
  })
  return { items: items.map((item) => `${item.line}: ${show(item)}`), notes }
}

function problems(text: string): string[] {
  return problemsOf(text, 'docker.io', BASE)
}

describe("image-syncer's mapping", () => {
  test('gives a pair for each tag and destination', () => {
    const text = `# images.yaml
quay.io/acme/proxy:v1.0: registry.example.com/acme/proxy
quay.io/acme/proxy:v1.1,v2.0: registry.example.com/acme/proxy
quay.io/acme/proxy:v1.2:
  - registry.example.com/acme/proxy1
  - registry.example.com/acme/proxy2:stable
"quay.io/acme/other:v3,v4": "registry.example.com/acme/other:three,four"
k8s.example.com/pause:3.7:
quay.io/acme/app@${DIGEST}: registry.example.com/acme/app
quay.io/acme/all:*: registry.example.com/acme/all
nginx:1.25: x.io/web
nginx:1.26: mirror/web
`
    expect(readWithNotes(text)).toEqual({
      items: [
        '2: quay.io/acme/proxy:v1.0 => registry.example.com/acme/proxy:v1.0',
        '3: quay.io/acme/proxy:v1.1 => registry.example.com/acme/proxy:v1.1',
        '3: quay.io/acme/proxy:v2.0 => registry.example.com/acme/proxy:v2.0',
        '4: quay.io/acme/proxy:v1.2 => registry.example.com/acme/proxy1:v1.2',
        '4: quay.io/acme/proxy:v1.2 => registry.example.com/acme/proxy2:stable',
        '7: quay.io/acme/other:v3 => registry.example.com/acme/other:three',
        '7: quay.io/acme/other:v4 => registry.example.com/acme/other:four',
        '8: k8s.example.com/pause:3.7 => x.io/pause:3.7',
        `9: quay.io/acme/app@${DIGEST} => registry.example.com/acme/app`,
        '10: quay.io/acme/all [*] => registry.example.com/acme/all:any',
        '11: docker.io/library/nginx:1.25 => x.io/web:1.25',
        '12: docker.io/library/nginx:1.26 => x.io/mirror/web:1.26',
      ],
      notes: ['read as a mapping of sources to destinations'],
    })
  })

  test('may be JSON', () => {
    expect(readWithNotes('{"quay.io/a/b:1": "y.io/b", "quay.io/a/c:1": ["y.io/c"]}').items).toEqual(
      ['1: quay.io/a/b:1 => y.io/b:1', '1: quay.io/a/c:1 => y.io/c:1'],
    )
  })

  test.each([
    [
      'quay.io/acme/all: y.io/all',
      '"quay.io/acme/all" has no tag, by which image-syncer means all of them; write "quay.io/acme/all:*", or a tag',
    ],
    ['quay.io/acme/proxy:/a+/: y.io/proxy', 'has a pattern between slashes; write an object'],
    ['quay.io/a/b:: y.io/b', '"quay.io/a/b:" names no tag behind its colon'],
    ['quay.io/a/b:1,: y.io/b', '"quay.io/a/b:1," names no tag behind its comma'],
    ['quay.io/a/b:1,2: y.io/b:1,2,3', 'the destination has 3 tags, and the source 2'],
    ['quay.io/a/b:1,2: y.io/b:x', 'y.io/b:x is the destination of line 1 already'],
    ['quay.io/a/b:1: [7]', 'destination: YAML does not read "7" as text'],
    ['quay.io/a/b:1: []', 'destination is empty'],
    [`localhost:5000: ${SECRET}`, 'a destination in this notation is a repository with its host'],
  ])('is refused where it cannot be meant: %s', (text, message) => {
    const found = problems(`nginx:1: y.io/nginx\n${text}`)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^line 2: /)
    expect(found[0]).toContain(message.replace('line 1', 'line 2'))
    expect(found[0]).not.toContain(SECRET)
  })
})

describe('a mapping with the key images', () => {
  test('is the list that stands there', () => {
    const text = `images:
  - nginx:1.25
  - redis:7 => y.io/redis
  - source: acme/app
    tags: [1.0, 1.1]
`
    expect(readWithNotes(text)).toEqual({
      items: [
        '2: docker.io/library/nginx:1.25 => x.io/nginx:1.25',
        '3: docker.io/library/redis:7 => y.io/redis:7',
        '4: docker.io/acme/app:1.0 => x.io/acme/app:1.0',
        '4: docker.io/acme/app:1.1 => x.io/acme/app:1.1',
      ],
      notes: ['read as a mapping with the key images'],
    })
  })

  test('may have keys beside it that begin with "x-"', () => {
    const text = `x-common: &common
  platforms: all
images:
  - <<: *common
    source: alpine:3
`
    expect(readWithNotes(text)).toEqual({
      items: ['4: docker.io/library/alpine:3 => x.io/alpine:3 (all)'],
      notes: ['read as a mapping with the key images; not read: "x-common"'],
    })
  })

  test('is refused where no list stands there', () => {
    expect(problems('images: nginx')).toEqual(['line 1: images: expected a list of images'])
  })
})

describe('a regsync file', () => {
  const text = `version: 1
creds:
  - registry: docker.io
    user: joe
    pass: ${SECRET}
defaults:
  parallel: 2
sync:
  - source: busybox:1.36
    target: y.io/library/busybox:1.36
    type: image
  - source: busybox
    target: y.io/busybox
    type: image
    interval: 60m
  - source: alpine
    target: y.io/library/alpine
    type: repository
    platforms: [linux/amd64, linux/arm64]
    tags:
      allow:
        - 3
        - 3.20
        - "edge"
`

  test('gives its images, and the log the names of what is not read', () => {
    expect(readWithNotes(text)).toEqual({
      items: [
        '9: docker.io/library/busybox:1.36 => y.io/library/busybox:1.36',
        '12: docker.io/library/busybox:latest => y.io/busybox:latest',
        '16: docker.io/library/alpine:3 => y.io/library/alpine:3 (linux/amd64 linux/arm64)',
        '16: docker.io/library/alpine:3.20 => y.io/library/alpine:3.20 (linux/amd64 linux/arm64)',
        '16: docker.io/library/alpine:edge => y.io/library/alpine:edge (linux/amd64 linux/arm64)',
      ],
      notes: ['read as a regsync file; not read: "creds", "defaults", "interval"'],
    })
  })

  test.each([
    [
      '{source: alpine, target: y.io/a, type: repository, tags: {allow: ["3\\\\.\\\\d+"]}}',
      'have the pattern "3\\\\.\\\\d+", which is not read; write an object: {source: alpine, destination: y.io/a, tags: {match: …}}',
    ],
    [
      '{source: alpine, target: y.io/a, type: repository, tags: {allow: ["3"], deny: ["3.1"]}}',
      'have deny, which is not read; write an object: {source: alpine, destination: y.io/a, tags: {match: …, exclude: …}}',
    ],
    [
      '{source: alpine, target: y.io/a, type: repository}',
      "means all of them; write an object: {source: alpine, destination: y.io/a, tags: ['*']}",
    ],
    [
      '{source: docker.io, target: y.io, type: registry}',
      'only entries of the types image and repository',
    ],
    ['{source: alpine, target: y.io/a}', 'only entries of the types image and repository'],
    ['{target: y.io/a, type: image}', 'a sync entry has a source and a target'],
    [
      '{source: a, target: y.io/a, type: repository, tags: {allow: [b]}, tagSets: [{allow: [c]}]}',
      'the entry has tagSets, which are not read; write an object: {source: a, destination: y.io/a, tags: {match: …, exclude: …}} for each',
    ],
    ['{source: "a:{{ .Tag }}", target: y.io/a, type: image}', 'templates are not filled in here'],
    ['busybox', 'sync: expected an object with source and target'],
  ])('is refused at the line of an entry that cannot be read: %s', (entry, message) => {
    const found = problems(`${text}  - ${entry}\n`)
    expect(found).toEqual([expect.stringMatching(/^line 25: /)])
    expect(found[0]).toContain(message)
    expect(found.join()).not.toContain(SECRET)
  })

  test('may share what its entries have in common', () => {
    const file = `version: 1
x-arm: &arm
  type: image
  platforms: [linux/arm64]
sync:
  - <<: *arm
    source: busybox:1.36
    target: registry.example.com/busybox:1.36
`
    expect(readWithNotes(file)).toEqual({
      items: [
        '6: docker.io/library/busybox:1.36 => registry.example.com/busybox:1.36 (linux/arm64)',
      ],
      notes: ['read as a regsync file; not read: "x-arm"'],
    })
  })

  test('tells what it does not read although something else is wrong', () => {
    const notes: string[] = []
    const bad = text.replace('type: image', 'type: registry')
    const options = { note: (note: string) => notes.push(note) }
    expect(() => parseImageList(bad, basesOf('docker.io', BASE), options)).toThrow('only entries')
    expect(notes.join()).toContain('"creds"')
  })
})

describe('locks', () => {
  test("imgpkg's ImagesLock gives its images whole", () => {
    const text = `---
apiVersion: imgpkg.carvel.dev/v1alpha1
kind: ImagesLock
images:
- image: index.docker.io/acme/app@${DIGEST}
  annotations:
    kbld.carvel.dev/id: docker.io/acme/app
- image: quay.io/acme/other@${OTHER}
`
    expect(readWithNotes(text)).toEqual({
      items: [
        `5: docker.io/acme/app@${DIGEST} => x.io/acme/app (all)`,
        `8: quay.io/acme/other@${OTHER} => x.io/acme/other (all)`,
      ],
      notes: ["read as imgpkg's ImagesLock (platforms: all)"],
    })
  })

  test("imgpkg's BundleLock gives its bundle, with its tag", () => {
    const text = `apiVersion: imgpkg.carvel.dev/v1alpha1
kind: BundleLock
bundle:
  image: quay.io/acme/bundle@${DIGEST}
  tag: v1.0
`
    expect(readWithNotes(text).items).toEqual([
      `3: quay.io/acme/bundle:v1.0@${DIGEST} => x.io/acme/bundle:v1.0 (all)`,
    ])
  })

  test("kbld's lock gives the images that take the place of others", () => {
    const text = `apiVersion: kbld.k14s.io/v1alpha1
kind: Config
minimumRequiredVersion: 0.30.0
overrides:
- image: caddy
  newImage: index.docker.io/library/caddy@${DIGEST}
  preresolved: true
`
    expect(readWithNotes(text)).toEqual({
      items: [`5: docker.io/library/caddy@${DIGEST} => x.io/caddy (all)`],
      notes: ['read as kbld\'s lock (platforms: all); not read: "minimumRequiredVersion"'],
    })
  })

  test.each([
    [
      `apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- name: a`,
      'line 4: image is empty',
    ],
    [
      `apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- a`,
      'line 4: expected an object with image',
    ],
    [
      `apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: BundleLock\nimages: []`,
      'line 1: the lock has no bundle',
    ],
    [
      `apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages: a`,
      'line 3: images: expected a list of objects',
    ],
    [
      `apiVersion: kbld.k14s.io/v1alpha1\nkind: Config\noverrides: []`,
      'line 1: the list names no image',
    ],
  ])('are refused where they are broken: %j', (text, message) => {
    expect(problems(text)).toEqual([expect.stringContaining(message)])
  })
})

describe("the image promoter's lists", () => {
  test('give each digest under its tags, and by digest where it has none', () => {
    const text = `- name: kube-apiserver
  dmap:
    "${DIGEST}": ["v1.18.0", "v1.18"]
    "${OTHER}": []
`
    expect(readWithNotes(text)).toEqual({
      items: [
        `3: docker.io/library/kube-apiserver:v1.18.0@${DIGEST} => x.io/kube-apiserver:v1.18.0 (all)`,
        `3: docker.io/library/kube-apiserver:v1.18@${DIGEST} => x.io/kube-apiserver:v1.18 (all)`,
        `4: docker.io/library/kube-apiserver@${OTHER} => x.io/kube-apiserver (all)`,
      ],
      notes: ['read as a list of the image promoter (platforms: all)'],
    })
  })

  test('give them from and to the registries of a manifest', () => {
    const text = `registries:
- name: gcr.io/staging
  src: true
- name: eu.gcr.io/prod
  service-account: promoter@acme.example
- name: us.gcr.io/prod
  src: false
images:
- name: app
  dmap:
    "${DIGEST}": ["v1"]
`
    expect(readWithNotes(text).items).toEqual([
      `11: gcr.io/staging/app:v1@${DIGEST} => eu.gcr.io/prod/app:v1 (all)`,
      `11: gcr.io/staging/app:v1@${DIGEST} => us.gcr.io/prod/app:v1 (all)`,
    ])
  })

  test.each([
    ['- {name: app, dmap: {v1: [a]}}', 'dmap: a key is a digest, sha256: and 64 characters'],
    ['- {name: app, dmap: [a]}', 'dmap: expected a mapping of digests to lists of tags'],
    ['- {dmap: {}}', 'name is empty'],
    [
      'registries: [{name: a.io/b}]\nimages: [{name: app, dmap: {}}]',
      'registries: none of them is the source (src: true)',
    ],
  ])('are refused where they are broken: %s', (text, message) => {
    expect(problems(text)[0]).toContain(message)
  })
})

describe('a file of another program', () => {
  test.each([
    [
      'a skopeo sync file',
      `quay.io:\n  images:\n    acme/proxy: ["1.0"]\n  credentials:\n    username: joe\n    password: ${SECRET}\n`,
    ],
    [
      'a dregsy configuration',
      `relay: skopeo\ntasks:\n- name: a\n  source:\n    auth: ${SECRET}\n`,
    ],
    [
      'a compose file',
      `services:\n  db:\n    image: postgres:16\n    environment:\n      PASSWORD: ${SECRET}\n`,
    ],
    ['a Kubernetes manifest', `apiVersion: v1\nkind: Secret\nstringData:\n  password: ${SECRET}\n`],
    ['a Docker configuration', `{"auths": {"quay.io": {"auth": "${SECRET}"}}}`],
    ['a list of logins', `registry: quay.io\nusername: joe\npassword: ${SECRET}\n`],
    ['a workflow', `on: push\njobs:\n  a:\n    env: {A: ${SECRET}}\n`],
    ['a YAML mapping with the keys "user", "password"', `user: joe\npassword: ${SECRET}\n`],
    [
      'a YAML mapping with the keys "quay.io/acme"',
      `quay.io/acme:\n  username: joe\n  password: ${SECRET}\n`,
    ],
  ])('is one error that names it, and no value of it: %s', (what, text) => {
    const found = problems(`# of another program\n${text}`)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`line 2: this is ${what}, which is not read; `)
    expect(found[0]).not.toContain(SECRET)
  })

  test('is one error where it is a Dockerfile', () => {
    expect(problems(`FROM nginx:1.25\nENV TOKEN ${SECRET}\n`)).toEqual([
      'line 1: this is a Dockerfile, which is not read; write a list: one image a line, SOURCE => DESTINATION',
    ])
  })

  test('is one error where its values are no YAML', () => {
    const found = problems(`user: joe\npassword: "${SECRET}" ${SECRET}\n`)
    expect(found).toHaveLength(1)
    expect(found[0]).not.toContain(SECRET)
  })

  test('is one error where it is a list of logins', () => {
    const found = problems(`- registry: quay.io\n  username: joe\n  password: ${SECRET}\n`)
    expect(found).toEqual([
      expect.stringContaining('unknown keys "registry", "username", "password"'),
    ])
  })

  test('repeats no line of a secret that lies outside of its place', () => {
    const found = problems(`- registry: ghcr.io\n  password: |\n${SECRET}\n`)
    expect(found.join()).toContain('line 3: not readable as YAML')
    expect(found.join()).not.toContain(SECRET)
  })

  test('is one error where it has several documents', () => {
    const several = 'a second YAML document begins here; an image list is one document'
    expect(problems(`kind: A\n---\nkind: B\n---\nkind: C\n`)).toEqual([`line 2: ${several}`])
    expect(problems(`apiVersion: v1\nkind: Secret\ndata: {a: ${SECRET}}\n---\nkind: B\n`)).toEqual([
      `line 4: ${several}, and the first one is a Kubernetes manifest`,
    ])
    for (const [first, name] of [
      ['sync: []', 'a regsync file'],
      ['apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock', "imgpkg's ImagesLock"],
      ['apiVersion: kbld.k14s.io/v1alpha1\nkind: Config\noverrides: []', "kbld's lock"],
      ['name: app\ndmap: {}', 'an entry of the image promoter'],
    ]) {
      expect(problems(`${first}\n---\nkind: B\n`)).toEqual([
        expect.stringContaining(`${several}, and the first one is ${name}`),
      ])
    }
  })
})

describe('an object', () => {
  test.each([
    ['src', 'source'],
    ['from', 'source'],
    ['name', 'source'],
    ['image', 'source'],
    ['Source', 'source'],
  ])('with the key %s gets "did you mean %s"', (key, meant) => {
    expect(problems(`- ${key}: nginx:1.25\n`)).toEqual([
      `line 1: unknown key "${key}"; did you mean ${meant}? source, destination, platforms, tags, referrers, on-lost-referrers and attestations are accepted`,
    ])
  })

  test('by itself gets it too', () => {
    expect(problems('image: nginx:1.25\nto: x.io/a\n')).toEqual([
      expect.stringContaining('did you mean source and destination?'),
    ])
  })

  test.each([
    ['dst', 'destination'],
    ['to', 'destination'],
    ['destinations', 'destination'],
    ['target', 'destination'],
    ['platform', 'platforms'],
    ['tag', 'tags'],
    ['Platforms', 'platforms'],
    ['on_lost_referrers', 'on-lost-referrers'],
    ['onLostReferrers', 'on-lost-referrers'],
  ])('with the key %s beside source gets "did you mean %s"', (key, meant) => {
    expect(problems(`- source: nginx:1.25\n  ${key}: a\n`)).toEqual([
      expect.stringContaining(`unknown key "${key}"; did you mean ${meant}?`),
    ])
  })
})
