import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseFileCommand } from './file-command.ts'

/** Files that a step writes to talk to the runner, by the environment variable that names them. */
const COMMAND_FILES = ['ENV', 'OUTPUT', 'PATH', 'STATE', 'STEP_SUMMARY'] as const

export interface WorldOptions {
  readonly actor?: string
  /** `owner/name`. */
  readonly repository?: string
  readonly eventName?: string
  readonly event?: unknown
  /** Step debug logging, as the repository's secret switches it on. */
  readonly debug?: boolean
  /** Files of the workspace: path to content. */
  readonly workspace?: Readonly<Record<string, string | Uint8Array>>
  /** The GITHUB_ARTIFACTS file command, which only some servers offer. */
  readonly artifacts?: boolean
  /** What earlier steps of the job have declared there. */
  readonly artifactsBefore?: readonly {
    readonly name: string
    readonly digest: string
    readonly kind: 'file' | 'oci'
  }[]
}

export interface StepFiles {
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly exportedEnv: Readonly<Record<string, string>>
  readonly addedPaths: readonly string[]
  readonly summary: string
  /** Undefined unless the world offered the file. */
  readonly artifacts: string | undefined
  /** Every file that was left in the workspace and in RUNNER_TEMP, by absolute path. */
  readonly files: ReadonlyMap<string, Buffer>
}

/** The folders, files and variables that a step finds on a runner, in a temporary folder of its own. */
export interface RunnerWorld {
  readonly env: Readonly<Record<string, string>>
  readonly workspace: string
  readonly temp: string
  collect(): Promise<StepFiles>
  remove(): Promise<void>
}

export async function createRunnerWorld(options: WorldOptions = {}): Promise<RunnerWorld> {
  const root = await mkdtemp(join(tmpdir(), 'action-runner-'))
  const at = (name: string) => join(root, name)
  const [workspace, temp, commands] = [at('workspace'), at('temp'), at('commands')]
  for (const folder of [workspace, temp, commands, at('home')]) await mkdir(folder)
  for (const [path, content] of Object.entries(options.workspace ?? {})) {
    await mkdir(dirname(join(workspace, path)), { recursive: true })
    await writeFile(join(workspace, path), content)
  }
  const artifactFiles = options.artifacts === true ? ['ARTIFACTS', 'ARTIFACTS_LIST'] : []
  const names = [...COMMAND_FILES, ...artifactFiles]
  for (const name of names) await writeFile(join(commands, name), '')
  if (options.artifacts === true) {
    const list = { version: 1, subjects: options.artifactsBefore ?? [] }
    await writeFile(join(commands, 'ARTIFACTS_LIST'), JSON.stringify(list))
  }
  await writeFile(at('event.json'), JSON.stringify(options.event ?? {}))
  const files = Object.fromEntries(names.map((name) => [`GITHUB_${name}`, join(commands, name)]))
  return {
    env: {
      ...variables(options),
      ...files,
      HOME: at('home'),
      GITHUB_EVENT_PATH: at('event.json'),
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temp,
      RUNNER_TOOL_CACHE: temp,
    },
    workspace,
    temp,
    collect: async () => collect(commands, [workspace, temp], options.artifacts === true),
    remove: async () => rm(root, { recursive: true, force: true }),
  }
}

function variables(options: WorldOptions): Record<string, string> {
  const repository = options.repository ?? 'octo-org/octo-repo'
  const actor = options.actor ?? 'octocat'
  return {
    PATH: process.env['PATH'] ?? '',
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: '__self',
    GITHUB_ACTOR: actor,
    GITHUB_TRIGGERING_ACTOR: actor,
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_BASE_REF: '',
    GITHUB_EVENT_NAME: options.eventName ?? 'push',
    GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
    GITHUB_HEAD_REF: '',
    GITHUB_JOB: 'sync',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: repository.split('/')[0] ?? '',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '1000000001',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
    GITHUB_WORKFLOW: 'sync',
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'runner',
    RUNNER_OS: 'Linux',
    ...(options.debug === true ? { RUNNER_DEBUG: '1' } : {}),
  }
}

async function collect(
  commands: string,
  folders: readonly string[],
  hasArtifacts: boolean,
): Promise<StepFiles> {
  const read = async (name: string) => readFile(join(commands, name), 'utf8')
  const paths = (await read('PATH')).split(/\r?\n/)
  return {
    outputs: parseFileCommand(await read('OUTPUT')),
    state: parseFileCommand(await read('STATE')),
    exportedEnv: parseFileCommand(await read('ENV')),
    addedPaths: paths.filter((path) => path !== ''),
    summary: await read('STEP_SUMMARY'),
    artifacts: hasArtifacts ? await read('ARTIFACTS') : undefined,
    files: await filesBelow(folders),
  }
}

async function filesBelow(folders: readonly string[]): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      files.set(path, await readFile(path))
    }
  }
  return files
}
