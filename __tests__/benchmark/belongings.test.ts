import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { wrongTargets } from '../../benchmark/measure/verify.ts'
import { pushAll } from '../../benchmark/registries/push.ts'
import { shapesOf } from '../../benchmark/shapes.ts'
import { pullAllReferrers } from '../../testkit/image/pull-referrers.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { smallCorpus } from './corpus.ts'

const folder = mkdtempSync(join(tmpdir(), 'belongings-'))
afterAll(() => rmSync(folder, { recursive: true }))

const { signed } = shapesOf(smallCorpus(folder))
const job = signed.job(0)
const [copy] = job.copies
const { image, targets } = copy ?? {}

describe.each([true, false])('in a registry with the referrers API: %s', (referrers) => {
  let registry: TestRegistry

  beforeEach(async () => {
    registry = await TestRegistry.start({ referrers, checkReferences: true })
    if (image === undefined) throw new Error('the shape has no image')
    const stock = (targets ?? []).map((target) => ({ ...target, image, platforms: 'all' as const }))
    await pushAll(registry.url, stock, undefined)
  })

  afterEach(async () => registry.close())

  const wrong = async () => {
    const one = { ...job, copies: job.copies.slice(0, 1) }
    return wrongTargets(one, 'all', [registry.url], undefined)
  }

  test('an image is filled in with all that belongs to it, and found right', async () => {
    const subjects = [image?.index, ...(image?.children ?? []).map(({ manifest }) => manifest)]
    const digests = subjects.flatMap((subject) => subject?.digest ?? [])
    const [repository = ''] = (targets ?? []).map((target) => target.repository)
    expect(await pullAllReferrers(registry.url, repository, digests)).toHaveLength(4 + 2)
    expect(registry.store.tags(repository).filter((tag) => tag.endsWith('.sig'))).toHaveLength(4)
    expect(await wrong()).toEqual([])
  })

  test.each([
    ['a referrer', ({ tag }: { tag?: string }) => tag === undefined],
    ["an image of cosign's", ({ tag }: { tag?: string }) => tag !== undefined],
  ])('an image that lacks %s is found wrong', async (_, isOne) => {
    const lost = image?.belongings?.find(isOne)
    const [target] = targets ?? []
    const repository = registry.store.repository(target?.repository ?? '')
    repository?.manifests.delete(lost?.manifest.digest ?? '')
    expect(await wrong()).toEqual([`${target?.repository ?? ''}:${target?.tag ?? ''}`])
  })
})
