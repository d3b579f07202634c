import { generateKeyPairSync } from 'node:crypto'
import type { BuiltImage } from '../image/image.ts'
import { replyWith } from '../registry/faults.ts'
import { keyBundle, keylessBundle, SIGN_PREDICATE, statementOf } from '../signing/bundles.ts'
import { PrivateSigstore } from '../signing/sigstore.ts'
import { ECR, SummaryWorld } from './summary-world.ts'

/** A tag as long as they get. */
const LONG_TAG = `release-${'x'.repeat(40)}.${'0123456789'.repeat(7)}.final.1`

async function oneImage(world: SummaryWorld): Promise<string> {
  world.give('docker.io', 'library/alpine', '3.20', { bytes: 3_400_000 })
  return world.summary('alpine:3.20 => ghcr.io/acme/alpine:3.20')
}

async function threeImages(world: SummaryWorld): Promise<string> {
  world.give('docker.io', 'acme/app', 'v1.4.0', { bytes: 2_000_000, platforms: ['linux/amd64'] })
  world.giveSmall('quay.io', 'prometheus/node-exporter', 'v1.9.1')
  return world.summary(`
    acme/app:v1.4.0 => ghcr.io/acme/app:v1.4.0
    acme/app:v1.4.0 => ${ECR}/team-platform/production/app:${LONG_TAG}
    quay.io/prometheus/node-exporter:v1.9.1 => quay.io/acme/node-exporter:v1.9.1`)
}

/** Of forty images, twelve are there, some are not to be had, and some may not be written. */
async function fortyWithFailures(world: SummaryWorld): Promise<string> {
  const names = Array.from({ length: 40 }, (_, index) => `service-${index + 1}`)
  for (const [index, name] of names.entries()) {
    if (index % 9 === 4) continue
    world.give('ghcr.io', `acme/backend/${name}`, `sha-${index}1a2b3c4`, {
      bytes: 90_000 + 1_000 * index,
      platforms: index % 7 === 0 ? ['linux/amd64'] : ['linux/amd64', 'linux/arm64'],
    })
  }
  const lines = names.map(
    (name, index) =>
      `ghcr.io/acme/backend/${name}:sha-${index}1a2b3c4 => ${ECR}/production/backend/${name}:v2.${index}.0`,
  )
  await world.summary(lines.slice(0, 12).join('\n'))
  const denied = JSON.stringify({
    errors: [
      {
        code: 'DENIED',
        message:
          'User: arn:aws:sts::123456789012:assumed-role/publish is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:eu-central-1:123456789012:repository/production/backend because no identity-based policy allows the action',
      },
    ],
  })
  const refuse = replyWith(403, { body: denied, headers: { 'content-type': 'application/json' } })
  world.registry(ECR).fault({ method: 'POST', path: /service-(?:20|26|31)\/blobs/ }, refuse)
  return world.summary(lines.join('\n'))
}

async function twoThousand(world: SummaryWorld): Promise<string> {
  const lines = Array.from({ length: 2_000 }, (_, index) => {
    const name = `library-of-images/component-${index}`
    if (index % 50 > 0) world.giveSmall('quay.io', name, 'v1')
    return `quay.io/${name}:v1 => ${ECR}/mirror/${name}:v1`
  })
  return world.summary(lines.join('\n'))
}

async function dryRun(world: SummaryWorld): Promise<string> {
  world.give('docker.io', 'library/alpine', '3.20', { bytes: 3_400_000 })
  world.give('docker.io', 'library/node', '24-slim', {
    bytes: 2_100_000,
    platforms: ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'],
  })
  world.giveSmall('quay.io', 'prometheus/node-exporter', 'v1.9.1')
  world.giveSmall('docker.io', 'grafana/grafana', '12.1.0')
  await world.summary(`
    quay.io/prometheus/node-exporter:v1.9.1 => ghcr.io/acme/mirror/node-exporter:v1.9.1
    grafana/grafana:12.1.0 => ghcr.io/acme/mirror/node:24-slim`)
  return world.summary(
    `
    alpine:3.20 => ghcr.io/acme/mirror/alpine:3.20
    alpine:3.20 => ${ECR}/mirror/alpine:3.20
    node:24-slim => ghcr.io/acme/mirror/node:24-slim
    quay.io/prometheus/node-exporter:v1.9.1 => ghcr.io/acme/mirror/node-exporter:v1.9.1
    grafana/grafana:99 => ghcr.io/acme/mirror/grafana:99`,
    { 'dry-run': 'true', platforms: 'linux/amd64,linux/arm64,linux/arm/v7' },
  )
}

