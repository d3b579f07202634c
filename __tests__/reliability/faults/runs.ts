import { expect } from '@jest/globals'
import { Disconnect } from '../../../testkit/registry/exchange.ts'
import { PatientClock } from '../patient-clock.ts'
import type { Row } from '../table.ts'
import { smallIndex, type FaultWorld, type Role, type RunRecord } from '../world.ts'

const IMAGES = 50
/** Requests for the tags after which the registry goes away. */
const DONE_BEFORE = 10

export const runRows: readonly Row[] = [
  {
    fault: 'The registry is away for 30 s in the middle of a run of 50 images',
    often: 'once',
    source: {
      ends: 'copied',
      does: 'waits, and finishes all of them',
      world: { images: IMAGES, image: smallIndex, clock: new PatientClock() },
      inject: away('source', 30_000),
      check: statuses({ copied: IMAGES, failed: 0 }),
    },
    destination: {
      ends: 'copied',
      does: 'waits, and finishes all of them',
      world: { images: IMAGES, image: smallIndex, clock: new PatientClock() },
      inject: away('destination', 30_000),
      check: statuses({ copied: IMAGES, failed: 0 }),
    },
  },
  {
    fault:
      'The registry goes away for good in the middle of a run of 50 images, half of which need it',
    often: 'once',
    source: {
      ends: 'copied',
      does: 'finishes what does not need it, and has one sentence for each of the others',
      world: { images: IMAGES, image: smallIndex, elsewhere: 'source', clock: new PatientClock() },
      inject: away('source', Number.POSITIVE_INFINITY),
      check: (world, run) => othersAreDone(world, run),
    },
    destination: {
      ends: 'copied',
      does: 'finishes what does not need it, and has one sentence for each of the others',
      world: {
        images: IMAGES,
        image: smallIndex,
        elsewhere: 'destination',
        clock: new PatientClock(),
      },
      inject: away('destination', Number.POSITIVE_INFINITY),
      // It may go away between a tag and the look at it.
      tagMayBeWritten: true,
      check: (world, run) => othersAreDone(world, run),
    },
  },
]

function away(role: Role, ms: number) {
  return (world: FaultWorld) => {
    const { clock } = world
    let wanted = 0
    let from = Number.POSITIVE_INFINITY
    let struck = 0
    for (const registry of [world.source, world.destination, world.elsewhere]) {
      registry.use((_request, next) => {
        if (clock instanceof PatientClock) clock.stir()
        return next()
      })
    }
    const last = role === 'source' ? 'GET' : 'HEAD'
    world.at(role).use(async (request, next) => {
      const now = clock.now()
      if (now >= from && now < from + ms) {
        struck += 1
        throw new Disconnect()
      }
      const answer = await next()
      const isTag = request.path.endsWith('/manifests/v1') && answer.status === 200
      if (isTag && request.method === last && ++wanted === 2 * DONE_BEFORE) from = clock.now()
      return answer
    })
    return () => Math.min(1, struck)
  }
}

function statuses(expected: Readonly<Record<'copied' | 'failed', number>>) {
  return (_world: FaultWorld, { report }: RunRecord) => {
    expect(report.results.filter(({ status }) => status === 'failed')).toEqual([])
    expect(report.totals).toMatchObject(expected)
  }
}

function othersAreDone({ elsewhere }: FaultWorld, { report }: RunRecord) {
  const failed = report.results.filter(({ status }) => status === 'failed')
  expect(failed.length).toBeGreaterThan(2)
  for (const { source, destination, error } of failed) {
    expect(`${source} ${destination}`).not.toContain(elsewhere.host)
    expect(['NETWORK', 'UPLOAD']).toContain(error?.code)
    expect(error?.message.length).toBeLessThan(400)
  }
  const healthy = report.results.filter((one) =>
    `${one.source} ${one.destination}`.includes(elsewhere.host),
  )
  expect(healthy.map(({ status }) => status)).toEqual(Array(IMAGES / 2).fill('copied'))
}
