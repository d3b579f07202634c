import { execFile } from 'node:child_process'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './cache.ts'

const run = promisify(execFile)

/** A version of a package in apt's index. */
export interface Candidate {
  readonly name: string
  /** Debian's name, or `all`. */
  readonly architecture: string
  readonly version: string
  /** Bytes of the .deb. */
  readonly size: number
}

/** The index of three architectures is about 100 MB of text. */
const MAX_INDEX = 512 * 1024 * 1024

/** apt with a state of its own: what the machine has installed, and for which architectures, stays as it is. */
export class Apt {
  readonly #env: NodeJS.ProcessEnv

  static async open(architectures: readonly string[]): Promise<Apt> {
    const folder = await cacheFolder('apt')
    const at = (...names: readonly string[]) => join(folder, ...names)
    for (const name of ['state/lists/partial', 'cache/archives/partial', 'sources']) {
      await mkdir(at(name), { recursive: true })
    }
    await writeFile(at('status'), '')
    for (const file of await ownSources()) {
      await copyFile(join(SOURCES, file), at('sources', file))
    }
    await writeFile(at('apt.conf'), configuration(folder, architectures))
    return new Apt({ ...process.env, APT_CONFIG: at('apt.conf'), LC_ALL: 'C' })
  }

  private constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  /** Brings the index up to date, and gives all of it. */
  async candidates(): Promise<readonly Candidate[]> {
    await this.#run('apt-get', ['-qq', 'update']).catch((error: unknown) => {
      // One mirror file that is being replaced does not take the others with it.
      console.error(`apt-get update: ${String(error).split('\n').at(-2) ?? ''}`)
    })
    const index = await this.#run('apt-cache', ['dumpavail'])
    return index.split('\n\n').flatMap(candidate)
  }

  /** Puts the files into `folder`. */
  async download(candidates: readonly Candidate[], folder: string): Promise<void> {
    const names = candidates.map(
      ({ name, architecture, version }) => `${name}:${architecture}=${version}`,
    )
    await this.#run('apt-get', ['-qq', '-o', 'Acquire::Retries=5', 'download', ...names], folder)
  }

  async #run(command: string, args: readonly string[], cwd?: string): Promise<string> {
    const options = { env: this.#env, maxBuffer: MAX_INDEX, ...(cwd === undefined ? {} : { cwd }) }
    try {
      return (await run(command, args, options)).stdout
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      const message = `the benchmark's layers are Debian packages: there is no ${command} here`
      throw new Error(message, { cause: error })
    }
  }
}

const SOURCES = '/etc/apt/sources.list.d'

/** The distribution's own sources: others need not have foreign architectures, or be reachable. */
async function ownSources(): Promise<readonly string[]> {
  const files = await readdir(SOURCES).catch(() => [])
  return files.filter((file) => /^(debian|ubuntu)\.sources$/.test(file))
}

function configuration(folder: string, architectures: readonly string[]): string {
  return [
    `Dir::State "${folder}/state";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}/cache";`,
    `Dir::Etc::sourceparts "${folder}/sources";`,
    `APT::Architecture "${architectures[0] ?? ''}";`,
    `APT::Architectures { ${architectures.map((name) => `"${name}";`).join(' ')} };`,
    'Acquire::Languages "none";',
    // Its own user may not write into a home folder.
    'APT::Sandbox::User "root";',
    '',
  ].join('\n')
}

function candidate(paragraph: string): Candidate[] {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1]
  const [name, architecture, version] = [field('Package'), field('Architecture'), field('Version')]
  if (name === undefined || architecture === undefined || version === undefined) return []
  return [{ name, architecture, version, size: Number(field('Size')) }]
}
