import { setStage, type Stage } from './stage.ts'
import type { Restriction } from './saboteur.ts'
import { scenarioOf, type Pair, type Scenario } from './scenario.ts'
import type { Job, Outcome, Subjects } from './subject.ts'
import { problemsOf, tagsOf } from './witness.ts'

export interface Played {
  readonly seed: number
  /** Nothing, if all is well. */
  readonly problems: readonly string[]
  /** What was done to the conversation: the kind, and the exchange. */
  readonly mutations: readonly { readonly key: string; readonly kind: string }[]
  readonly requests: number
  readonly statuses: readonly string[]
  /** Uploads that were neither finished nor given back. */
  readonly openUploads: number
}

/** Plays one seed, with all of its mutations or with some of them. */
export async function play(
  seed: number,
  subjects: Subjects,
  restriction: Restriction = {},
): Promise<Played> {
  const scenario = scenarioOf(seed)
  await using stage = await setStage(scenario, restriction)
  const before = tagsOf(stage.destination)
  const lost: string[] = []
  const onLost = (error: unknown) => void lost.push(`nobody caught: ${String(error)}`)
  process.on('unhandledRejection', onLost)
  process.on('uncaughtException', onLost)
  try {
    const onStaged = () => {
      const shown = [...tagsOf(stage.destination)]
      const moved = shown.filter(([name, digest]) => before.get(name) !== digest)
      // Tags of cosign belong to the image.
      const names = moved.map(([name]) => name).filter((name) => !/:sha\d+-/.test(name))
      lost.push(...names.map((name) => `staging has moved ${name}`))
    }
    const outcome = await outcomeOf(scenario, stage, subjects, onStaged)
    // What was left behind shows now.
    await new Promise((resolve) => setImmediate(resolve))
    const problems = [...problemsOf(stage, scenario, before, outcome), ...lost]
    const saboteurs = [...new Set([stage.source, stage.destination, stage.stranger])].map(
      ({ saboteur }) => saboteur,
    )
    return {
      seed,
      problems: [...new Set(problems)],
      mutations: saboteurs.flatMap(({ done }) => done.map(({ key, kind = '' }) => ({ key, kind }))),
      requests: saboteurs.reduce((sum, { observations }) => sum + observations.length, 0),
      statuses: outcome.results.map(({ status }) => status),
      openUploads: stage.destination.registry.store.uploads.size,
    }
  } finally {
    process.off('unhandledRejection', onLost)
    process.off('uncaughtException', onLost)
  }
}

async function outcomeOf(
  scenario: Scenario,
  stage: Stage,
  subjects: Subjects,
  onStaged: () => void,
): Promise<Outcome> {
  const subject = scenario.asStep ? subjects.step : subjects.run
  try {
    return await subject({ ...jobOf(scenario, stage), onStaged })
  } catch (error) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { results: [], told: trace, problems: [`the run threw: ${trace}`] }
  }
}

function jobOf(scenario: Scenario, { source, destination, clock }: Stage): Omit<Job, 'onStaged'> {
  const { seed, pairs, policy, course, rules, sourceLogin, destinationLogin } = scenario
  return {
    seed,
    pairs: pairs.map((pair) => ({
      source: `${source.host}/${sourceName(pair)}`,
      destination: `${destination.host}/${destinationName(pair)}`,
    })),
    policy,
    course,
    key: rules?.key,
    source: { host: source.host, login: sourceLogin },
    destination: { host: destination.host, login: destinationLogin },
    clock,
  }
}

function sourceName({ source: { repository, tag, digest } }: Pair): string {
  return tag === undefined ? `${repository}@${digest ?? ''}` : `${repository}:${tag}`
}

function destinationName({ destination: { repository, tag } }: Pair): string {
  return tag === undefined ? repository : `${repository}:${tag}`
}

/** The mutations without which the seed does not fail: one after the other is left out. */
export async function shrink(
  failed: Played,
  subjects: Subjects,
  restriction: Restriction = {},
): Promise<Played> {
  let best = failed
  for (const { key } of failed.mutations) {
    const keys = best.mutations.map((mutation) => mutation.key)
    if (!keys.includes(key)) continue
    const only = new Set(keys.filter((one) => one !== key))
    const again = await play(failed.seed, subjects, { ...restriction, only })
    if (again.problems.length > 0) best = again
  }
  return best
}
