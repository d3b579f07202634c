/**
 * Shows the action at work, without Docker, network or account: `npm run demo`. Two registries live
 * in this process; the action runs in its own, as a runner would start it. Ends with status 1 and a
 * sentence where anything is not as promised. An argument names the folder of another action.yml.
 */
import { generateKeyPairSync } from 'node:crypto'
import { runAction, type ActionResult } from './runner/action-runner.ts'
import { BrokenPromise, check } from './demo-promise.ts'
import { releaseTogether } from './demo-release.ts'
import { heading, logLines, outputLines, quoteLines, say, summaryLines } from './demo-text.ts'
import type { BuiltImage } from './image/image.ts'
import type { LayerSpec } from './image/layer.ts'
import { buildMultiPlatform } from './image/multi-platform.ts'
import { pullReferrers } from './image/pull-referrers.ts'
import { pullAndVerify, type PulledImage } from './image/pull.ts'
import { pushTo } from './image/push.ts'
import { buildBundle, giveReferrers } from './image/referrers.ts'
import { TestRegistry } from './registry/registry.ts'
import { keyBundle, statementOf, storedBundle } from './signing/bundles.ts'

const USER = 'demo'
const PASSWORD = 'correct-horse-battery-staple'

interface Stage {
  readonly source: TestRegistry
  readonly destination: TestRegistry
  readonly image: BuiltImage
  readonly inputs: Readonly<Record<string, string>>
}

async function demo() {
  await using source = await TestRegistry.start()
  await using destination = await TestRegistry.start({
    auth: { kind: 'basic', users: { [USER]: PASSWORD }, anonymousPull: true },
  })
  const image = buildMultiPlatform({
    platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'],
    attestations: true,
    layers: layersFor,
  })
  pushTo(source.store, 'acme/app', 'v1.2.0', image)
  const inputs = {
    images: `${source.host}/acme/app:v1.2.0 => ${destination.host}/production/app:v1.2.0`,
    'destination-username': USER,
    'destination-password': PASSWORD,
  }
  const stage: Stage = { source, destination, image, inputs }
  introduce(stage)
  const digest = await copy(stage)
  await copyAgain(stage, digest)
  await deploy(stage, digest)
  await copyWithTrust(stage)
  await verify(stage)
  await releaseTogether(runStep)
  say('', 'Everything is as promised.')
}

/** Tar archives as an image build makes them: a base that all platforms share, and a program. */
function layersFor(platform: string): LayerSpec[] {
  const words = Array.from({ length: 4000 }, (_, index) => `${platform} ${index * index}`)
  return [
    {
      files: {
        'etc/os-release': 'NAME="Demo Linux"\nVERSION_ID=12\n',
        'usr/share/licenses/demo': 'Do as you like.\n'.repeat(2000),
      },
      compression: 'gzip',
    },
    { files: { 'app/bin/server': words.join('\n') }, compression: 'zstd' },
  ]
}

function introduce({ source, destination, image, inputs }: Stage) {
  say('Image Sync: a demonstration')
  heading('The image, as it was built')
  say(`  ${source.host}/acme/app:v1.2.0 is an index of ${image.children.length} manifests:`, '')
  for (const { platform, layers, manifest } of image.children) {
    const name =
      platform?.os === 'unknown' ? 'attestation' : Object.values(platform ?? {}).join('/')
    const content =
      name === 'attestation' ? 'how it was built' : layers.map(compressionOf).join(' + ')
    say(`    ${name.padEnd(13)} ${short(manifest.digest)}  ${content}`)
  }
  say('', `  ${destination.host} has nothing yet, and wants a login from everybody who writes.`)
  heading('The step of the workflow')
  say('  - uses: OWNER/image-sync-action@v1', '    id: sync', '    with:')
  for (const [name, value] of Object.entries(inputs)) {
    say(`      ${name}: ${value === PASSWORD ? '${{ secrets.REGISTRY_PASSWORD }}' : value}`)
  }
}

async function copy({ image, inputs }: Stage): Promise<string> {
  const result = await runStep(inputs)
  heading('Its log')
  quoteLines(logLines(result.log))
  heading('Its outputs, for the steps that follow')
  quoteLines(outputLines(result.outputs))
  heading('Its summary, for the page of the job')
  quoteLines(summaryLines(result.summary))
  const { outputs } = result
  check(outputs['copied'] === '1', `1 image should be copied; it was ${outputs['copied']}`)
  const [copied] = JSON.parse(outputs['results'] ?? '[]') as {
    platforms?: Record<string, string>
  }[]
  const wanted = image.children.slice(0, 2)
  check(
    Object.values(copied?.platforms ?? {}).join() === wanted.map(digestOf).join(),
    'the copy should have the two images of the default platforms and nothing else',
  )
  return outputs['digest'] ?? ''
}

