import { expect } from '@jest/globals'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { allImages } from '../../testkit/image/multi-platform.ts'
import { digestOf, rehash, algorithmOf } from '../../testkit/registry/content.ts'
import { pullAllReferrers } from '../../testkit/image/pull-referrers.ts'
import { tagOf } from '../../testkit/image/referrers.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import type { Cell } from './table.ts'
import {
  cosignImage,
  index,
  logins,
  previous,
  roles,
  sbom,
  signature,
  type FaultWorld,
  type RunRecord,
} from './world.ts'

/** What every cell is checked for after its run, for the page. */
export const invariants = {
  bytes:
    'Every blob and manifest that the destination completed has the digest that it is called by, and no upload of other bytes was closed.',
  tag: 'The tag shows the image of before, untouched, or the new one, which is then pulled whole and verified by code that is not the action’s. It is written once at most.',
  referrers:
    'Where signatures belong to the image and are to come along, all of them are there and found when the tag shows the new image.',
  outputs:
    'The outputs say what the destination holds: the digest of the tag after a success, nothing after a failure, which has one sentence that names the side.',
  secrets:
    'No password, token or signature is in the log, the annotations, the outputs or the summary, none goes to the other registry, and none to a host that a registry only points to.',
  bounds:
    'The run ends by itself, after a bounded number of requests and, by the clock of the test, of minutes.',
} as const

/** An image for two platforms takes about thirty requests; each is tried six times at most. */
const MAX_REQUESTS = 200
/** Five pauses of the longest kind that a registry may ask for, and some of our own. */
const MAX_MINUTES = 15

export async function expectInvariants(world: FaultWorld, run: RunRecord, cell: Cell) {
  expectBytes(world, cell)
  await expectTags(world, run, cell)
  await expectReferrers(world, run)
  expectOutputs(world, run, cell)
  expectNoSecrets(world, run)
  expectBounds(world)
}

function expectBytes({ destination, source, options }: FaultWorld, cell: Cell) {
  const { store } = destination
  const known = new Set<string>()
  for (const { name, blobs, manifests } of store.repositories.values()) {
    for (const [digest, content] of blobs) {
      expect(rehash(content.read(), algorithmOf(digest))).toBe(digest)
    }
    if (options.oneRegistry === true && name === 'acme/app') continue
    for (const [digest, { bytes }] of manifests) {
      expect(digestOf(bytes, algorithmOf(digest))).toBe(digest)
      known.add(digest)
    }
  }
  for (const digest of store.completedManifests()) expect(known).toContain(digest)
  if (cell.spoiltOnArrival !== true) expect(store.eventsOf('upload-refused')).toEqual([])
  expect(
    source.store.eventsOf('manifest').filter(({ repository }) => repository === 'acme/app'),
  ).toEqual([])
}

async function expectTags(world: FaultWorld, { report }: RunRecord, cell: Cell) {
  const { destination, window, image } = world
  const tag = 'v1'
  for (const [at, { to: repository }] of world.pairs.entries()) {
    const result = report.results[at]
    const shown = destination.store.tag(repository, tag)
    const pulled = await pullAndVerify(window.url, repository, tag)
    expect(pulled.digest).toBe(shown)
    const all = destination.store.tagWrites(repository)
    const writes = all.filter((write) => write.tag === tag)
    const isOld = shown === previous.manifest.digest
    if (isOld && result?.status === 'failed') {
      expect(writes).toEqual([])
      continue
    }
    expect(result?.status === 'copied' || cell.tagMayBeWritten === true).toBe(true)
    expect(new Set(writes.map(({ digest }) => digest))).toEqual(new Set([shown]))
    if (result?.status === 'copied') expect(result.digest).toBe(shown)
    const images = new Set(allImages(image).map(({ manifest }) => manifest.digest))
    const below =
      pulled.children.length === 0 ? [pulled.digest] : pulled.children.map((one) => one.digest)
    for (const digest of below) expect(images).toContain(digest)
  }
}

async function expectReferrers({ options, window }: FaultWorld, { report }: RunRecord) {
  const [result] = report.results
  if (options.signed !== true || result?.status !== 'copied') return
  const repository = 'prod/app'
  const subjects = allImages(index).map(({ manifest }) => manifest.digest)
  const found = await pullAllReferrers(window.url, repository, subjects)
  for (const { manifest } of [signature, sbom]) expect(found).toContain(manifest.digest)
  const pulled = await pullAndVerify(window.url, repository, tagOf(index, 'sig'))
  expect(pulled.digest).toBe(cosignImage.manifest.digest)
}

function expectOutputs(world: FaultWorld, { report, outputs }: RunRecord, cell: Cell) {
  const digests = JSON.parse(outputs['digests'] ?? '') as Record<string, string>
  const copied = report.results.filter(({ status }) => status === 'copied')
  expect(digests).toEqual(
    Object.fromEntries(copied.map(({ destination, digest }) => [destination, digest])),
  )
  expect(outputs['digest']).toBe(report.results[0]?.digest ?? '')
  expect(outputs['failed']).toBe(String(report.results.length - copied.length))
  const shown = world.pairs.map(({ to }) => world.destination.store.tag(to, 'v1'))
  const isMoved = shown.some((digest) => digest !== previous.manifest.digest)
  // Where looks are lies, nobody can tell.
  if (cell.tagMayBeWritten !== true) expect(outputs['changed']).toBe(String(isMoved))
  for (const { status, error, digest } of report.results) {
    expect(error === undefined).toBe(status !== 'failed')
    if (error === undefined) continue
    expect(digest).toBeUndefined()
    expect(error.message).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{20,4096}$/u)
  }
}

function expectNoSecrets(world: FaultWorld, { told }: RunRecord) {
  const all = [...world.secrets, ...tokensOf(world.source), ...tokensOf(world.destination)]
  // Not the text itself: a test that fails prints it.
  const leaks = [...all, ...world.signatures].filter((secret) => told.includes(secret))
  expect(leaks).toEqual([])
  for (const role of roles) {
    const other = role === 'source' ? 'destination' : 'source'
    if (world.source === world.destination) continue
    const { username, password } = logins[role]
    const basic = Buffer.from(`${username}:${password}`).toString('base64')
    const sent = JSON.stringify(world.at(other).requests)
    for (const secret of [password, basic, ...tokensOf(world.at(role))]) {
      expect(sent).not.toContain(secret)
    }
  }
  for (const { requests } of world.strangers) {
    const sent = JSON.stringify(requests)
    for (const secret of all) expect(sent).not.toContain(secret)
    for (const { headers } of requests) expect(headers.authorization).toBeUndefined()
  }
}

function tokensOf(registry: TestRegistry) {
  return registry.tokens.map(({ token }) => token)
}

function expectBounds(world: FaultWorld) {
  const limit = MAX_REQUESTS * world.pairs.length
  for (const registry of [world.source, world.destination, ...world.strangers]) {
    expect(registry.requests.length).toBeLessThan(limit)
  }
  const minutes = (world.clock.now() - world.startedAt) / 60_000
  expect(minutes).toBeLessThan(MAX_MINUTES)
}
