import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { findCrane } from '../../testkit/servers/crane.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { findProgram } from '../../testkit/servers/programs.ts'
import { RealPair } from './real-pair.ts'
import { isWanted, type RegistryKind } from './real-registry.ts'

const kind: RegistryKind = { program: 'Distribution 2', login: 'a password file' }
const hasRegistry = isWanted(kind.program)
const skopeo = findProgram('skopeo')
const crane = findCrane()
const describeSkopeo = hasRegistry && skopeo !== undefined ? describe : describe.skip
const describeCrane = hasRegistry && crane !== undefined ? describe : describe.skip

const multi = buildMultiPlatform({
  platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'],
  attestations: true,
})
const single = buildImage({ format: 'docker', layers: [{ files: { tool: 'one platform' } }] })

const copies = [
  { what: 'an image', list: 'SOURCE/acme/tool:v1 => DESTINATION/prod/tool:v1' },
  { what: 'an index of some platforms', list: 'SOURCE/acme/app:v1 => DESTINATION/prod/app:v1' },
  {
    what: 'an index with everything',
    list: 'SOURCE/acme/app:v1 => DESTINATION/prod/whole:v1',
    platforms: 'all',
  },
]

let registries: RealPair
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'other-tools-'))
  if (!hasRegistry) return
  registries = await RealPair.start(kind, kind)
  await registries.push('acme/tool', 'v1', single)
  await registries.push('acme/app', 'v1', multi)
})

afterAll(async () => {
  // Not there where it was not wanted or could not be started.
  await (registries as RealPair | undefined)?.close()
  await rm(folder, { recursive: true })
})

/** Copies with the action; the reference and what it says its digest is. */
async function copied({ list, platforms }: (typeof copies)[number]) {
  const { digests } = await registries.sync(list, platforms === undefined ? {} : { platforms })
  const [[reference, digest] = ['', '']] = Object.entries(digests)
  return { reference, digest }
}

/** Runs a program that knows nothing of the user's configuration. */
async function run(program: string | undefined, ...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, DOCKER_CONFIG: folder }
  const { stdout } = await promisify(execFile)(program ?? '', args, { env })
  return stdout
}

function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

describeSkopeo('skopeo', () => {
  test.each(copies)('reads $what digest for digest', async (copy) => {
    const { reference, digest } = await copied(copy)
    const { account } = registries.destination
    const login = `${account?.name}:${account?.password}`
    const creds = ['--tls-verify=false', '--creds', login]
    const raw = await run(skopeo, 'inspect', ...creds, '--raw', `docker://${reference}`)
    expect(digestOf(raw)).toBe(digest)

    const target = join(folder, `skopeo-${copies.indexOf(copy)}`)
    const flags = ['--insecure-policy', '--src-tls-verify=false', '--src-creds', login]
    const way = [`docker://${reference}`, `dir:${target}`]
    await run(skopeo, 'copy', ...flags, '--all', '--preserve-digests', '--quiet', ...way)
    expect(digestOf(await readFile(join(target, 'manifest.json')))).toBe(digest)
  })
})

describeCrane('crane', () => {
  beforeAll(async () => {
    const { host, account } = registries.destination
    const login = ['-u', account?.name ?? '', '-p', account?.password ?? '']
    await run(crane, 'auth', 'login', '--insecure', host, ...login)
  })

  test.each(copies)('reads $what digest for digest', async (copy) => {
    const { reference, digest } = await copied(copy)
    expect((await run(crane, 'digest', '--insecure', reference)).trim()).toBe(digest)
    expect(digestOf(await run(crane, 'manifest', '--insecure', reference))).toBe(digest)

    const target = join(folder, `crane-${copies.indexOf(copy)}`)
    await run(crane, 'pull', '--insecure', '--format', 'oci', reference, target)
    const layout = JSON.parse(await readFile(join(target, 'index.json'), 'utf8')) as {
      manifests: { digest: string }[]
    }
    expect(layout.manifests.map((manifest) => manifest.digest)).toEqual([digest])
  })
})
