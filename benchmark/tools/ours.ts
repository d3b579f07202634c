import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { evaluate, readActionMetadata } from '../../testkit/runner/action-metadata.ts'
import { createRunnerWorld } from '../../testkit/runner/runner-world.ts'
import type { Command } from '../measure/timed.ts'
import { commonEnvironment, type Task, type Tool } from './tool.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/** In the workspace: the environment has no room for thousands of lines. */
const LIST = 'images.txt'

/** The committed bundle, started as a runner starts a step. */
export const ours: Tool = {
  name: 'ours',
  role: 'ours',
  how: 'one step with its defaults',
  version: 'dist',
  selectsPlatforms: true,
  takesLists: true,
  command: oursCommand,
}

export async function oursCommand(task: Task): Promise<Command> {
  const metadata = await readActionMetadata(join(PROJECT, 'action.yml'))
  const world = await createRunnerWorld()
  const { DOCKER_CONFIG } = await commonEnvironment(task)
  const images = task.pairs.map(({ source, targets }) => `${source} => ${targets.join(' ')}`)
  await writeFile(join(world.workspace, LIST), images.join('\n'))
  const inputs = {
    'images-file': LIST,
    platforms: task.platforms === 'all' ? 'all' : task.platforms.join(','),
    referrers: task.job.referrers === true ? 'all' : 'none',
  }
  return {
    file: process.execPath,
    args: [join(PROJECT, metadata.main)],
    cwd: world.workspace,
    env: {
      ...world.env,
      ...inputVariables(metadata.inputs, inputs),
      DOCKER_CONFIG,
      ...(task.authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: task.authority }),
    },
  }
}

/** As a runner sets them: what the step gives, and action.yml's default for everything else. */
function inputVariables(
  defaults: ReadonlyMap<string, string | undefined>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const values = [...defaults].map(([name, value]) => {
    const text = given[name] ?? evaluate(value ?? '', {})
    return [`INPUT_${name.toUpperCase()}`, text] as const
  })
  return Object.fromEntries(values)
}
