import { describe, expect, test } from '@jest/globals'
import { parseReferrerFilter } from '../../src/oci/referrer-filter.ts'
import { Syncer } from '../../src/sync/syncer.ts'
import type { BuiltImage } from '../../testkit/image/image.ts'
import { allImages } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { tagOf } from '../../testkit/image/referrers.ts'
import { profiles } from '../../testkit/profiles/profiles.ts'
import type { Store } from '../../testkit/registry/storage.ts'
import { ProfileWorld } from '../registry/profile-world.ts'
import {
  belongingTo,
  cosignImages,
  digestOf,
  giveAll,
  index,
  referrers,
} from './referrers-world.ts'

/** What was written, in order: digests of manifests, and tags. */
function storyOf(store: Store): string[] {
  return store.events.flatMap((event) => {
    if (event.kind === 'tag') return [event.tag]
    return event.kind === 'manifest' ? [event.digest] : []
  })
}

/** What has to be there before others, by what it is. */
function expectInOrder(story: readonly string[], hasApi: boolean) {
  const at = (name: string) => {
    expect(story).toContain(name)
    return story.indexOf(name)
  }
  const lists = [...referrers.keys()].map((subject) => tagOf(subject))
  const firstList = Math.min(...(hasApi ? [story.length] : lists.map(at)))
  for (const [subject, own] of referrers) {
    for (const referrer of own.map(digestOf)) {
      expect(at(referrer)).toBeGreaterThan(at(digestOf(subject)))
      expect(at(referrer)).toBeLessThan(firstList)
    }
  }
  for (const tag of cosignImages.keys()) expect(at(tag)).toBeLessThan(at('v1'))
  expect(story.filter((name) => lists.includes(name))).toHaveLength(hasApi ? 0 : lists.length)
  expect(story.at(-1)).toBe('v1')
}

describe('what belongs to an image', () => {
  test.each(profiles)('comes before its tag at $name', async (profile) => {
    await using world = await ProfileWorld.start(profile)
    const { registry } = world.profile
    const [from, to] = ['acme/app', world.repository('app')]
    pushTo(world.plain.store, from, 'v1', index)
    giveAll(world.plain.store, from, false)
    if (!profile.createsRepositories) world.profile.createRepository(to)
    const before = registry.store.events.length
    const syncer = new Syncer({
      source: world.plainClient,
      destination: world.client,
      platforms: 'all',
      referrers: parseReferrerFilter('all'),
    })
    const target = `${profile.host}/${to}:v1`
    const outcome = await syncer.sync(`${world.plain.host}/${from}:v1`, target)
    const parts: readonly BuiltImage[] = allImages(index)
    const count = belongingTo(parts).length + cosignImages.size
    expect(outcome).toMatchObject({ status: 'copied', referrers: { copied: count } })
    const written = { events: registry.store.events.slice(before) }
    expectInOrder(storyOf(written as Store), profile.referrersApi)
  })
})
