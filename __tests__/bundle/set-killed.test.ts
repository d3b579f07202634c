import { describe, expect, test } from '@jest/globals'
import { Random } from '../../testkit/fuzz/random.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import {
  type ActionResult,
  type RunningAction,
  startAction,
} from '../../testkit/runner/action-runner.ts'
import { tagLies } from '../sync/tag-lies.ts'
import { outputsOf } from './bundle.ts'
import {
  listOf,
  names,
  NEW,
  OLD,
  type Release,
  runRelease,
  shown,
  startRelease,
} from './release.ts'

/** Fifty moments that chance has picked; each is the nth request since the first tag was to be moved. */
const TENS = [1, 11, 21, 31, 41]
const AT_ONCE = 5

/** What ends the run at that moment. */
const ends = ['SIGTERM', 'SIGINT', 'deadline', 'SIGKILL', 'SIGTERM and SIGKILL'] as const

/** When the registry does what it was asked for at that moment. */
const works = ['before', 'after', 'too late'] as const

/** Whole seconds; phase one takes much less. */
const DEADLINE = 4

function momentOf(seed: number) {
  const random = new Random('killed', seed)
  return {
    end: ends[seed % ends.length] ?? 'SIGTERM',
    work: random.pick(works),
    // Six tags are moved; behind them come the requests of the way back.
    nth: 1 + random.below(6),
    // Half of them are on their way back already, because a tag was refused.
    refused: random.chance(0.5) ? 1 + random.below(6) : undefined,
    killedAfter: 1 + random.below(4),
  }
}

async function playSeed(seed: number): Promise<string[]> {
  const moment = momentOf(seed)
  const world = await startRelease()
  const isOver = Promise.withResolvers<undefined>()
  const running = Promise.withResolvers<RunningAction>()
  const late: Promise<unknown>[] = []
  let count = 0
  for (const target of world.targets) {
    target.use(async (request, next) => {
      const isTag = request.method === 'PUT' && request.path.endsWith('/manifests/v2')
      if (count === 0 && !isTag) return next()
      count += 1
      if (count === moment.refused && isTag) return replyWith(403)(request, next)
      const action = await running.promise
      if (moment.end === 'SIGTERM and SIGKILL' && count === moment.nth + moment.killedAfter) {
        action.kill('SIGKILL')
        await isOver.promise
      }
      if (count !== moment.nth) return next()
      if (moment.work === 'after') await end(action, moment.end, isOver.promise)
      // What has been sent is there, also when nobody waits for the answer.
      const answer = moment.work === 'too late' ? undefined : await next()
      if (moment.work !== 'after') await end(action, moment.end, isOver.promise)
      if (answer !== undefined) return answer
      await isOver.promise
      const done = next()
      late.push(done)
      return done
    })
  }
  const deadline = moment.end === 'deadline' ? { deadline: String(DEADLINE) } : {}
  const inputs = { images: listOf(world), 'all-or-nothing': 'true', retries: '1', ...deadline }
  const action = await startAction({ inputs })
  running.resolve(action)
  const result = await action.result
  isOver.resolve(undefined)
  await Promise.all(late)
  const lies = result.signal === 'SIGKILL' ? liesOfTheDead(result, world) : liesOf(result, world)
  return lies.map((lie) => `seed ${seed}, ${JSON.stringify(moment)}: ${lie}`)
}

async function end(action: RunningAction, how: (typeof ends)[number], isOver: Promise<unknown>) {
  if (how === 'SIGKILL') {
    action.kill('SIGKILL')
    await isOver
    return
  }
  if (how !== 'deadline') action.kill(how === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
  await action.line(/: stopping$/)
}

function liesOf(result: ActionResult, { targets }: Release): string[] {
  const { results } = outputsOf(result)
  const rollback = result.outputs['rollback'] ?? ''
  const states = new Set(results.map(({ tag }) => tag?.state))
  // The last tag may have moved by then.
  const isHalf = states.has('moved') && states.size > 1
  return [
    ...(isHalf ? [`half a release: ${[...states].join(', ')}`] : []),
    ...results.flatMap((one) => {
      const place = names.findIndex((name) => one.destination.endsWith(`/prod/${name}:v2`))
      const target = targets.find(({ host }) => one.destination.startsWith(`${host}/`))
      const shows = target === undefined ? undefined : shown(target)[place]
      return tagLies(one, { before: OLD[place], after: NEW[place] ?? '', shows }, rollback)
    }),
  ]
}

/** Nothing is reported; the log has what there was, and every tag shows something whole. */
function liesOfTheDead(result: ActionResult, { targets }: Release): string[] {
  return targets.flatMap((target) =>
    names.flatMap((name, place) => {
      const [before, after] = [OLD[place], NEW[place]]
      const shows = shown(target)[place]
      const line = `${target.host}/prod/${name}:v2: ${before ?? 'nothing'}, then ${after ?? ''}`
      return [
        ...([before, after].includes(shows) ? [] : [`${name} shows ${String(shows)}`]),
        ...(result.log.includes(line) ? [] : [`the log does not have: ${line}`]),
      ]
    }),
  )
}

describe('a run that is ended at one of fifty moments while tags move, or go back', () => {
  test.each(TENS)('says what the registries show, or did: ten from %i on', async (first) => {
    const lies: string[] = []
    const seeds = Array.from({ length: 10 }, (_, index) => first + index)
    const worker = async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        lies.push(...(await playSeed(seed)))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    expect(lies).toEqual([])
  })

  test('leaves nothing that the next run does not put right', async () => {
    const world = await startRelease()
    let count = 0
    const running = Promise.withResolvers<RunningAction>()
    for (const target of world.targets) {
      target.fault({ method: 'PUT', path: /\/manifests\/v2$/ }, async (_request, next) => {
        count += 1
        if (count === 4) (await running.promise).kill('SIGKILL')
        return next()
      })
    }
    const action = await startAction({
      inputs: { images: listOf(world), 'all-or-nothing': 'true' },
    })
    running.resolve(action)
    expect((await action.result).signal).toBe('SIGKILL')
    expect((await runRelease(world)).exitCode).toBe(0)
    for (const target of world.targets) {
      expect(shown(target)).toEqual(NEW)
      for (const name of names) await pullAndVerify(target.url, `prod/${name}`, 'v2')
    }
  })
})
