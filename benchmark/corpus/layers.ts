import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readdir, readFile, rename, rm, stat, writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Apt, type Candidate } from './apt.ts'
import { cacheFolder } from './cache.ts'
import { architectureNames, selectPackages, type PackageSet } from './packages.ts'

/** The files of one package, as a tar that gzip made smaller. */
export interface Layer {
  readonly digest: string
  /** Bytes. */
  readonly size: number
  /** Of the tar. */
  readonly diffId: string
  /** Path. */
  readonly file: string
}

/** A layer for each architecture. */
export interface LayerSet {
  readonly name: string
  readonly layers: Readonly<Record<string, Layer>>
}

export interface Layers {
  readonly tiny: readonly LayerSet[]
  readonly small: readonly LayerSet[]
  readonly medium: readonly LayerSet[]
  readonly named: Readonly<Record<string, LayerSet>>
}

/** What makes layers anew when it changes. */
const RECIPE = 1

/** Makes the layers, or finds those that were made before. Takes minutes the first time. */
export async function readLayers(): Promise<Layers> {
  const folder = await cacheFolder(`layers-${RECIPE}`)
  const list = join(folder, 'layers.json')
  try {
    return JSON.parse(await readFile(list, 'utf8')) as Layers
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const layers = await makeLayers(folder)
  await writeFile(`${list}.new`, JSON.stringify(layers, undefined, 1))
  await rename(`${list}.new`, list)
  return layers
}

async function makeLayers(folder: string): Promise<Layers> {
  const apt = await Apt.open(architectureNames)
  const selection = selectPackages(await apt.candidates())
  const { tiny, small, medium, named } = selection
  const sets = [...tiny, ...small, ...medium, ...named.values()]
  const made = await makeAll(apt, folder, candidatesOf(sets))
  const layerSet = ({ name, candidates }: PackageSet): LayerSet => ({
    name,
    layers: Object.fromEntries(
      architectureNames.map((architecture) => {
        const layer = made.get(keyOf(candidates[architecture]))
        if (layer === undefined) throw new Error(`there is no layer of ${name}`)
        return [architecture, layer]
      }),
    ),
  })
  return {
    tiny: tiny.map(layerSet),
    small: small.map(layerSet),
    medium: medium.map(layerSet),
    named: Object.fromEntries([...named].map(([name, set]) => [name, layerSet(set)])),
  }
}

function candidatesOf(sets: readonly PackageSet[]): readonly Candidate[] {
  const all = sets.flatMap(({ candidates }) => Object.values(candidates))
  return [...new Map(all.map((candidate) => [keyOf(candidate), candidate])).values()]
}

function keyOf({ name, architecture, version }: Candidate): string {
  return `${name}_${version}_${architecture}`
}

/** So many packages are fetched by one call of apt: enough to be quick, few enough to show how far it is. */
const BATCH = 40

async function makeAll(apt: Apt, folder: string, candidates: readonly Candidate[]) {
  const made = new Map<string, Layer>()
  const packages = join(folder, 'packages')
  for (let start = 0; start < candidates.length; start += BATCH) {
    const batch = candidates.slice(start, start + BATCH)
    const size = batch.reduce((sum, candidate) => sum + candidate.size, 0)
    console.error(
      `layers ${start + 1} to ${start + batch.length} of ${candidates.length}: ${(size / 1e6).toFixed(0)} MB of packages`,
    )
    await rm(packages, { recursive: true, force: true })
    await mkdir(packages)
    await apt.download(batch, packages)
    const files = await readdir(packages)
    for (const candidate of batch) {
      // apt writes the colon of an epoch as it would stand in a URL.
      const name = `${keyOf(candidate).replaceAll(':', '%3a')}.deb`
      if (!files.includes(name)) throw new Error(`apt brought no ${name}`)
      made.set(keyOf(candidate), await makeLayer(join(packages, name), folder))
    }
  }
  await rm(packages, { recursive: true, force: true })
  return made
}

/** dpkg-deb gives the tar as the maintainer made it and gzip is told of no time: the same bytes every time. */
async function makeLayer(deb: string, folder: string): Promise<Layer> {
  const unpack = spawn('dpkg-deb', ['--fsys-tarfile', deb], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pack = spawn('gzip', ['-n', '-3'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = Promise.all([once(unpack, 'close'), once(pack, 'close')])
  const [diffId, digest] = [createHash('sha256'), createHash('sha256')]
  const temporary = join(folder, 'layer.new')
  const whole = new PassThrough()
  unpack.stdout.on('data', (chunk: Buffer) => diffId.update(chunk))
  pack.stdout.on('data', (chunk: Buffer) => digest.update(chunk))
  await Promise.all([
    pipeline(unpack.stdout, pack.stdin),
    pipeline(pack.stdout, whole, createWriteStream(temporary)),
  ])
  for (const [code] of await ended) {
    if (code !== 0) throw new Error(`${deb} could not be made into a layer`)
  }
  const hex = digest.digest('hex')
  const file = join(folder, hex)
  const { size } = await stat(temporary)
  await rename(temporary, file)
  return { digest: `sha256:${hex}`, size, diffId: `sha256:${diffId.digest('hex')}`, file }
}
