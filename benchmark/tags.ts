/**
 * `node benchmark/tags.ts`: what it costs to select a few tags of a repository that has 50,000, in time and memory of
 * the committed bundle, beside naming them. The registry is that of the testkit, on loopback, in this process.
 */
import { performance } from 'node:perf_hooks'
import { buildImage } from '../testkit/image/image.ts'
import { pushTo } from '../testkit/image/push.ts'
import { jsonReply, type Middleware } from '../testkit/registry/exchange.ts'
import { TestRegistry } from '../testkit/registry/registry.ts'
import { runAction } from '../testkit/runner/action-runner.ts'

const TAGS = 50_000
const RUNS = 5
const MiB = 1024 * 1024
const LIST = '/v2/acme/app/tags/list'

/** Versions as a project of many years has them, and four tags of commits for each. */
const tags = Array.from({ length: TAGS }, (_, index) => {
  const version = [index % 9, Math.floor(index / 90) % 60, Math.floor(index / 5) % 100].join('.')
  return index % 5 === 0 ? `v${version}-b${index}` : `sha-${index.toString(16)}`
})

/** Answers for the list of tags at once: to sort it for each page is what registries need not do. */
function pagesOf(size: number): Middleware {
  return async (request, next) => {
    if (request.path !== LIST) return next()
    const start = Number(request.params.get('last') ?? 0)
    const end = start + size
    const link = `<${LIST}?n=${size}&last=${end}>; rel="next"`
    const page = { name: 'acme/app', tags: tags.slice(start, end) }
    return jsonReply(200, page, end < TAGS ? { link } : {})
  }
}

interface Cost {
  readonly seconds: number
  /** Bytes. */
  readonly peakMemory: number
}

/** The cheapest of several runs: what else the machine does only adds to it. */
async function costOf(images: string): Promise<Cost> {
  const runs: Cost[] = []
  for (let run = 0; run < RUNS; run++) {
    const startedAt = performance.now()
    const inputs = { images, 'dry-run': 'true' }
    const { exitCode, peakMemory = 0, log } = await runAction({ inputs, measureMemory: true })
    if (exitCode !== 0) throw new Error(log.join('\n'))
    runs.push({ seconds: (performance.now() - startedAt) / 1000, peakMemory })
  }
  return {
    seconds: Math.min(...runs.map(({ seconds }) => seconds)),
    peakMemory: Math.min(...runs.map(({ peakMemory }) => peakMemory)),
  }
}

async function measure(size: number): Promise<void> {
  const registry = await TestRegistry.start({ middleware: [pagesOf(size)] })
  try {
    const { host, store } = registry
    for (const tag of tags.filter((name) => name.startsWith('v'))) {
      pushTo(store, 'acme/app', tag, image)
    }
    const rules = {
      'five by name': JSON.stringify(tags.filter((name) => name.startsWith('v')).slice(0, 5)),
      'newest five of a pattern': `{match: 'v*', newest: 5}`,
      'newest five of a range': `{semver: '>=7.0.0-0 <9', match: 'v*', newest: 5, min: 0}`,
    }
    for (const [what, rule] of Object.entries(rules)) {
      const images = `- {source: ${host}/acme/app, destination: ${host}/copy, tags: ${rule}}`
      const { seconds, peakMemory } = await costOf(images)
      const memory = (peakMemory / MiB).toFixed(0)
      console.log(`${size} tags a page, ${what}: ${seconds.toFixed(2)} s, ${memory} MiB`)
    }
  } finally {
    await registry.close()
  }
}

const image = buildImage()
for (const size of [1000, 100]) await measure(size)