async function copyAgain({ destination, inputs }: Stage, digest: string) {
  destination.clearRequests()
  const { outputs, log } = await runStep(inputs)
  heading('The same step once more')
  quoteLines(log.filter((line) => line.startsWith('##[group]')).map((line) => line.slice(9)))
  const writes = destination.requests.filter(({ method }) => !['GET', 'HEAD'].includes(method))
  check(
    outputs['unchanged'] === '1' && outputs['digest'] === digest,
    'the second run should find the image unchanged, under the same digest',
  )
  check(writes.length === 0, `the second run should write nothing; it wrote ${writes.length} times`)
  say('', `  Requests to the destination: ${destination.requests.length} to look, none to write.`)
}

async function deploy({ destination, image }: Stage, digest: string) {
  heading('Deployed by digest, as a cluster would do it')
  const pulled = await pullAndVerify(destination.url, 'production/app', digest)
  say(`  Pulled ${destination.host}/production/app@${digest}`)
  const manifests = [pulled, ...pulled.children]
  check(pulled.children.length === 2, 'the index at the destination should have two images')
  for (const [index, child] of pulled.children.entries()) {
    const original = image.children[index]?.manifest
    check(original?.bytes.equals(child.bytes) === true, 'every image should keep all its bytes')
  }
  const blobs = new Map(manifests.flatMap(({ blobs: all }) => all.map((one) => [one.digest, one])))
  say(
    `  ${manifests.length} manifests, ${blobs.size} blobs, ${sizeOf(manifests, blobs)} bytes: ` +
      'every byte is what its digest says.',
  )
}

async function copyWithTrust({ source, destination, image, inputs }: Stage) {
  const [signed = image] = image.children
  const signature = buildBundle(signed)
  giveReferrers(source.store, 'acme/app', signed, [signature])
  const { log } = await runStep({ ...inputs, attestations: 'keep', referrers: 'all' })
  heading('With `attestations: keep` and `referrers: all`')
  quoteLines(logLines(log).filter((line) => /^v |referrers:|left out:/.test(line)))
  const pulled = await pullAndVerify(destination.url, 'production/app', 'v1.2.0')
  check(pulled.children.length === 4, 'the new index should have two images and their attestations')
  const found = await pullReferrers(destination.url, 'production/app', digestOf(signed))
  check(
    found.join() === digestOf(signature),
    'the signature should be found at the destination, and nothing else',
  )
  say(
    '',
    `  The index has ${pulled.children.length} entries now, and the signature of linux/amd64 is there.`,
  )
}

async function verify({ source, destination, image, inputs }: Stage) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const bundle = keyBundle(privateKey, statementOf(image.manifest))
  giveReferrers(source.store, 'acme/app', image, [storedBundle(image, bundle)])
  pushTo(source.store, 'acme/app', 'v1.3.0', buildMultiPlatform({ layers: layersFor }))
  const [signed, unsigned] = ['v1.2.0', 'v1.3.0'].map(
    (tag) => `${source.host}/acme/app:${tag} => ${destination.host}/verified/app:${tag}`,
  )
  const rule = JSON.stringify({ key: publicKey.export({ format: 'pem', type: 'spki' }) })
  const images = `${signed}\n${unsigned}`
  const { log } = await runStep({ ...inputs, images, verify: rule }, 1)
  heading('With `verify`: v1.2.0 is signed with the key of the rule, v1.3.0 is not signed')
  quoteLines(logLines(log).filter((line) => /^v |verified:|UNTRUSTED:/.test(line)))
  const tags = ['v1.2.0', 'v1.3.0'].map((tag) => destination.store.tag('verified/app', tag))
  check(tags[0] !== undefined, 'the image that is signed should be at the destination')
  check(tags[1] === undefined, 'the image that nobody vouches for should not be there')
}

async function runStep(inputs: Stage['inputs'], status = 0): Promise<ActionResult> {
  const folder = process.argv[2]
  const result = await runAction({ inputs, ...(folder === undefined ? {} : { action: folder }) })
  const { exitCode, annotations, stderr, unmaskedLog } = result
  const errors = annotations.filter(({ level }) => level === 'error').map(({ message }) => message)
  const reason = [...errors, stderr.trim()].find((text) => text !== '') ?? 'it does not say why'
  check(
    exitCode === status,
    `the step should ${status === 0 ? 'succeed' : 'fail'}; it ended with ${exitCode ?? 'a signal'}: ${reason}`,
  )
  check(
    !unmaskedLog.join('\n').includes(PASSWORD),
    'the password should never be in the log, masked or not',
  )
  return result
}

function sizeOf(manifests: readonly PulledImage[], blobs: ReadonlyMap<string, { size: number }>) {
  const parts = [...manifests, ...blobs.values()]
  return parts.reduce((sum, { size }) => sum + size, 0)
}

function compressionOf({ mediaType, size }: { mediaType: string; size: number }): string {
  return `${mediaType.replace(/^.*[.+]/, '')} layer of ${size} bytes`
}

function digestOf({ manifest }: BuiltImage): string {
  return manifest.digest
}

function short(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12)
}

try {
  await demo()
} catch (error) {
  const text = error instanceof BrokenPromise ? error.message : String(error)
  console.error(`\nThe demonstration failed: ${text}.`)
  process.exitCode = 1
}
