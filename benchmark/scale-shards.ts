/**
 * How the work of a long list spreads over shards: `npm run bench:shards -- --lines 20000`. The list
 * is read and parted by the action's own code; the images, what they share and what the registries
 * allow are made up here, and time is computed, not waited for. A shorter list (`--play 600`) is run
 * by the bundle, to see how far the model's requests are off. Prints the tables of docs/scale.md.
 */
import { parseArgs } from 'node:util'
import { repositoryName } from '../src/oci/reference.ts'
import { parseImageList } from '../src/sync/image-list.ts'
import { shardOf } from '../src/sync/shard.ts'
import { Random } from '../testkit/fuzz/random.ts'
import { blobsOf, makeImages, MB } from './shards/images.ts'
import { type Asked, playShards } from './shards/play.ts'
import { type Work, workOf } from './shards/work.ts'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '20000' },
    shards: { type: 'string', default: '1,4,16' },
    seed: { type: 'string', default: '1' },
    play: { type: 'string', default: '600' },
  },
})

/** A hosted runner, and registries that all runners share. */
const BYTES_PER_SECOND = 100 * MB
const ROUND_TRIP_SECONDS = 0.06
const REQUESTS_AT_ONCE = 32
const REQUESTS_PER_SECOND = 300
const HOSTS = ['docker.io', 'quay.io', 'ghcr.io', 'registry.k8s.io', 'gcr.io', 'mcr.microsoft.com']
const DESTINATION = 'mirror.example'

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

const counts = values.shards.split(',').map(Number)
const images = makeImages(new Random('scale', values.seed), HOSTS, Number(values.lines))
const text = [...images.keys()].join('\n')
const list = parseImageList(text, {
  source: { registry: 'docker.io' },
  destination: { registry: DESTINATION, prefix: '{registry}' },
})
const unique = new Map(
  [...images.values()].flatMap(blobsOf).map(({ name, bytes }) => [name, bytes]),
)
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
for (const of of counts) {
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

const lines = Number(values.play)
if (lines > 0) {
  console.log(`\n${lines} lines, played: counted, and what the model has for it\n`)
  console.log('| Shards | Of sources | Of the destination | Blobs fetched | Nothing new |')
  console.log('| --- | --- | --- | --- | --- |')
  for (const { shards, model, counted, again } of await playShards(values.seed, lines, counts)) {
    const pair = (name: keyof Asked) => compared(counted[name], model[name])
    const rows = [pair('sources'), pair('destination'), pair('fetched'), compared(again, 2 * lines)]
    console.log(`| ${[shards, ...rows].join(' | ')} |`)
  }
}

/** `5,100, and 5,000 (2.0 % more)` */
function compared(counted: number, model: number): string {
  const off = ((Math.abs(counted - model) / model) * 100).toFixed(1)
  const words = counted === model ? 'the same' : `${off} % ${counted > model ? 'more' : 'less'}`
  return `${counted.toLocaleString('en')}, and ${model.toLocaleString('en')} (${words})`
}

function minutes(seconds: number): string {
  return `${(seconds / 60).toFixed(1)} min`
}
