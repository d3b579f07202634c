/**
 * Builds `dist/`, which is what a workflow that uses the action runs: types off with tsc into `lib/`,
 * then everything together with ncc. The same sources and lock file give the same bytes on
 * every machine, which is what lets a check compare a fresh build with the committed one.
 *
 * Not minified and without a source map: people who pin the action are to be able to read it.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * Exactly these files; a further one would be a chunk that a dynamic import split off. What only some
 * runs need is a bundle of its own, because ncc loses licenses where it makes chunks.
 */
const DIST_FILES: readonly string[] = [
  'index.js',
  'licenses.txt',
  'merge/index.js',
  'merge/licenses.txt',
  'merge/package.json',
  'package.json',
  'trust/index.js',
  'trust/licenses.txt',
  'trust/package.json',
  'versions/index.js',
  'versions/licenses.txt',
  'versions/package.json',
]

/** The script behind a package's command. Started with this Node, because `.bin` holds shims on Windows. */
function commandScript(packageName: string, command: string): string {
  const manifestPath = createRequire(join(root, 'package.json')).resolve(
    `${packageName}/package.json`,
  )
  const manifest: { bin: Record<string, string> } = JSON.parse(readFileSync(manifestPath, 'utf8'))
  const script = manifest.bin[command]
  if (script === undefined) throw new Error(`${packageName} has no command ${command}`)
  return join(dirname(manifestPath), script)
}

function run(script: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${[script, ...args].join(' ')} ended with status ${status}`)
}

/** License texts come with the line ends of their packages; what is committed has line feeds only. */
function normaliseLineEnds(path: string): void {
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replaceAll('\r\n', '\n'))
}

function bundle(entry: string, directory: string): void {
  run(
    commandScript('@vercel/ncc', 'ncc'),
    'build',
    entry,
    '--out',
    directory,
    '--license',
    'licenses.txt',
    '--no-cache',
    '--quiet',
  )
}

/** @param dist where the bundles go: the committed directory, or another one to compare with it */
function packageAction(dist: string): void {
  for (const directory of [join(root, 'lib'), dist]) {
    rmSync(directory, { recursive: true, force: true })
  }

  run(commandScript('typescript', 'tsc'), '-p', 'tsconfig.build.json')
  bundle('lib/index.js', dist)
  bundle('lib/merge/index.js', join(dist, 'merge'))
  bundle('lib/trust/index.js', join(dist, 'trust'))
  bundle('lib/sync/tags/versions/index.js', join(dist, 'versions'))

  const files = readdirSync(dist, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort()
  if (files.join() !== DIST_FILES.join()) {
    throw new Error(`dist/ should hold ${DIST_FILES.join(', ')}; it holds ${files.join(', ')}`)
  }
  for (const file of files) {
    const path = join(dist, file)
    normaliseLineEnds(path)
    console.log(`dist/${file}: ${statSync(path).size} bytes`)
  }
}

packageAction(resolve(root, process.argv[2] ?? 'dist'))
