import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

export interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. */
export async function run(
  file: string,
  args: readonly string[],
  cwd = root,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 16 * 1024 * 1024 }
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
  })
}

/** As npm scripts are run: with the npm that runs this test, where there is one. */
async function npm(args: readonly string[], cwd: string): Promise<Ended> {
  const script = process.env['npm_execpath']
  return script === undefined
    ? run('npm', args, cwd)
    : run(process.execPath, [script, ...args], cwd)
}

/** What is in a tarball, and how large it is. */
export interface Packed {
  readonly filename: string
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** A folder with nothing in it but the package, installed from its tarball. */
export class LibraryWorld {
  readonly folder: string
  readonly packed: Packed

  static async make(): Promise<LibraryWorld> {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const build = await run(process.execPath, [tsc, '-p', 'tsconfig.build.json'])
    if (build.status !== 0) throw new Error(build.stdout)
    const folder = await mkdtemp(join(tmpdir(), 'library-'))
    const pack = await npm(
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
      root,
    )
    if (pack.status !== 0) throw new Error(pack.stderr)
    const [packed] = JSON.parse(pack.stdout) as readonly Packed[]
    if (packed === undefined) throw new Error('npm packed nothing')
    const world = new LibraryWorld(folder, packed)
    await world.#install()
    return world
  }

  private constructor(folder: string, packed: Packed) {
    this.folder = folder
    this.packed = packed
  }

  /** Its dependencies come from this checkout, so that nothing has to be fetched. */
  async #install(): Promise<void> {
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      readonly dependencies: Record<string, string>
    }
    const overrides = Object.fromEntries(
      Object.keys(manifest.dependencies).map((name) => [
        name,
        `file:${join(root, 'node_modules', name)}`,
      ]),
    )
    await this.write(
      'package.json',
      JSON.stringify({
        private: true,
        type: 'module',
        dependencies: { 'image-sync-action': `file:${this.packed.filename}` },
        overrides,
      }),
    )
    const install = await npm(
      ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts'],
      this.folder,
    )
    if (install.status !== 0) throw new Error(install.stderr)
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(join(this.folder, file), text)
  }

  /** Compiles a program against the package's types, as strictly as can be. */
  async compile(...files: readonly string[]): Promise<Ended> {
    await mkdir(join(this.folder, 'node_modules/@types'), { recursive: true })
    const types = join(root, 'node_modules/@types')
    const flags = '--strict --noEmit --target es2024 --module nodenext --types node'.split(' ')
    return run(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), ...flags, '--typeRoots', types, ...files],
      this.folder,
    )
  }

  /** Runs a program of the folder. */
  async node(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return run(process.execPath, args, this.folder, env)
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}
