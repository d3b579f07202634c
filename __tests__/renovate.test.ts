import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { parseImageList } from '../src/sync/image-list.ts'
import { fencesOf } from './markdown.ts'

interface Config {
  readonly customManagers: readonly {
    readonly managerFilePatterns: readonly string[]
    readonly matchStrings: readonly string[]
  }[]
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const recipe = fencesOf(readFileSync(join(root, 'docs/image-list.md'), 'utf8')).find(
  ({ info }) => info === 'renovate',
)
const [manager] = (JSON.parse(recipe?.text ?? '{}') as Config).customManagers
const DIGEST = `sha256:${'a'.repeat(64)}`

/** What Renovate finds with the recipe: it goes through the file with each of the expressions. */
function found(text: string): readonly string[] {
  expect(() => parseImageList(text, bases)).not.toThrow()
  return (manager?.matchStrings ?? []).flatMap((expression) =>
    [...text.matchAll(new RegExp(expression, 'g'))].map(({ groups = {} }) =>
      [groups['depName'], groups['currentValue'], groups['currentDigest']]
        .filter(Boolean)
        .join(' '),
    ),
  )
}

const bases = {
  source: { registry: 'docker.io' },
  destination: { registry: 'ghcr.io', prefix: 'acme' },
}

describe('the recipe for Renovate', () => {
  test('finds the sources of lines, and nothing else', () => {
    const text = `# base images, as of 12:30
alpine:3.20
node:24-slim                       # the runtime: slim
grafana/grafana:12.1.0 => grafana
quay.io/prometheus/node-exporter:v1.9.1, ghcr.io/acme/exporter
localhost:5000/app:1.2 => ghcr.io/acme/app
--platform=linux/arm64 redis:8.2@${DIGEST} => ghcr.io/acme/redis
--platform linux/amd64,linux/arm64 memcached:1.6
quay.io/prometheus/prometheus:v3.* => ghcr.io/acme/prometheus
busybox
debian@${DIGEST} => ghcr.io/acme/debian
`
    expect(found(text)).toEqual([
      'alpine 3.20',
      'node 24-slim',
      'grafana/grafana 12.1.0',
      'quay.io/prometheus/node-exporter v1.9.1',
      'localhost:5000/app 1.2',
      `redis 8.2 ${DIGEST}`,
      'memcached 1.6',
    ])
  })

  test('finds the sources of a YAML list, and nothing else', () => {
    const text = `- nginx:1.29.1
- source: postgres:17
  destination: ghcr.io/acme/postgres:17-mirror
  platforms: [linux/amd64]
- destination: ghcr.io/acme/valkey
  source: valkey/valkey:8.1
- source: quay.io/acme/app
  tags: { match: 'v*', newest: 5 }
`
    expect(found(text)).toEqual(['nginx 1.29.1', 'postgres 17', 'valkey/valkey 8.1'])
  })

  test('is for the file that the README shows', () => {
    const [pattern = ''] = manager?.managerFilePatterns ?? []
    expect(new RegExp(pattern.slice(1, -1)).test('mirror/images.txt')).toBe(true)
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(
      'images-file: mirror/images.txt',
    )
  })
})
