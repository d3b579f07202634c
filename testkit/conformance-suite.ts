import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const MODULE = 'github.com/opencontainers/distribution-spec/conformance'
/** The suite has no releases of its own, so a commit is pinned. It tests against spec 1.1. */
const VERSION = 'v0.0.0-20260730175803-fee21197eb94'

/** Features that the suite reports, by the four categories of distribution-spec 1.1, "Conformance". */
const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  pull: [
    'Ping',
    'Blob get',
    'Blob get range',
    'Blob head',
    'Manifest get by digest',
    'Manifest get by tag',
    'Manifest head by digest',
    'Manifest head by tag',
  ],
  push: [
    'Blob push',
    'Blob post only',
    'Blob post put',
    'Blob chunked',
    'Blob streaming',
    'Blob mount',
    'Blob upload cancel',
    'Manifest put by digest',
    'Manifest put by tag',
    'Manifest put with subject',
    'Manifest put with tag params',
  ],
  'content discovery': ['Tag listing', 'Referrers'],
  'content management': [
    'Blob delete',
    'Blob delete atomic',
    'Manifest delete',
    'Manifest delete atomic',
    'Tag delete',
    'Tag delete atomic',
  ],
}

/** Whether Go can be used to build the suite. */
export async function hasGo(): Promise<boolean> {
  return run('go', ['version']).then(
    () => true,
    () => false,
  )
}

/** Builds the official suite outside of the checkout, once for each version. Returns the program's path. */
export async function buildSuite(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const folder = join(cache, 'oci-conformance')
  const program = join(folder, VERSION)
  if (await exists(program)) return program
  const module = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    await mkdir(folder, { recursive: true })
    // `go install module@version` asks for the list of versions too, which not every proxy has.
    const requirement = `module build\n\ngo 1.24.0\n\nrequire ${MODULE} ${VERSION}\n`
    await writeFile(join(module, 'go.mod'), requirement)
    const built = join(module, 'suite')
    await run('go', ['build', '-mod=mod', '-o', built, MODULE], { cwd: module })
    await rename(built, program).catch(async () => run('cp', [built, program]))
    return program
  } finally {
    await rm(module, { recursive: true, force: true })
  }
}

export interface SuiteTarget {
  readonly host: string
  /** The authority to trust, PEM, where the registry speaks TLS. */
  readonly ca?: string | undefined
  readonly user?: string
  readonly password?: string
}

export interface SuiteResult {
  readonly passed: boolean
  /** Everything that the suite printed. */
  readonly output: string
  /** Feature to `Pass`, `FAIL`, `Skip`, … */
  readonly features: ReadonlyMap<string, string>
}

/** Runs every test of the suite, with nothing that the registry offers left out. */
export async function runSuite(program: string, target: SuiteTarget): Promise<SuiteResult> {
  const results = await mkdtemp(join(tmpdir(), 'conformance-results-'))
  try {
    const authority = join(results, 'ca.pem')
    await writeFile(authority, target.ca ?? '')
    const child = spawn(program, {
      cwd: results,
      env: {
        PATH: process.env['PATH'],
        OCI_RESULTS_DIR: results,
        OCI_VERSION: '1.1',
        OCI_REGISTRY: target.host,
        // How Go programs on Linux are told whom to trust.
        SSL_CERT_FILE: authority,
        OCI_TLS: target.ca === undefined ? 'disabled' : 'enabled',
        OCI_REPO1: 'conformance/one',
        OCI_REPO2: 'conformance/two',
        OCI_USERNAME: target.user,
        OCI_PASSWORD: target.password,
        OCI_API_BLOBS_DIGEST_HEADER: 'true',
        OCI_API_BLOBS_UPLOAD_CANCEL: 'true',
        OCI_API_MANIFESTS_DIGEST_HEADER: 'true',
        OCI_API_MANIFESTS_TAG_PARAM: 'true',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    }
    const [code] = (await once(child, 'close')) as [number | null]
    const output = Buffer.concat(chunks).toString()
    return { passed: code === 0, output, features: parseFeatures(output) }
  } finally {
    await rm(results, { recursive: true, force: true })
  }
}

/** Reads the lines `Feature name.......:   Pass` of the suite's report. */
export function parseFeatures(output: string): Map<string, string> {
  const lines = output.matchAll(/^ {2}(?<name>\w[\w ]*?)\.+: +(?<status>[A-Za-z]+)$/gm)
  return new Map([...lines].map(({ groups }) => [groups?.['name'] ?? '', groups?.['status'] ?? '']))
}

/** What keeps a category from having passed; empty where each of its features was tested and passed. */
export function shortfalls(features: ReadonlyMap<string, string>): Map<string, string[]> {
  const entries = Object.entries(CATEGORIES).map(([category, names]) => {
    const statuses = names.map((name) => [name, features.get(name) ?? 'not tested'] as const)
    const missing = statuses.filter(([, status]) => status !== 'Pass')
    return [category, missing.map(([name, status]) => `${name}: ${status}`)] as const
  })
  return new Map(entries)
}

/** At most this many failed tests are worth printing; the first ones usually tell. */
const FAILURES_SHOWN = 20

/** The failed tests among what the suite printed. */
export function failedTests(output: string): string {
  const lines = output.split('\n').filter((line) => line.includes('msg="failed test"'))
  const rest = lines.length - FAILURES_SHOWN
  return [...lines.slice(0, FAILURES_SHOWN), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n')
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
