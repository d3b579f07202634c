/**
 * `node benchmark/streams.ts`: what the bytes of blobs cost on their way through this process, hashed, between two
 * plain servers on loopback that do as little as servers can. Every row is a process of its own; what its start takes
 * is no part of the CPU, but of the memory (types are stripped from this program while it loads, for about 30 MiB).
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { createServer as createSecureServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { verified } from '../src/oci/digest.ts'
import type { SizedDigest, Digest } from '../src/oci/digest.ts'
import { Client } from '../src/registry/client.ts'
import { downloadBlob } from '../src/registry/content/download-blob.ts'
import { Network } from '../src/registry/network/network.ts'
import { createCertificate } from '../testkit/registry/certificate.ts'

const MiB = 1024 * 1024

/** What a source sends over and over. */
const BLOCK = Buffer.alloc(MiB, createHash('sha512').update('a block').digest())

/** A run of one process. */
interface Job {
  readonly scheme: 'http' | 'https'
  /** Blobs side by side. */
  readonly blobs: number
  /** MiB of each. */
  readonly size: number
}

interface Hosts {
  readonly source: string
  readonly destination: string
  /** The authority to trust. */
  readonly ca: string
}

interface Cost {
  readonly seconds: number
  /** User and system. */
  readonly cpuSeconds: number
  /** Bytes. */
  readonly peakMemory: number
}

const [role = 'measure', argument = '{}'] = process.argv.slice(2)
switch (role) {
  case 'serve':
    await serve(JSON.parse(argument) as Certificate)
    break
  case 'copy':
    await copy(JSON.parse(argument) as Job & Hosts & { digest: Digest })
    break
  default:
    await measure()
}

interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Serves blobs of the size in their name, and takes uploads, until its input ends. */
async function serve({ key, cert }: Certificate): Promise<void> {
  const servers = { http: createServer(answer), https: createSecureServer({ key, cert }, answer) }
  const hosts: Record<string, string> = {}
  for (const [scheme, server] of Object.entries(servers)) hosts[scheme] = await listen(server)
  console.log(JSON.stringify(hosts))
  await once(process.stdin.resume(), 'end')
  process.exit()
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function answer(socket: Socket): void {
  let head = ''
  /** Bytes of the request's body that are still to come. */
  let left = 0
  const begin = (): void => {
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    const body = head.length - end - 4
    const [method, path = ''] = head.split(' ')
    if (method === 'GET') {
      void send(socket, Number(/\d+$/.exec(path)?.[0] ?? 0))
    } else if (method === 'PUT') {
      left = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0) - body
      if (left === 0) finish()
    }
    head = ''
  }
  const finish = (): void => {
    socket.write('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n')
  }
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    if (left === 0) {
      head += chunk.toString('latin1')
      begin()
    } else {
      left -= chunk.length
      if (left === 0) finish()
    }
  })
}

async function send(socket: Socket, blocks: number): Promise<void> {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${blocks * MiB}\r\n\r\n`)
  for (let sent = 0; sent < blocks && !socket.destroyed; sent++) {
    if (!socket.write(BLOCK)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }
}

/** Copies blobs side by side and prints what that cost. */
async function copy(job: Job & Hosts & { digest: Digest }): Promise<void> {
  const { source, destination, scheme, blobs, size, ca, digest } = job
  const startedAt = performance.now()
  const { user, system } = process.cpuUsage()
  const network = new Network({
    environment: {},
    tls: new Map(scheme === 'https' ? [source, destination].map((host) => [host, { ca }]) : []),
  })
  const logger = { debug: () => undefined, info: () => undefined, warning: () => undefined }
  const client = new Client({ host: source, network, logger })
  const blob: SizedDigest = { digest, size: size * MiB }
  const origin = await network.originOf(destination)
  const copyOne = async (): Promise<void> => {
    // The servers read the size from the end of the path.
    const from = Object.assign(client.repository('bench/blob', 'source'), {
      path: () => `/blobs/${size}`,
    })
    const answered = await network.send(
      {
        origin,
        path: '/upload',
        method: 'PUT',
        headers: { 'content-length': String(blob.size) },
        body: verified(downloadBlob(from, blob), blob),
        onBehalfOf: origin,
      },
      { operation: 'upload blob' },
    )
    if (answered.status !== 201) throw new Error(`HTTP ${answered.status}`)
  }
  await Promise.all(Array.from({ length: blobs }, copyOne))
  const seconds = (performance.now() - startedAt) / 1000
  const used = process.cpuUsage({ user, system })
  const cost: Cost = {
    seconds,
    cpuSeconds: (used.user + used.system) / 1e6,
    peakMemory: process.resourceUsage().maxRSS * 1024,
  }
  console.log(JSON.stringify(cost))
  await network.close()
}

async function measure(): Promise<void> {
  const certificate = await createCertificate()
  const source = await inProcess('serve', certificate)
  const destination = await inProcess('serve', certificate)
  const jobs: readonly Job[] = (['http', 'https'] as const).flatMap((scheme) => [
    { scheme, blobs: 1, size: 1024 },
    { scheme, blobs: 16, size: 64 },
  ])
  console.log('| scheme | blobs | MB/s | CPU s/GB | peak MiB |')
  console.log('| ------ | ----: | ---: | -------: | -------: |')
  for (const job of jobs) {
    const digest = digestOf(job.size)
    const hosts = { source: source.said[job.scheme], destination: destination.said[job.scheme] }
    const { said, ended } = await inProcess('copy', {
      ...job,
      ...hosts,
      digest,
      ca: certificate.ca,
    })
    await ended
    console.log(row(job, said as unknown as Cost))
  }
  source.stop()
  destination.stop()
}

function row({ scheme, blobs, size }: Job, { seconds, cpuSeconds, peakMemory }: Cost): string {
  const gigabytes = (blobs * size * MiB) / 1e9
  const cells = [
    scheme.padEnd(6),
    `${blobs} × ${size}`.padStart(9),
    ((gigabytes * 1000) / seconds).toFixed(0).padStart(4),
    (cpuSeconds / gigabytes).toFixed(2),
    (peakMemory / MiB).toFixed(0).padStart(4),
  ]
  return `| ${cells.join(' | ')} |`
}

function digestOf(blocks: number): Digest {
  const hasher = createHash('sha256')
  for (let block = 0; block < blocks; block++) hasher.update(BLOCK)
  return `sha256:${hasher.digest('hex')}`
}

interface Child {
  /** The first line that it prints. */
  readonly said: Readonly<Record<string, string>>
  readonly ended: Promise<unknown>
  stop(): void
}

async function inProcess(as: string, options: unknown): Promise<Child> {
  const self = fileURLToPath(import.meta.url)
  const child = spawn(process.execPath, ['--no-warnings', self, as, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Record<string, string>
    return { said, ended, stop: () => child.stdin.end() }
  }
  throw new Error(`${as} ended before it said anything`)
}