async function nothingToDo(world: SummaryWorld): Promise<string> {
  const lines = ['alpine', 'node', 'debian'].map((name) => {
    world.giveSmall('docker.io', `library/${name}`, 'stable')
    return `${name}:stable => ghcr.io/acme/mirror/${name}:stable`
  })
  await world.summary(lines.join('\n'))
  return world.summary(lines.join('\n'))
}

/** Signed with a key, by a workflow with a long name, not at all, and let through unseen. */
async function verified(world: SummaryWorld): Promise<string> {
  const [keys, sigstore] = [generateKeyPairSync('ed25519'), await PrivateSigstore.start()]
  const repository = 'https://github.com/acme/a-service-with-quite-a-long-name'
  const identity = `${repository}/.github/workflows/release-to-production.yml@refs/tags/v1.4.0`
  const issuer = 'https://token.actions.githubusercontent.com'
  const give = (name: string): BuiltImage => world.giveSmall('ghcr.io', name, 'v1.4.0')
  give('acme/unsigned')
  give('acme/internal')
  const keySigned = give('acme/keyed')
  world.sign(
    'ghcr.io',
    'acme/keyed',
    keySigned,
    keyBundle(keys.privateKey, statementOf(keySigned.manifest)),
  )
  const claims = { 12: repository, 14: 'refs/tags/v1.4.0', 16: 'https://github.com/acme' }
  for (const name of ['keyless', 'built'] as const) {
    const image = give(`acme/${name}`)
    const predicateType = name === 'built' ? 'https://slsa.dev/provenance/v1' : SIGN_PREDICATE
    const payload = statementOf({ ...image.manifest, predicateType })
    const bundle = await keylessBundle(sigstore, { identity, issuer, claims, payload })
    world.sign('ghcr.io', `acme/${name}`, image, bundle)
  }
  const pem = keys.publicKey.export({ format: 'pem', type: 'spki' })
  const root = JSON.stringify(sigstore.trustedRoot())
  const rules = [
    { images: 'ghcr.io/acme/keyless', identity, issuer, 'trusted-root': root },
    { images: 'ghcr.io/acme/built', github: 'acme/*', 'trusted-root': root },
    { images: 'ghcr.io/acme/internal', accept: true },
    { key: pem },
  ]
  const lines = ['keyed', 'keyless', 'built', 'internal', 'unsigned'].map(
    (name) => `ghcr.io/acme/${name}:v1.4.0 => ${ECR}/production/${name}:v1.4.0`,
  )
  return world.summary(lines.join('\n'), { verify: JSON.stringify(rules), referrers: 'all' })
}

/** A little of everything, as the README shows it. */
async function everything(world: SummaryWorld): Promise<string> {
  world.give('docker.io', 'library/alpine', '3.20', { bytes: 3_400_000 })
  world.give('ghcr.io', 'acme/app', 'sha-1a2b3c4', { bytes: 2_900_000, platforms: ['linux/amd64'] })
  world.giveSmall('quay.io', 'prometheus/node-exporter', 'v1.9.1')
  const exporter = 'quay.io/prometheus/node-exporter:v1.9.1 => ghcr.io/acme/node-exporter:v1.9.1'
  await world.summary(exporter)
  return world.summary(`
    alpine:3.20 => ghcr.io/acme/alpine:3.20
    ghcr.io/acme/app:sha-1a2b3c4 => ghcr.io/acme/app:v1.4.0 quay.io/acme/app:v1.4.0
    ${exporter}
    grafana/grafana:12.1.O => ghcr.io/acme/grafana:12.1.0`)
}

/** Summaries to look at, by name, each of a run of the action as it is in `dist/`. */
export const summaryCases = {
  'one-image': oneImage,
  'three-images': threeImages,
  'forty-with-failures': fortyWithFailures,
  'two-thousand': twoThousand,
  'dry-run': dryRun,
  'nothing-to-do': nothingToDo,
  verified,
  everything,
} as const

export async function summaryOf(name: keyof typeof summaryCases): Promise<string> {
  await using world = await SummaryWorld.start()
  return await summaryCases[name](world)
}
