import { execFile } from 'node:child_process'
import type { KeyObject } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { giveReferrers, simpleSigning, tagOf } from '../../testkit/image/referrers.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { findProgram } from '../../testkit/servers/programs.ts'
import {
  cosignDocument,
  keyBundle,
  keylessBundle,
  statementOf,
  storedBundle,
} from '../../testkit/signing/bundles.ts'
import { signatureOf } from '../../testkit/signing/signature.ts'
import { PrivateSigstore } from '../../testkit/signing/sigstore.ts'
import { newKey, publicPem } from '../trust/signed-image.ts'
import { outputsOf } from '../bundle/bundle.ts'

const cosign = findProgram('cosign')
const describeCosign = cosign === undefined ? describe.skip : describe

const SPDX = 'https://spdx.dev/Document'
const WHO = { identity: 'dev@example.com', issuer: 'https://issuer.example.com' }
const image = buildImage()
const { digest } = image.manifest

let folder: string
let sigstore: PrivateSigstore
let source: TestRegistry
let destination: TestRegistry

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosign-'))
  if (cosign === undefined) return
  sigstore = await PrivateSigstore.start()
  await writeFile(join(folder, 'root.json'), JSON.stringify(sigstore.trustedRoot()))
  await writeFile(join(folder, 'sbom.json'), '{"spdxVersion":"SPDX-2.3"}')
  await run('generate-key-pair')
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function start(referrers: boolean) {
  source = await TestRegistry.start({ referrers })
  destination = await TestRegistry.start()
  pushTo(source.store, 'acme/app', 'v1', image)
}

afterEach(async () => {
  await source.close()
  await destination.close()
})

/** Runs cosign, which knows nothing of the user's configuration and asks nobody. */
async function run(...args: readonly string[]): Promise<void> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    DOCKER_CONFIG: folder,
    COSIGN_PASSWORD: '',
  }
  await promisify(execFile)(cosign ?? '', args, { env, cwd: folder })
}

function reference(): string {
  return `${source.host}/acme/app@${digest}`
}

/** What the action makes of the image by a rule. */
async function promoted(rule: object) {
  const result = await runAction({
    inputs: {
      images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
      verify: JSON.stringify(rule),
      retries: '0',
    },
    workspace: { 'cosign.pub': await readFile(join(folder, 'cosign.pub'), 'utf8') },
  })
  const [first] = outputsOf(result).results
  return first
}

describeCosign.each([true, false])('with cosign, in a registry with the API: %s', (referrers) => {
  beforeEach(async () => {
    await start(referrers)
  })

  test.each([
    ['new', ['--new-bundle-format'], 'referrer'],
    ['old', [], 'tag'],
  ])('what it signs with a key, in its %s form, is trusted here', async (_, flags, from) => {
    expect((await promoted({ key: 'cosign.pub' }))?.error?.code).toBe('UNTRUSTED')
    const common = ['--key', 'cosign.key', '--tlog-upload=false', '--yes', ...flags]
    await run('sign', ...common, reference())
    expect(await promoted({ key: 'cosign.pub' })).toMatchObject({
      status: 'copied',
      verified: { kind: 'key', from },
    })
    expect((await promoted({ key: publicPem(newKey()) }))?.error?.code).toBe('UNTRUSTED')
    expect((await promoted({ key: 'cosign.pub', predicate: SPDX }))?.error?.code).toBe('UNTRUSTED')
  })

  test.each([
    ['new', ['--new-bundle-format'], 'referrer'],
    ['old', [], 'tag'],
  ])('what it attests, in its %s form, is trusted for its type', async (_, flags, from) => {
    const statement = ['--type', 'spdxjson', '--predicate', 'sbom.json']
    const common = ['--key', 'cosign.key', '--tlog-upload=false', '--yes', ...flags]
    await run('attest', ...common, ...statement, reference())
    expect(await promoted({ key: 'cosign.pub', predicate: SPDX })).toMatchObject({
      verified: { from, predicateType: SPDX },
    })
    expect((await promoted({ key: 'cosign.pub' }))?.error?.code).toBe('UNTRUSTED')
  })

  test('what is signed here with a key is trusted there, in both forms', async () => {
    const privateKey = newKey()
    await writeFile(join(folder, 'own.pub'), publicPem(privateKey))
    giveBundle(keyBundle(privateKey, statementOf(image.manifest)))
    giveOldSignature(privateKey)
    const verify = ['verify', '--insecure-ignore-tlog=true', '--trusted-root', 'root.json']
    for (const flags of [['--new-bundle-format'], []]) {
      await run(...verify, ...flags, '--key', 'own.pub', reference())
      const other = run(...verify, ...flags, '--key', 'cosign.pub', reference())
      await expect(other).rejects.toThrow('Command failed')
    }
    expect(await promoted({ key: publicPem(privateKey) })).toMatchObject({ status: 'copied' })
  })

  test('what is signed with an identity has the same verdict here and there', async () => {
    giveBundle(await keylessBundle(sigstore, { ...WHO, payload: statementOf(image.manifest) }))
    const root = await readFile(join(folder, 'root.json'), 'utf8')
    const verify = ['verify', '--new-bundle-format', '--trusted-root', 'root.json']
    for (const [identity, isTrusted] of [
      [WHO.identity, true],
      [`${WHO.identity}.evil.net`, false],
      ['example.com', false],
    ] as const) {
      const who = ['--certificate-identity', identity, '--certificate-oidc-issuer', WHO.issuer]
      const there = await run(...verify, ...who, reference()).then(
        () => true,
        () => false,
      )
      expect(there).toBe(isTrusted)
      const here = await promoted({ ...WHO, identity, 'trusted-root': root })
      expect(here?.status).toBe(isTrusted ? 'copied' : 'failed')
    }
  })
})

function giveBundle(bundle: object) {
  const tagged = { tagged: true }
  giveReferrers(source.store, 'acme/app', image, [storedBundle(image, bundle)], tagged)
}

function giveOldSignature(privateKey: KeyObject) {
  const bytes = cosignDocument(digest)
  const signature = signatureOf(privateKey, bytes).toString('base64')
  const annotations = { 'dev.cosignproject.cosign/signature': signature }
  const signed: BuiltImage = buildImage({
    layers: [{ bytes, mediaType: simpleSigning, annotations }],
  })
  pushTo(source.store, 'acme/app', tagOf(image, 'sig'), signed)
}
