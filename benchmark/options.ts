import { parseArgs } from 'node:util'
import { requestsPlan, wholePlan, type Step } from './plan.ts'
import { profileNames } from './profiles.ts'
import { serverNames, type ServerName } from './registries/server.ts'
import { shapeNames } from './shapes.ts'
import { limitNames, toolNames, type ToolName } from './tools/tool.ts'

export interface Options {
  readonly server: ServerName
  readonly tools: readonly ToolName[]
  readonly steps: readonly Step[]
  /** Whether the results are complete, and to be kept. */
  readonly isWhole: boolean
  readonly isVerbose: boolean
}

export const usage = `npm run bench [-- OPTIONS]

Without options, everything that docs/performance.md shows, which is then kept in benchmark/results.json.
  --shapes A,B      ${shapeNames.join(', ')}
  --profiles A,B    ${profileNames.join(', ')}
  --platforms A,B   all, two
  --tools A,B       ${toolNames.join(', ')}
  --runs N          of the fastest tools, or fewer than the plan has; the others run once
  --limits          measures what the machine allows, too
  --server NAME     ${serverNames.join(', ')}
  --verbose         shows what the tools write, and requests by kind`

export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      shapes: { type: 'string' },
      profiles: { type: 'string' },
      platforms: { type: 'string' },
      tools: { type: 'string' },
      runs: { type: 'string' },
      limits: { type: 'boolean', default: false },
      server: { type: 'string', default: 'distribution2' },
      verbose: { type: 'boolean', default: false },
    },
  })
  const { shapes, profiles, platforms, runs } = values
  const [server = 'distribution2'] = list('server', values.server, serverNames)
  const isWhole = [shapes, profiles, platforms, values.tools].every((value) => value === undefined)
  const chosen = list('shapes', shapes ?? 'tiny', shapeNames).flatMap((shape) =>
    list('profiles', profiles ?? 'counted', profileNames).flatMap((profile) =>
      list('platforms', platforms ?? 'all', ['all', 'two'] as const).map((selection) => ({
        shape,
        profile,
        selection,
        runs: Number(runs ?? 1),
        limits: values.limits ? limitNames : [],
      })),
    ),
  )
  return {
    server,
    tools: list('tools', values.tools ?? toolNames.join(','), toolNames),
    steps: isWhole ? planFor(server, Number(runs ?? Number.POSITIVE_INFINITY)) : chosen,
    isWhole,
    isVerbose: values.verbose,
  }
}

/** With so many runs at the most. */
function planFor(server: ServerName, mostRuns: number): readonly Step[] {
  const plan = server === 'distribution2' ? wholePlan : requestsPlan
  return plan.map((step) => ({ ...step, runs: Math.min(step.runs, mostRuns) }))
}

function list<Name extends string>(
  option: string,
  text: string,
  known: readonly Name[],
): readonly Name[] {
  return text.split(',').map((word) => {
    const name = known.find((one) => one === word)
    if (name === undefined) throw new Error(`--${option} ${word}: one of ${known.join(', ')}`)
    return name
  })
}
