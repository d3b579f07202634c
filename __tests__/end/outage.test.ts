import { describe, expect, test } from '@jest/globals'
import { annotateFailures, describeError, failureMessage } from '../../src/action/annotations.ts'
import { parseReference } from '../../src/oci/reference.ts'
import { Client } from '../../src/registry/client.ts'
import type { Clock } from '../../src/registry/clock.ts'
import { Network } from '../../src/registry/network/network.ts'
import type { RunReport } from '../../src/sync/report.ts'
import { runSync } from '../../src/sync/run.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { recordCommands } from '../action/command-recorder.ts'
import { LogLines } from '../sync/sync-world.ts'

const IMAGES = 50
const RETRIES = 5
const OUTAGE_MS = 30_000

/**
 * A clock that goes on only when somebody waits, from one end of a pause to the next. What is to
 * happen at a time has happened before anybody who waits for a later one wakes up.
 */
class EventClock implements Clock {
  pauses = 0
  #now = 0
  #turn: Promise<void> = Promise.resolve()
  readonly #waiting: { readonly at: number; readonly wake: () => void }[] = []
  readonly #events: { readonly at: number; readonly happen: () => Promise<void> }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, happen: () => Promise<void>) {
    this.#events.push({ at: this.#now + ms, happen })
  }

  async sleep(ms: number): Promise<void> {
    this.pauses += 1
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ at: this.#now + ms, wake: resolve })
    this.#turn = this.#turn.then(async () => this.#next())
    return promise
  }

  async #next() {
    this.#waiting.sort((one, other) => one.at - other.at)
    const next = this.#waiting.shift()
    if (next === undefined) return
    this.#now = Math.max(this.#now, next.at)
    const due = this.#events.filter(({ at }) => at <= this.#now)
    for (const event of due) {
      this.#events.splice(this.#events.indexOf(event), 1)
      await event.happen()
    }
    next.wake()
  }
}

/** Below the ports that connections leave from, one of which might else take its place meanwhile. */
async function startAtQuietPort(): Promise<TestRegistry> {
  for (let port = 20_000 + (process.pid % 5_000); ; port++) {
    try {
      return await TestRegistry.start({ port })
    } catch (error) {
      if (!String(error).includes('EADDRINUSE') || port > 30_000) throw error
    }
  }
}

/** A source, a destination that stays, and one that goes away once it has got this many tags. */
async function startWorld(goesAfter: number, comesBack: boolean) {
  const clock = new EventClock()
  const source = await TestRegistry.start()
  const steady = await TestRegistry.start()
  let shaky = await startAtQuietPort()
  const { host, store } = shaky
  const port = Number(host.split(':')[1])
  let goes: Promise<void> | undefined
  const goAway = async () => {
    await shaky.close()
    if (!comesBack) return
    clock.after(OUTAGE_MS, async () => {
      shaky = await TestRegistry.start({ port, store })
    })
  }
  shaky.use(async (_request, next) => {
    if (store.tagWrites().length >= goesAfter) goes ??= goAway()
    return next()
  })
  const network = new Network({ clock, random: () => 0.5, retries: RETRIES, environment: {} })
  const clients = new Map(
    [source.host, steady.host, host].map((one) => [one, new Client({ host: one, network })]),
  )
  return {
    clock,
    source,
    steady,
    host,
    store,
    get url() {
      return shaky.url
    },
    clientFor(registry: string) {
      const client = clients.get(registry)
      if (client === undefined) throw new Error(`nobody asked for ${registry}`)
      return client
    },
    async [Symbol.asyncDispose]() {
      await goes
      await network.close()
      for (const registry of [source, steady, shaky]) await registry.close()
    },
  }
}

type World = Awaited<ReturnType<typeof startWorld>>

const context = {
  eventName: 'push',
  isFork: false,
  isDependabot: false,
  actor: 'octocat',
  repository: 'octo-org/octo-repo',
}

/** Fifty images, every other one to the registry that goes away. */
async function runFifty(world: World): Promise<RunReport> {
  const pairs = Array.from({ length: IMAGES }, (_, number) => {
    const image = buildImage({ layers: [{ files: { number: `${number}` } }] })
    pushTo(world.source.store, 'acme/app', `v${number}`, image)
    const to = number % 2 === 0 ? world.steady.host : world.host
    return {
      source: parseReference(`${world.source.host}/acme/app:v${number}`),
      destination: parseReference(`${to}/prod/app:v${number}`),
      line: number + 1,
    }
  })
  return runSync<LogLines>({
    pairs,
    settings: {
      platforms: 'all',
      onMissingPlatform: 'warn',
      onExisting: 'overwrite',
      dryRun: false,
    },
    failFast: false,
    clock: world.clock,
    clientFor: (_side, { registry }) => world.clientFor(registry),
    openLog: () => new LogLines(),
    onDone: () => undefined,
    describe: (error) => describeError(error, context),
  })
}

describe('a registry that goes away in the middle of fifty images', () => {
  test('and comes back after half a minute costs time, and no image', async () => {
    await using world = await startWorld(5, true)
    const { totals } = await runFifty(world)
    expect(totals).toMatchObject({ images: IMAGES, copied: IMAGES, failed: 0 })
    expect(totals.durationMs).toBeGreaterThanOrEqual(OUTAGE_MS)
    // A write whose answer got lost with the registry is repeated, with the same digest.
    const written = new Set(world.store.tagWrites().map(({ tag, digest }) => `${tag} ${digest}`))
    expect(written.size).toBe(IMAGES / 2)
    for (let number = 1; number < IMAGES; number += 2) {
      await pullAndVerify(world.url, 'prod/app', `v${number}`)
    }
  })

  test('for good fails what needs it, each image with one sentence, and nothing else', async () => {
    await using world = await startWorld(5, false)
    const report = await runFifty(world)
    const failed = report.results.filter(({ status }) => status === 'failed')
    expect(failed.length).toBeGreaterThan(9)
    expect(report.totals.copied).toBe(IMAGES - failed.length)
    for (const { destination, error } of failed) {
      expect(destination.startsWith(`${world.host}/`)).toBe(true)
      expect(error).toMatchObject({ code: 'NETWORK' })
      expect(error?.message).toMatch(/^[a-z ]+ at destination [^\n]+$/)
      expect(error?.message).toContain(world.host)
    }
    // An image has three things that are asked for side by side at most: a config, a layer, a tag.
    expect(world.clock.pauses).toBeLessThanOrEqual(failed.length * RETRIES * 3)
    expect(world.steady.store.tagWrites()).toHaveLength(IMAGES / 2)

    const commands = recordCommands()
    annotateFailures(commands, report)
    expect(commands.of('error')).toHaveLength(9)
    expect(failureMessage(report)).toBe(
      `${failed.length} of ${IMAGES} images failed; the annotations show 9, ` +
        `and ${failed.length - 9} more are in the log.`,
    )
  })
})
