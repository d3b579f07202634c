import { describe, expect, test } from '@jest/globals'
import { replyWith } from '../../testkit/registry/faults.ts'
import { expectInvariants } from './invariants.ts'
import { readsTag } from './matchers.ts'
import type { Cell } from './table.ts'
import { FaultWorld, layer, logins, previous, smallIndex, type RunRecord } from './world.ts'

const cell: Cell = { ends: 'copied', does: 'nothing in particular' }

async function copied() {
  const world = await FaultWorld.start({ image: smallIndex })
  return over(world, await world.run())
}

async function refused() {
  const world = await FaultWorld.start({ image: smallIndex })
  world.source.fault(readsTag, replyWith(403))
  return over(world, await world.run())
}

function over(world: FaultWorld, run: RunRecord) {
  return { world, run, [Symbol.asyncDispose]: async () => world[Symbol.asyncDispose]() }
}

/** What is done to a world and its record after a run, behind the back of the action. */
const tampering: readonly (readonly [
  string,
  (
    world: FaultWorld,
    run: RunRecord,
  ) => Promise<Partial<RunRecord> | void> | Partial<RunRecord> | void,
])[] = [
  [
    'a blob that is not what it is called',
    ({ destination }) => {
      destination.store.putBlob('prod/app', Buffer.from('other'), layer.digest)
    },
  ],
  [
    'an upload of other bytes that was closed',
    ({ destination }) => {
      destination.store.events.push({ kind: 'upload-refused', repository: 'prod/app', id: 'x' })
    },
  ],
  [
    'a tag that shows another image than was copied',
    ({ destination }) => destination.store.putTag('prod/app', 'v1', previous.manifest.digest),
  ],
  [
    'an image that is not whole',
    ({ destination }) => {
      destination.store.repository('prod/app')?.blobs.clear()
    },
  ],
  [
    'an output that says nothing',
    (_world, run) => ({ outputs: { ...run.outputs, digests: '{}' } }),
  ],
  ['a password in the log', (_world, run) => ({ told: `${run.told}${logins.source.password}` })],
  [
    'a token in the log',
    ({ destination }, run) => ({ told: `${run.told}${destination.tokens[0]?.token}` }),
  ],
  [
    'the login of the source at the destination',
    async ({ destination }) => {
      const headers = { authorization: `Bearer ${logins.source.password}` }
      await (await fetch(`${destination.url}/v2/`, { headers })).text()
    },
  ],
  [
    'a login at a host that nobody named',
    async (world) => {
      const { url } = await world.stranger()
      await (await fetch(`${url}/v2/`, { headers: { authorization: 'Bearer x' } })).text()
    },
  ],
  [
    'hundreds of requests',
    async ({ window, source }) => {
      expect(window.host).not.toBe(source.host)
      for (let count = 0; count < 200; count++) await (await fetch(`${source.url}/v2/`)).text()
    },
  ],
]

describe('the invariants', () => {
  test.each([
    ['a copy', copied],
    ['a failure', refused],
  ])('hold after %s', async (_what, run) => {
    await using end = await run()
    await expect(expectInvariants(end.world, end.run, cell)).resolves.toBeUndefined()
  })

  test.each(tampering)('do not hold with %s', async (_what, tamper) => {
    await using end = await copied()
    const changed = { ...end.run, ...(await tamper(end.world, end.run)) }
    await expect(expectInvariants(end.world, changed, cell)).rejects.toThrow(Error)
  })

  test('do not hold with a tag that was written although the copy failed', async () => {
    await using end = await copied()
    await using failure = await refused()
    const { report, outputs } = failure.run
    const mixed = { ...end.run, report, outputs }
    await expect(expectInvariants(end.world, mixed, cell)).rejects.toThrow(Error)
  })
})
