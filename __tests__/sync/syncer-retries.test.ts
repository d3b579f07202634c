import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { dropAfterWork, dropBeforeHeaders, replyWith } from '../../testkit/registry/faults.ts'
import { buildImage, buildIndex } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { SyncWorld } from './sync-world.ts'

const index = buildMultiPlatform()
const ways = [
  ['an image', buildImage(), {}],
  ['a filtered index', index, {}],
  ['a whole index', buildIndex({ children: [index, buildImage()] }), { platforms: 'all' }],
] as const

const passing = [
  ['an error', replyWith(503)],
  ['too much traffic', replyWith(429, { headers: { 'retry-after': '3' } })],
  ['a lost request', dropBeforeHeaders()],
  ['a lost answer', dropAfterWork()],
] as const

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start({ network: { retries: 3 } })
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

describe.each(ways)('with retries, %s arrives', (_, image, policy) => {
  test.each(passing)('although any one request ends in %s', async (_name, behaviour) => {
    world.give('acme/app', 'v1', image)
    const digest = await world.syncer(policy).syncImage('acme/app:v1', 'rehearsal:v1')
    const sides = (['source', 'destination'] as const).map((side) => {
      return { side, registry: world[side], requests: world[side].requests.length }
    })
    for (const { side, registry, requests } of sides) {
      for (let nth = 1; nth <= requests; nth++) {
        const fault = registry.fault({ nth }, behaviour, { times: 1 })
        const outcome = await world.syncer(policy).sync('acme/app:v1', `${side}-${nth}:v1`)
        fault.remove()
        expect(fault.hits).toBe(1)
        expect(outcome).toMatchObject({ status: 'copied', digest })
        expect((await world.pull(`${side}-${nth}`, 'v1')).digest).toBe(digest)
      }
    }
  })
})
