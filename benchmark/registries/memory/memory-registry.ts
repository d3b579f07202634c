import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'

/** A manifest as it was pushed. */
interface Stored {
  readonly mediaType: string
  readonly bytes: Buffer
}

/** What one repository holds. */
interface Shelf {
  readonly blobs: Set<string>
  /** By digest. */
  readonly manifests: Map<string, Stored>
  /** Tag to digest. */
  readonly tags: Map<string, string>
}

/** The answer to a request. */
interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** Bytes that the request brought; 0 where absent. */
  readonly received?: number
}

type Message = IncomingMessage | Http2ServerRequest

interface Asked {
  readonly method: string
  readonly repository: string
  readonly rest: string
  readonly query: URLSearchParams
  readonly message: Message
}

const NOT_FOUND: Reply = {
  status: 404,
  body: Buffer.from('{"errors":[{"code":"NAME_UNKNOWN","message":"not found"}]}'),
}

/**
 * A registry (distribution-spec 1.1) whose content is in memory: it takes as little of the machine as one can that
 * is honest. It has what it was given and nothing else, checks the digest of everything that is pushed, takes no
 * manifest whose parts are missing, and mounts only what is where it is said to be.
 */
export class MemoryRegistry {
  readonly #shelves = new Map<string, Shelf>()
  readonly #blobs = new Map<string, Buffer>()
  readonly #uploads = new Map<string, Buffer[]>()
  #sessions = 0

  /** Puts content there without a request. */
  stock(repository: string, tag: string, manifest: Stored, blobs: readonly Buffer[]) {
    const shelf = this.#shelf(repository)
    for (const bytes of blobs) this.#keep(shelf, digestOf(bytes), bytes)
    const digest = digestOf(manifest.bytes)
    shelf.manifests.set(digest, manifest)
    shelf.tags.set(tag, digest)
  }

  /** What it has to say to a request, with the number of bytes that came with that. */
  async answer(message: Message): Promise<Required<Reply>> {
    const {
      headers = {},
      body = Buffer.alloc(0),
      received = 0,
      status,
    } = await this.#answer(message)
    return { status, headers, body, received }
  }

