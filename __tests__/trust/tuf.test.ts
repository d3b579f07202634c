import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Metadata, Timestamp } from '@tufjs/models'
import { KeyPair } from '@tufjs/repo-mock/dist/key.js'
import {
  createRootMeta,
  createSnapshotMeta,
  createTargetsMeta,
  createTimestampMeta,
} from '@tufjs/repo-mock/dist/metadata.js'
import { collectTargets } from '@tufjs/repo-mock/dist/target.js'
import { initializeTUFRepo, tufHandlers, type TUFRepo } from '@tufjs/repo-mock'
import type { WebAnswer } from '../../src/trust/web.ts'
import { keylessBundle, statementOf } from '../../testkit/signing/bundles.ts'
import { PrivateSigstore } from '../../testkit/signing/sigstore.ts'
import { judge, SignedImage } from './signed-image.ts'

const URL_OF_TUF = 'https://tuf.example.com'
const WHO = { identity: 'dev@example.com', issuer: 'https://issuer.example.com' }

let sigstore: PrivateSigstore
let directory = ''

beforeAll(async () => {
  sigstore = await PrivateSigstore.start()
})
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tuf-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

function repositoryOf(root = sigstore.trustedRoot()): TUFRepo {
  return initializeTUFRepo([{ name: 'trusted_root.json', content: JSON.stringify(root) }])
}

/** A repository before and after its time stamp was renewed. */
function repositoryInTwoStates(): { before: TUFRepo; now: TUFRepo } {
  const keys = new KeyPair()
  const targets = [{ name: 'trusted_root.json', content: JSON.stringify(sigstore.trustedRoot()) }]
  const targetsMeta = createTargetsMeta(collectTargets(targets), keys)
  const snapshotMeta = createSnapshotMeta(targetsMeta, keys)
  const timestampMeta = createTimestampMeta(snapshotMeta, keys)
  const before = {
    rootMeta: createRootMeta(keys),
    snapshotMeta,
    timestampMeta,
    targetsMeta,
    targets,
  }
  const { specVersion, expires, snapshotMeta: named } = timestampMeta.signed
  const renewed = new Metadata(
    new Timestamp({ version: 2, specVersion, expires, snapshotMeta: named }),
  )
  renewed.sign((data) => keys.sign(data))
  return { before, now: { ...before, timestampMeta: renewed } }
}

/** Serves a repository; `change` may answer otherwise. Notes what is asked. */
function serve(
  repository: TUFRepo,
  change: (path: string) => WebAnswer | undefined = () => undefined,
) {
  const asked: string[] = []
  const handlers = tufHandlers(repository, { metadataPathPrefix: '', targetPathPrefix: '/targets' })
  const web = (url: string): WebAnswer => {
    const path = url.slice(URL_OF_TUF.length)
    asked.push(path)
    const changed = change(path)
    if (changed !== undefined) return changed
    const handler = path === '/2.root.json' ? undefined : handlers.find((one) => one.path === path)
    if (handler === undefined) return { status: 404, headers: {}, body: Buffer.alloc(0) }
    const { response } = handler.fn()
    return { status: 200, headers: {}, body: Buffer.from(response) }
  }
  return { web, asked }
}

async function verdictWith(repository: TUFRepo, web: (url: string) => WebAnswer) {
  const image = new SignedImage()
  image.addBundle(await keylessBundle(sigstore, { ...WHO, payload: statementOf(image.subject) }))
  const root = JSON.stringify(repository.rootMeta.toJSON())
  const place = { url: URL_OF_TUF, root }
  return judge(image, WHO, {
    web,
    directory,
    repositories: { publicGood: place, github: place, githubTarget: 'trusted_root.json' },
  })
}

