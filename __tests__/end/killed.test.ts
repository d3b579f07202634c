import { expect, test } from '@jest/globals'
import { runAction, startAction } from '../../testkit/runner/action-runner.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushTo } from '../../testkit/image/push.ts'
import type { Middleware } from '../../testkit/registry/exchange.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { digestsOf, seededRandom } from './step.ts'

const KILLS = 50
const SIDE_BY_SIDE = 4

const app = buildMultiPlatform({
  layers: (platform) => [
    { files: { shared: 'the same for all' } },
    // More than fits into one read of a socket, so that there is a middle to be killed in.
    { bytes: Buffer.alloc(300_000, platform) },
  ],
})
const tool = buildImage({ layers: [{ files: { shared: 'the same for all' } }] })
const olderTool = buildImage({ layers: [{ files: { tool: 'of last week' } }] })

/** When in the life of a request the process is killed. Only those that bring something are read. */
const phases = ['arrives', 'is half read', 'is answered'] as const

interface Moment {
  /** Which of the requests to both registries, from 1. */
  readonly request: number
  readonly phase: (typeof phases)[number]
}

/** Two registries, and what is copied between them. */
async function startWorld() {
  const source = await TestRegistry.start()
  const destination = await TestRegistry.start()
  pushTo(source.store, 'acme/app', 'v1', app)
  pushTo(source.store, 'acme/tool', 'v1', tool)
  pushTo(destination.store, 'prod/tool', 'v1', olderTool)
  const inputs = {
    images: `
      ${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1 ${destination.host}/prod/app:new
      ${source.host}/acme/tool:v1 => ${destination.host}/prod/tool:v1`,
  }
  return {
    destination,
    inputs,
    requests: () => source.requests.length + destination.requests.length,
    use(middleware: Middleware) {
      const removals = [source.use(middleware), destination.use(middleware)]
      return () => {
        for (const remove of removals) remove()
      }
    },
    async close() {
      await source.close()
      await destination.close()
    },
  }
}

type World = Awaited<ReturnType<typeof startWorld>>

/** Runs the action until that moment. Returns how it ended. */
async function runUntil(world: World, { request, phase }: Moment) {
  const started = Promise.withResolvers<() => void>()
  const exchanges: Promise<void>[] = []
  let seen = 0
  const remove = world.use(async (exchange, next) => {
    exchanges.push(exchange.closed)
    seen += 1
    if (seen !== request) return next()
    const kill = await started.promise
    if (phase === 'is half read' && ['PATCH', 'PUT'].includes(exchange.method)) {
      return next({ ...exchange, body: killing(exchange.body, kill) })
    }
    if (phase !== 'is answered') kill()
    const answer = await next()
    kill()
    return answer
  })
  const action = await startAction({ inputs: world.inputs })
  started.resolve(() => {
    action.kill('SIGKILL')
  })
  const { signal } = await action.result
  // What had arrived in full is still carried out.
  await Promise.all(exchanges)
  remove()
  return signal
}

async function* killing(body: AsyncIterable<Uint8Array>, kill: () => void) {
  for await (const chunk of body) {
    kill()
    yield chunk
  }
}

/** What every tag of the destination shows, after its tree was pulled and found whole and true. */
async function tagsOf({ destination }: World): Promise<Record<string, string>> {
  const shown: Record<string, string> = {}
  for (const repository of ['prod/app', 'prod/tool']) {
    for (const tag of destination.store.tags(repository)) {
      const { digest } = await pullAndVerify(destination.url, repository, tag)
      shown[`${repository}:${tag}`] = digest
    }
  }
  return shown
}

/** Blobs by repository; one that was completed twice is in it twice. */
function uploadsOf({ destination }: World): string[] {
  const uploads = destination.store.eventsOf('blob')
  return uploads.map(({ repository, digest }) => `${repository} ${digest}`)
}

test('a run that is killed at any moment leaves no wrong tag, and the next one finishes the job', async () => {
  const undisturbed = await startWorld()
  const whole = await runAction({ inputs: undisturbed.inputs })
  const requests = undisturbed.requests()
  const right = await tagsOf(undisturbed)
  await undisturbed.close()
  expect(whole.exitCode).toBe(0)
  expect(Object.keys(right).sort()).toEqual(['prod/app:new', 'prod/app:v1', 'prod/tool:v1'])
  const before = new Map([['prod/tool:v1', olderTool.manifest.digest]])

  const random = seededRandom(20_260_101)
  const moments = Array.from({ length: KILLS }, (_, index): Moment => ({
    request: 1 + Math.floor(random() * requests),
    phase: phases[index % phases.length] ?? 'arrives',
  }))
  let killed = 0
  const killOne = async (moment: Moment) => {
    const world = await startWorld()
    const at = (what: unknown) => ({ moment, what })
    try {
      if ((await runUntil(world, moment)) === 'SIGKILL') killed += 1
      // Each tag is as it was, or as it should be.
      const wrong = Object.entries(await tagsOf(world)).filter(
        ([name, digest]) => digest !== right[name] && digest !== before.get(name),
      )
      expect(at(wrong)).toEqual(at([]))

      const second = await runAction({ inputs: world.inputs })
      expect(at(second.exitCode)).toEqual(at(0))
      expect(at(await tagsOf(world))).toEqual(at(right))
      expect(at(Object.keys(digestsOf(second)).length)).toEqual(at(3))
      const uploads = uploadsOf(world)
      expect(at(uploads)).toEqual(at([...new Set(uploads)]))
    } finally {
      await world.close()
    }
  }
  const queue = [...moments]
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await killOne(next)
    }),
  )
  // What is shared between images may save a request or two, so the last moments may not come.
  expect(killed).toBeGreaterThanOrEqual(KILLS - 5)
})
