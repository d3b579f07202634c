import { beforeAll, describe, expect, test } from '@jest/globals'
import { profiles } from '../../testkit/profiles/profiles.ts'
import { smallImage } from './images.ts'
import { allow, digestsIn, digestsOf, sharedWorld } from './operation.ts'
import { verdictOn } from './table.ts'
import type { Pair, Run } from './world.ts'

const world = sharedWorld()

describe('in one run, an image of its own goes from every registry to every registry:', () => {
  const pairs = new Map<string, Pair>()
  let run: Run

  beforeAll(async () => {
    for (const from of profiles) {
      for (const to of profiles) {
        const [source, destination] = [world().profile(from.id), world().profile(to.id)]
        const pair = {
          source: { at: source, repository: from.repository('every'), tag: `to-${to.id}` },
          destination: {
            at: destination,
            repository: to.repository('everycopy'),
            tag: `from-${from.id}`,
          },
        }
        world().put(pair.source, smallImage(`${from.id} to ${to.id}`))
        allow(pair)
        pairs.set(`${from.id} to ${to.id}`, pair)
      }
    }
    run = await world().run([...pairs.values()])
  })

  test.each(profiles)('from $name to all', async (from) => {
    for (const to of profiles) {
      const title = `${from.id} to ${to.id}`
      const pair = pairs.get(title)
      if (pair === undefined) throw new Error(`there is no pair ${title}`)
      const { status, error } = run.resultOf(pair)
      expect({ title, status, error }).toEqual({ title, status: 'copied' })
      const stored = await world().stored(pair.destination)
      expect(digestsOf(stored)).toEqual(digestsIn(smallImage(title)))
    }
  })

  test.each(profiles)('$name issues tokens, unless the table says it does not', (profile) => {
    const verdict = verdictOn(profile, 'expired', 'source')
    const { tokens } = world().profile(profile.id).registry
    expect(tokens.length > 0).toBe(verdict.kind === 'passes')
  })

  test('no secret is anywhere but where it belongs', () => {
    expect(world().takeLeaks()).toEqual([])
  })
})