describe('the trust root', () => {
  test('is fetched by way of its current metadata, when a rule needs it', async () => {
    const repository = repositoryOf()
    const { web, asked } = serve(repository)
    expect((await verdictWith(repository, web)).isTrusted).toBe(true)
    expect(asked).toHaveLength(5)
    expect(asked[0]).toBe('/2.root.json')
    expect(asked.at(-1)).toMatch(/^\/targets\/.*trusted_root\.json$/)
  })

  test('is not fetched where no signature needs it', async () => {
    const repository = repositoryOf()
    const { web, asked } = serve(repository)
    const place = { url: URL_OF_TUF, root: '{}' }
    const repositories = { publicGood: place, github: place, githubTarget: 'x' }
    expect((await judge(new SignedImage(), WHO, { web, directory, repositories })).isTrusted).toBe(
      false,
    )
    expect(asked).toEqual([])
  })

  test.each([WHO, { github: 'acme/app' }])(
    "is GitHub's own for nobody whom its authority does not vouch for: %j",
    async (rule) => {
      const image = new SignedImage()
      const predicateType = 'github' in rule ? 'https://slsa.dev/provenance/v1' : undefined
      const payload = statementOf({ ...image.subject, ...(predicateType && { predicateType }) })
      image.addBundle(await keylessBundle(sigstore, { ...WHO, payload }))
      const root = JSON.stringify(repositoryOf().rootMeta.toJSON())
      const asked = new Set<string>()
      const web = (url: string) => {
        asked.add(new URL(url).hostname)
        throw new Error('HTTP 503')
      }
      const repositories = {
        publicGood: { url: 'https://public.example.com', root },
        github: { url: 'https://github.example.com', root },
        githubTarget: 'trusted_root.json',
      }
      const judging = judge(image, rule, { web, directory, repositories })
      await expect(judging).rejects.toThrow('HTTP 503')
      expect([...asked]).toContain('public.example.com')
      expect([...asked]).not.toContain('github.example.com')
    },
  )

  test('is kept, so that a later step asks for less', async () => {
    const repository = repositoryOf()
    const first = serve(repository)
    await verdictWith(repository, first.web)
    const second = serve(repository)
    expect((await verdictWith(repository, second.web)).isTrusted).toBe(true)
    expect(second.asked).toEqual(['/2.root.json', '/timestamp.json'])
  })

  test('begins with what was shipped, whatever somebody has put where it is kept', async () => {
    const repository = repositoryOf()
    const evil = repositoryOf((await PrivateSigstore.start()).trustedRoot())
    const { web } = serve(repository)
    await verdictWith(repository, web)
    const host = join(directory, 'tuf.example.com')
    writeFileSync(join(host, 'root.json'), JSON.stringify(evil.rootMeta.toJSON()))
    expect((await verdictWith(repository, web)).isTrusted).toBe(true)
    expect(readFileSync(join(host, 'root.json'), 'utf8')).toBe(
      JSON.stringify(repository.rootMeta.toJSON()),
    )
  })

  test('of another repository is not believed', async () => {
    const other = serve(repositoryOf())
    await expect(verdictWith(repositoryOf(), other.web)).rejects.toThrow(/sign|verif/i)
  })

  test.each<[string, (repository: TUFRepo) => (path: string) => WebAnswer | undefined]>([
    [
      'that is not signed',
      () => (path) =>
        path === '/timestamp.json'
          ? { status: 200, headers: {}, body: Buffer.from('{"signed":{},"signatures":[]}') }
          : undefined,
    ],
    [
      'whose target was changed',
      () => (path) =>
        path.startsWith('/targets/')
          ? { status: 200, headers: {}, body: Buffer.from('{"tlogs":[]}') }
          : undefined,
    ],
    [
      'that is expired',
      (repository) => {
        const meta = repository.timestampMeta.toJSON() as { signed: { expires: string } }
        meta.signed.expires = '2020-01-01T00:00:00Z'
        return (path) =>
          path === '/timestamp.json'
            ? { status: 200, headers: {}, body: Buffer.from(JSON.stringify(meta)) }
            : undefined
      },
    ],
    [
      'whose snapshot is not there',
      () => (path) =>
        path.includes('snapshot') ? { status: 404, headers: {}, body: Buffer.alloc(0) } : undefined,
    ],
  ])('fails closed with metadata %s', async (_, change) => {
    const repository = repositoryOf()
    const { web } = serve(repository, change(repository))
    await expect(verdictWith(repository, web)).rejects.toThrow(
      /sign|hash|expire|snapshot|length|metadata|role|timestamp/i,
    )
  })

  test('fails closed with metadata that is older than what was seen before', async () => {
    const { before, now } = repositoryInTwoStates()
    const { web: webNow } = serve(now)
    expect((await verdictWith(now, webNow)).isTrusted).toBe(true)
    const { web: webBefore } = serve(before)
    await expect(verdictWith(before, webBefore)).rejects.toThrow(/version/)
  })

  test('fails with what the network says, in every part of the way', async () => {
    const repository = repositoryOf()
    for (const part of ['root.json', 'timestamp', 'snapshot', 'targets.json', 'trusted_root']) {
      rmSync(directory, { recursive: true, force: true })
      const { web } = serve(repository, (path) => {
        if (path.includes(part)) throw new Error(`HTTP 503 for ${part}`)
        return undefined
      })
      await expect(verdictWith(repository, web)).rejects.toThrow(`HTTP 503 for ${part}`)
    }
  })
})