  async #answer(message: Message): Promise<Reply> {
    const { method = '', url = '' } = message
    const [path = '', query = ''] = url.split('?')
    const [, repository, kind, rest = ''] =
      /^\/v2\/(.+?)\/(manifests|blobs|tags|referrers)\/(.*)$/.exec(path) ?? []
    if (repository === undefined) return /^\/v2\/?$/.test(path) ? { status: 200 } : NOT_FOUND
    const asked = { method, repository, rest, query: new URLSearchParams(query), message }
    if (kind === 'manifests') return this.#manifest(asked)
    if (kind === 'blobs') return this.#blob(asked)
    return kind === 'tags' ? this.#tags(asked) : NOT_FOUND
  }

  async #manifest({ method, repository, rest, message }: Asked): Promise<Reply> {
    if (method === 'PUT') {
      const bytes = Buffer.concat(await bodyOf(message))
      return this.#putManifest(repository, rest, {
        mediaType: message.headers['content-type'] ?? '',
        bytes,
      })
    }
    const shelf = this.#shelves.get(repository)
    const digest = rest.includes(':') ? rest : (shelf?.tags.get(rest) ?? '')
    const stored = shelf?.manifests.get(digest)
    if (stored === undefined) return NOT_FOUND
    const headers = {
      'content-type': stored.mediaType,
      'content-length': String(stored.bytes.length),
      'docker-content-digest': digest,
    }
    return { status: 200, headers, body: stored.bytes }
  }

  #putManifest(repository: string, reference: string, manifest: Stored): Reply {
    const shelf = this.#shelf(repository)
    const digest = digestOf(manifest.bytes)
    if (reference.includes(':') && reference !== digest) return refusal('DIGEST_INVALID')
    if (!isWhole(shelf, manifest.bytes)) return refusal('MANIFEST_BLOB_UNKNOWN')
    shelf.manifests.set(digest, manifest)
    if (!reference.includes(':')) shelf.tags.set(reference, digest)
    const location = `/v2/${repository}/manifests/${digest}`
    return { status: 201, headers: { location, 'docker-content-digest': digest } }
  }

  async #blob(asked: Asked): Promise<Reply> {
    const { method, repository, rest } = asked
    if (rest.startsWith('uploads/')) return this.#upload(asked)
    const bytes =
      this.#shelves.get(repository)?.blobs.has(rest) === true ? this.#blobs.get(rest) : undefined
    if (bytes === undefined || (method !== 'GET' && method !== 'HEAD')) return NOT_FOUND
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.length),
      'docker-content-digest': rest,
    }
    return { status: 200, headers, body: bytes }
  }

  async #upload(asked: Asked): Promise<Reply> {
    const { method, repository, rest, query, message } = asked
    if (method === 'POST') return this.#start(asked)
    const session = rest.slice('uploads/'.length)
    const chunks = this.#uploads.get(session)
    if (chunks === undefined) return NOT_FOUND
    const body = await bodyOf(message)
    const received = lengthOf(body)
    chunks.push(...body)
    const location = `/v2/${repository}/blobs/uploads/${session}`
    if (method === 'PUT') {
      this.#uploads.delete(session)
      const reply = this.#finish(repository, query.get('digest') ?? '', Buffer.concat(chunks))
      return { ...reply, received }
    }
    if (method === 'DELETE') {
      this.#uploads.delete(session)
      return { status: 204 }
    }
    const headers = { location, range: `0-${lengthOf(chunks) - 1}` }
    return { status: method === 'PATCH' ? 202 : 204, headers, received }
  }

  async #start({ repository, query, message }: Asked): Promise<Reply> {
    const body = Buffer.concat(await bodyOf(message))
    const digest = query.get('digest')
    if (digest !== null) {
      return { ...this.#finish(repository, digest, body), received: body.length }
    }
    const [mount, from] = [query.get('mount') ?? '', query.get('from') ?? '']
    const bytes = this.#blobs.get(mount)
    if (bytes !== undefined && this.#shelves.get(from)?.blobs.has(mount) === true) {
      return this.#finish(repository, mount, bytes)
    }
    const session = String(++this.#sessions)
    this.#uploads.set(session, [])
    const location = `/v2/${repository}/blobs/uploads/${session}`
    return { status: 202, headers: { location, range: '0-0' } }
  }

  #finish(repository: string, digest: string, bytes: Buffer): Reply {
    if (this.#blobs.get(digest) !== bytes && digestOf(bytes) !== digest) {
      return refusal('DIGEST_INVALID')
    }
    this.#keep(this.#shelf(repository), digest, bytes)
    const location = `/v2/${repository}/blobs/${digest}`
    return { status: 201, headers: { location, 'docker-content-digest': digest } }
  }

  #tags({ repository }: Asked): Reply {
    const shelf = this.#shelves.get(repository)
    if (shelf === undefined) return NOT_FOUND
    const body = Buffer.from(JSON.stringify({ name: repository, tags: [...shelf.tags.keys()] }))
    return { status: 200, headers: { 'content-type': 'application/json' }, body }
  }

  #keep(shelf: Shelf, digest: string, bytes: Buffer) {
    shelf.blobs.add(digest)
    if (!this.#blobs.has(digest)) this.#blobs.set(digest, bytes)
  }

  #shelf(repository: string): Shelf {
    let shelf = this.#shelves.get(repository)
    if (shelf === undefined) {
      shelf = { blobs: new Set(), manifests: new Map(), tags: new Map() }
      this.#shelves.set(repository, shelf)
    }
    return shelf
  }
}

function refusal(code: string): Reply {
  return { status: 400, body: Buffer.from(JSON.stringify({ errors: [{ code, message: '' }] })) }
}

/** Whether everything that a manifest lists is there. */
function isWhole({ blobs, manifests }: Shelf, bytes: Buffer): boolean {
  const {
    config,
    layers = [],
    manifests: children = [],
  } = JSON.parse(bytes.toString()) as {
    config?: { digest: string }
    layers?: { digest: string }[]
    manifests?: { digest: string }[]
  }
  const parts = config === undefined ? layers : [config, ...layers]
  return (
    parts.every(({ digest }) => blobs.has(digest)) &&
    children.every(({ digest }) => manifests.has(digest))
  )
}

async function bodyOf(message: Message): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => resolve(chunks))
    message.on('error', reject)
  })
}

function lengthOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0)
}

function digestOf(bytes: Buffer): string {
  return `sha256:${hash('sha256', bytes, 'hex')}`
}
