/**
 * How the work of a long list spreads over shards: `npm run bench:shards -- --lines 20000`. The list
 * is read and parted by the action's own code; the images, what they share and what the registries
 * allow are made up here, and time is computed, not waited for. Prints the table of docs/scale.md.
 */
import { parseArgs } from 'node:util'
import { repositoryName } from '../src/oci/reference.ts'
import { type ListItem, parseImageList } from '../src/sync/image-list.ts'
import { isPair } from '../src/sync/list/pair.ts'
import { shardOf } from '../src/sync/shard.ts'
import { Random } from '../testkit/fuzz/random.ts'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '20000' },
    shards: { type: 'string', default: '1,4,16' },
    seed: { type: 'string', default: '1' },
  },
})

const MB = 1e6
/** A hosted runner, and registries that all runners share. */
const BYTES_PER_SECOND = 100 * MB
const ROUND_TRIP_SECONDS = 0.06
const REQUESTS_AT_ONCE = 32
const REQUESTS_PER_SECOND = 300
const HOSTS = ['docker.io', 'quay.io', 'ghcr.io', 'registry.k8s.io', 'gcr.io', 'mcr.microsoft.com']
const DESTINATION = 'mirror.example'
/** Operating systems and runtimes that images are built on, of which few are behind most. */
const BASES = 120
const PLATFORMS = 2

interface Blob {
  readonly name: string
  readonly bytes: number
}

/** What an image of one tag consists of, both platforms together. */
type Image = readonly Blob[]

const random = new Random('scale', values.seed)

/** Between the two, each order of magnitude as often as any other. */
function skewed(least: number, most: number): number {
  return Math.round(least * (most / least) ** random.next())
}

function blobs(prefix: string, length: number, least: number, most: number): Blob[] {
  return Array.from({ length }, (_, index) => ({
    name: `${prefix}/${index}`,
    bytes: skewed(least, most),
  }))
}

/** Repositories with few tags or many, each built on a base, with layers that its tags share or not. */
function makeImages(lines: number): Map<string, Image> {
  const bases = Array.from({ length: BASES }, (_, index) =>
    blobs(`base-${index}`, PLATFORMS * (1 + random.below(4)), 2 * MB, 60 * MB),
  )
  const images = new Map<string, Image>()
  for (let number = 0; images.size < lines; number++) {
    const repository = `${random.pick(HOSTS)}/team-${number % 300}/app-${number}`
    // Some are built on a base anew for each tag, most on the same.
    const common = [
      ...(bases[Math.floor(BASES * random.next() ** 3)] ?? []),
      ...blobs(`${repository}/common`, PLATFORMS * (1 + random.below(3)), 0.1 * MB, 30 * MB),
    ]
    const tags = skewed(1, 60)
    for (let tag = 0; tag < tags && images.size < lines; tag++) {
      const own = blobs(
        `${repository}/${tag}`,
        PLATFORMS * (2 + random.below(2)),
        0.002 * MB,
        40 * MB,
      )
      images.set(`${repository}:v1.${tag}`, [...common, ...own])
    }
  }
  return images
}

interface Work {
  lines: number
  readonly fetched: Map<string, number>
  bytes: number
  /** By host. */
  readonly requests: Map<string, number>
}

function count({ requests }: Work, host: string, more: number) {
  requests.set(host, (requests.get(host) ?? 0) + more)
}

/** What a run has to do that brings all images of a part for the first time. */
function workOf(part: readonly ListItem[], images: ReadonlyMap<string, Image>): Work {
  const work: Work = { lines: part.length, fetched: new Map(), bytes: 0, requests: new Map() }
  const held = new Set<string>()
  for (const { source, destination } of part.filter(isPair)) {
    const image = images.get(`${repositoryName(source)}:${source.tag ?? ''}`) ?? []
    const place = repositoryName(destination)
    // The index and its images are read; the tag is looked at, and all of them are written.
    count(work, source.registry, 1 + PLATFORMS)
    count(work, DESTINATION, 1 + 1 + PLATFORMS)
    for (const { name, bytes } of image) {
      if (held.has(`${place} ${name}`)) continue
      held.add(`${place} ${name}`)
      const isKnown = work.fetched.has(name)
      // A mount is one request; an upload two, and a download one.
      count(work, DESTINATION, isKnown ? 1 : 2)
      if (isKnown) continue
      work.fetched.set(name, bytes)
      work.bytes += bytes
      count(work, source.registry, 1)
    }
  }
  return work
}

/** Seconds that a part takes if its registries have nobody else. */
function secondsOf({ bytes, requests }: Work): number {
  const waits = [...requests.values()].map((all) => (all * ROUND_TRIP_SECONDS) / REQUESTS_AT_ONCE)
  return Math.max(bytes / BYTES_PER_SECOND, ...waits)
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((all, one) => all + one, 0)
}

function ratio(numbers: readonly number[]): string {
  return (Math.max(...numbers) / (sum(numbers) / numbers.length)).toFixed(2)
}

const images = makeImages(Number(values.lines))
const text = [...images.keys()].join('\n')
const list = parseImageList(text, {
  source: { registry: 'docker.io' },
  destination: { registry: DESTINATION, prefix: '{registry}' },
})
const unique = new Map([...images.values()].flat().map(({ name, bytes }) => [name, bytes]))
const repositories = new Set(list.map(({ source }) => repositoryName(source))).size
console.log(
  `${list.length} lines of ${repositories} repositories, ${unique.size} blobs, ` +
    `${(sum(unique.values()) / 1e12).toFixed(2)} TB\n`,
)
console.log(
  '| Shards | Largest to mean: lines | bytes | Blobs fetched more than once | Bytes more | ' +
    'Runner: slowest shard | Registry: slowest at its limit | Wall time | Nothing new |',
)
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
for (const of of values.shards.split(',').map(Number)) {
  const works = Array.from({ length: of }, (_, index) =>
    workOf(shardOf(list, { part: index + 1, of }), images),
  )
  const downloads = sum(works.map(({ fetched }) => fetched.size))
  const moved = sum(works.map(({ bytes }) => bytes))
  const hosts = new Set(works.flatMap(({ requests }) => [...requests.keys()]))
  const limits = [...hosts].map(
    (host) => sum(works.map(({ requests }) => requests.get(host) ?? 0)) / REQUESTS_PER_SECOND,
  )
  const [slowest, limit] = [Math.max(...works.map(secondsOf)), Math.max(...limits)]
  // An image that is there takes a request at either end, and the destination has those of all.
  const idle = Math.max(
    list.length / REQUESTS_PER_SECOND,
    (Math.max(...works.map(({ lines }) => lines)) * ROUND_TRIP_SECONDS) / REQUESTS_AT_ONCE,
  )
  const cells = [
    of,
    ratio(works.map(({ lines }) => lines)),
    ratio(works.map(({ bytes }) => bytes)),
    `${downloads - unique.size} (${((downloads / unique.size - 1) * 100).toFixed(1)} %)`,
    `${((moved / sum(unique.values()) - 1) * 100).toFixed(1)} %`,
    minutes(slowest),
    minutes(limit),
    minutes(Math.max(slowest, limit)),
    minutes(idle),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}

function minutes(seconds: number): string {
  return `${(seconds / 60).toFixed(1)} min`
}
