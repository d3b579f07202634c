/**
 * `node benchmark/trust.ts`: what it costs to verify 20 images that are at their destination already, in time and in
 * requests to the source, with the committed bundle; beside `cosign verify`, one after the other, where cosign is in
 * PATH. The registries are those of the testkit, on loopback, in this process, and answer 30 ms late.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { generateKeyPairSync } from 'node:crypto'
import { buildImage } from '../testkit/image/image.ts'
import { pushTo } from '../testkit/image/push.ts'
import { giveReferrers } from '../testkit/image/referrers.ts'
import type { Middleware } from '../testkit/registry/exchange.ts'
import { TestRegistry } from '../testkit/registry/registry.ts'
import { runAction } from '../testkit/runner/action-runner.ts'
import { findProgram } from '../testkit/servers/programs.ts'
import { keyBundle, keylessBundle, statementOf, storedBundle } from '../testkit/signing/bundles.ts'
import { PrivateSigstore } from '../testkit/signing/sigstore.ts'

const IMAGES = 20
const RUNS = 3
const LATENCY_MS = 30
const WHO = { identity: 'dev@example.com', issuer: 'https://issuer.example.com' }

const late: Middleware = async (_request, next) => {
  await setTimeout(LATENCY_MS)
  return next()
}

const [source, destination] = [
  await TestRegistry.start({ middleware: [late] }),
  await TestRegistry.start({ middleware: [late] }),
]
try {
  await measure()
} finally {
  await source.close()
  await destination.close()
}

async function measure(): Promise<void> {
  const sigstore = await PrivateSigstore.start()
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = Array.from({ length: IMAGES }, (_, index) => `service-${index}`)
  for (const name of names) {
    const image = buildImage({ config: { author: name } })
    for (const [{ store }, place] of [
      [source, 'acme'],
      [destination, 'prod'],
    ] as const) {
      pushTo(store, `${place}/${name}`, 'v1', image)
    }
    const payload = statementOf(image.manifest)
    const bundles = [
      await keylessBundle(sigstore, { ...WHO, payload }),
      keyBundle(privateKey, payload),
    ]
    for (const bundle of bundles) {
      giveReferrers(source.store, `acme/${name}`, image, [storedBundle(image, bundle)])
    }
  }
  const root = JSON.stringify(sigstore.trustedRoot())
  await tell('no rules', names, undefined)
  await tell('accept: true', names, { accept: true })
  await tell('a key', names, { key: publicKey.export({ format: 'pem', type: 'spki' }) })
  await tell('an identity', names, { ...WHO, 'trusted-root': root })
  await tellCosign(names, root)
}

/** The quickest of several runs: what else the machine does only adds to it. */
async function tell(
  what: string,
  names: readonly string[],
  rule: object | undefined,
): Promise<void> {
  const lines = names.map(
    (name) => `${source.host}/acme/${name}:v1 => ${destination.host}/prod/${name}:v1`,
  )
  const inputs = {
    images: lines.join('\n'),
    ...(rule !== undefined && { verify: JSON.stringify(rule) }),
  }
  const seconds: number[] = []
  for (let run = 0; run < RUNS; run++) {
    source.clearRequests()
    const startedAt = performance.now()
    const { exitCode, outputs, log } = await runAction({ inputs })
    seconds.push((performance.now() - startedAt) / 1000)
    if (exitCode !== 0 || outputs['unchanged'] !== String(IMAGES)) throw new Error(log.join('\n'))
  }
  print(what, seconds)
}

/** As a loop of a shell does it. */
async function tellCosign(names: readonly string[], root: string): Promise<void> {
  const cosign = findProgram('cosign')
  if (cosign === undefined) {
    console.log('cosign is not in PATH: left out')
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'trust-'))
  try {
    const file = join(folder, 'trusted_root.json')
    await writeFile(file, root)
    const flags = ['--trusted-root', file, '--new-bundle-format', '--allow-http-registry']
    const who = ['--certificate-identity', WHO.identity, '--certificate-oidc-issuer', WHO.issuer]
    source.clearRequests()
    const startedAt = performance.now()
    for (const name of names) {
      const image = `${source.host}/acme/${name}:v1`
      await promisify(execFile)(cosign, ['verify', ...flags, ...who, image])
    }
    print('cosign verify, one after the other', [(performance.now() - startedAt) / 1000])
  } finally {
    await rm(folder, { recursive: true })
  }
}

function print(what: string, seconds: readonly number[]): void {
  const { length } = source.requests
  console.log(`${what}: ${Math.min(...seconds).toFixed(2)} s, ${length} requests to the source`)
}
