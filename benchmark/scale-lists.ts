/**
 * What long lists take, in time and memory: `npm run bench:lists`. Each is read by itself, and run
 * dry by the bundle against a registry that answers everything at once; prints the tables of
 * docs/scale.md. `--lines 20000,100000` names the lengths.
 */
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs, promisify } from 'node:util'
import { buildImage } from '../testkit/image/image.ts'
import { runAction } from '../testkit/runner/action-runner.ts'

const { values } = parseArgs({ options: { lines: { type: 'string', default: '20000,100000' } } })

const digest = `sha256:${'a'.repeat(64)}`

function listOf(host: string, lines: number, isYaml: boolean): string {
  const line = (place: number) => {
    const [source, tag] = [`${host}/team-${place % 300}/app-${place >> 3}`, `v1.${place % 8}.0`]
    const destination = `${host}/mirror/team-${place % 300}/app-${place >> 3}:${tag}`
    return isYaml
      ? `- source: ${source}@${digest}\n  destination: ${destination}\n  platforms: all\n` +
          '  attestations: drop\n  referrers: none\n'
      : `${source}:${tag} => ${destination}\n`
  }
  return Array.from({ length: lines }, (_, place) => line(place)).join('')
}

/** Reads a list in a process of its own, and takes a part of it. */
const reader = `
  import { parseImageList } from '${new URL('../src/sync/image-list.ts', import.meta.url).href}'
  import { digestOfList, shardOf } from '${new URL('../src/sync/shard.ts', import.meta.url).href}'
  import { text } from 'node:stream/consumers'
  const given = await text(process.stdin)
  const before = performance.now()
  const list = parseImageList(given, { source: { registry: 'docker.io' } })
  const read = performance.now()
  const part = shardOf(list, { part: 1, of: 16 })
  digestOfList(list)
  const parted = performance.now()
  const memory = process.resourceUsage().maxRSS / 1024
  console.log(JSON.stringify({ read: read - before, part: parted - read, memory, lines: part.length }))
`

interface Reading {
  readonly read: number
  readonly part: number
  /** MiB, at its peak. */
  readonly memory: number
}

async function readAlone(text: string): Promise<Reading> {
  const args = ['--no-warnings', '--input-type=module', '--eval', reader]
  const running = promisify(execFile)(process.execPath, args)
  running.child.stdin?.end(text)
  return JSON.parse((await running).stdout) as Reading
}

/** Has one image under every name. */
async function startStub() {
  const { manifest } = buildImage({})
  const headers = {
    'content-type': manifest.mediaType,
    'docker-content-digest': manifest.digest,
    'content-length': manifest.bytes.length,
  }
  const seen = { requests: 0 }
  const server = createServer((request, response) => {
    seen.requests += 1
    const isManifest = request.url?.includes('/manifests/') === true
    response.writeHead(200, isManifest ? headers : { 'content-length': 0 })
    response.end(isManifest && request.method === 'GET' ? manifest.bytes : '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { host: `127.0.0.1:${port}`, seen, server }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
const lengths = values.lines.split(',').map(Number)

console.log('| List | Text | Read | Parted in 16 | Peak of memory |')
console.log('| --- | --- | --- | --- | --- |')
for (const lines of lengths) {
  for (const isYaml of [false, true]) {
    const text = listOf('registry.example.com', lines, isYaml)
    const { read, part, memory } = await readAlone(text)
    const name = `${lines} ${isYaml ? 'entries, as `pinned` has them' : 'lines'}`
    const size = `${(text.length / 2 ** 20).toFixed(1)} MiB`
    console.log(
      `| ${name} | ${size} | ${seconds(read)} | ${seconds(part)} | ${Math.round(memory)} MiB |`,
    )
  }
}

console.log('\n| Dry run | Images | Requests | Time | Peak of memory | Outputs left empty |')
console.log('| --- | --- | --- | --- | --- | --- |')
for (const lines of lengths) {
  for (const shard of [undefined, '1/16']) {
    const { host, seen, server } = await startStub()
    const before = performance.now()
    const result = await runAction({
      workspace: { 'images.txt': listOf(host, lines, false) },
      inputs: { 'images-file': 'images.txt', 'dry-run': 'true', ...(shard && { shard }) },
      measureMemory: true,
      timeout: 600_000,
    })
    const { outputs, annotations, peakMemory = 0 } = result
    const warning = annotations.find(({ message }) => message.includes('left empty'))?.message
    const empty = /left empty: ([^;]*)/.exec(warning ?? '')?.[1] ?? 'none'
    const cells = [
      `${lines} lines${shard === undefined ? '' : `, part ${shard}`}`,
      Number(outputs['unchanged']),
      seen.requests,
      seconds(performance.now() - before),
      `${Math.round(peakMemory / 2 ** 20)} MiB`,
      empty,
    ]
    console.log(`| ${cells.join(' | ')} |`)
    server.close()
    server.closeAllConnections()
  }
}
