import { pushTo } from '../image/push.ts'
import { TestRegistry } from '../registry/registry.ts'
import { giveBelongings } from './belongings.ts'
import { Random } from './random.ts'
import { randomImage } from './images.ts'
import { Saboteur, welcomesAll, type Restriction, type SaboteurOptions } from './saboteur.ts'
import type { Scenario } from './scenario.ts'

/** The servers of one seed, each with somebody who spoils and writes down what it does. */
export interface Stage extends AsyncDisposable {
  readonly source: Place
  /** The same as the source where one registry plays both parts. */
  readonly destination: Place
  /** A registry that nobody has named. */
  readonly stranger: Place
  readonly clock: { now: number }
}

export interface Place {
  readonly registry: TestRegistry
  /** By which it is called: no two of them have the same host name. */
  readonly host: string
  readonly saboteur: Saboteur
}

const CLOSED = '127.0.0.1:1'
const START = Date.parse('2026-01-02T03:04:05Z')

export async function setStage(scenario: Scenario, restriction: Restriction = {}): Promise<Stage> {
  const { seed, sabotage } = scenario
  const clock = { now: START }
  const now = scenario.asStep ? Date.now : () => clock.now
  const started: TestRegistry[] = []
  const start = async (options: Scenario['sourceOptions']) => {
    const registry = await TestRegistry.start({ now, ...options })
    started.push(registry)
    return registry
  }
  const source = await start(scenario.sourceOptions)
  const destination = scenario.oneRegistry ? source : await start(scenario.destinationOptions)
  const stranger = await start({})
  const hosts = {
    source: source.host,
    destination: scenario.oneRegistry ? source.host : named('localhost', destination),
    stranger: named('stranger.localhost', stranger),
  }
  const place = (side: keyof typeof hosts, registry: TestRegistry): Place => {
    const other = side === 'source' ? hosts.destination : hosts.source
    const options: SaboteurOptions = {
      seed,
      side,
      sabotage: side === 'stranger' ? { kinds: [], rate: 0, focus: 'all' } : sabotage[side],
      store: registry.store,
      hosts: () => ({
        other: other === hosts[side] ? hosts.stranger : other,
        stranger: hosts.stranger,
        closed: CLOSED,
      }),
      ...restriction,
    }
    const saboteur = new Saboteur(options)
    registry.use(saboteur.middleware)
    return { registry, host: hosts[side], saboteur }
  }
  const sourcePlace = place('source', source)
  const stage: Stage = {
    source: sourcePlace,
    destination: scenario.oneRegistry ? sourcePlace : place('destination', destination),
    stranger: place('stranger', stranger),
    clock,
    async [Symbol.asyncDispose]() {
      for (const registry of started) await registry.close()
    },
  }
  stranger.use(welcomesAll)
  fill(stage, scenario)
  return stage
}

/** The registry under another name of this machine. */
function named(name: string, { host }: TestRegistry): string {
  return host.replace(/^.*:/, `${name}:`)
}

function fill({ source, destination, stranger }: Stage, scenario: Scenario) {
  const { seed, pairs, earlier, belongings, foreign, oneRegistry } = scenario
  const random = new Random('stranger', seed)
  const isTagged = scenario.sourceOptions.referrers === false
  for (const { image, source: from } of pairs) {
    pushTo(source.registry.store, from.repository, from.tag, image)
    pushTo(stranger.registry.store, from.repository, 'v1', randomImage(random))
    const own = belongings.get(image)
    if (own !== undefined) giveBelongings(source.registry.store, from.repository, own, isTagged)
  }
  for (const { repository, tag, image } of earlier) {
    pushTo(destination.registry.store, repository, tag, image)
  }
  const isTaggedThere = oneRegistry ? isTagged : scenario.destinationOptions.referrers === false
  for (const { repository, belongings: theirs } of foreign) {
    giveBelongings(destination.registry.store, repository, theirs, isTaggedThere)
  }
}
