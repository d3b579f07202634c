import { createReadStream } from 'node:fs'
import { Agent, request, type Dispatcher } from 'undici'
import { type Belonging, listOf, listTag } from '../corpus/belongings.ts'
import type { Blob, Image, Manifest } from '../corpus/image.ts'
import type { Platforms, Place } from '../job.ts'
import { expectedManifest, wantedChildren } from '../job.ts'

/** Enough to keep both cores of a small machine busy. */
const SIDE_BY_SIDE = 4

/** What a registry is to hold. */
export interface Stock extends Place {
  readonly image: Image
  readonly platforms: Platforms
}

/** Fills a registry, by the plain protocol, with no client's code in between. */
export async function pushAll(
  origin: string,
  stock: readonly Stock[],
  ca: string | undefined,
): Promise<void> {
  const agent = new Agent({
    connections: SIDE_BY_SIDE,
    ...(ca === undefined ? {} : { connect: { ca } }),
  })
  const pusher = new Pusher(origin, agent)
  const queue = [...stock]
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await pusher.push(next)
  }
  try {
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
  } finally {
    await agent.close()
  }
}

class Pusher {
  readonly #origin: string
  readonly #agent: Agent
  /** A repository that has the blob, or will. */
  readonly #homes = new Map<string, Promise<string>>()

  constructor(origin: string, agent: Agent) {
    this.#origin = origin
    this.#agent = agent
  }

  async push({ repository, tag, image, platforms }: Stock) {
    for (const { manifest, blobs } of wantedChildren(image, platforms)) {
      for (const blob of blobs) await this.#blob(repository, blob)
      await this.#manifest(repository, manifest.digest, manifest)
    }
    await this.#manifest(repository, tag, expectedManifest(image, platforms))
    const { belongings = [] } = image
    for (const { blobs, manifest, tag: ownTag } of belongings) {
      for (const blob of blobs) await this.#blob(repository, blob)
      await this.#manifest(repository, ownTag ?? manifest.digest, manifest)
    }
    const referrers = belongings.filter((belonging) => belonging.tag === undefined)
    await this.#list(
      repository,
      Map.groupBy(referrers, ({ subject }) => subject),
    )
  }

  /** Under tags, where the registry does not list by itself what refers to a manifest. */
  async #list(repository: string, bySubject: ReadonlyMap<string, readonly Belonging[]>) {
    const [first] = bySubject.keys()
    if (first === undefined) return
    const look = await this.#send('GET', `/v2/${repository}/referrers/${first}`, [200, 404])
    if (look.statusCode === 200) return
    for (const [subject, belongings] of bySubject) {
      await this.#manifest(repository, listTag(subject), listOf(belongings))
    }
  }

  async #blob(repository: string, blob: Blob) {
    const home = this.#homes.get(blob.digest)
    if (home !== undefined) {
      const from = await home
      const query = new URLSearchParams({ mount: blob.digest, from })
      await this.#send('POST', `/v2/${repository}/blobs/uploads/?${String(query)}`, [201])
      return
    }
    const upload = this.#upload(repository, blob)
    this.#homes.set(blob.digest, upload)
    await upload
  }

  async #upload(repository: string, { digest, size, content }: Blob): Promise<string> {
    const { headers } = await this.#send('POST', `/v2/${repository}/blobs/uploads/`, [202])
    const location = String(headers['location'])
    // What is in the query is the registry's own, and stays as it is.
    const path = `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`
    const body = 'bytes' in content ? content.bytes : createReadStream(content.file)
    const type = { 'content-type': 'application/octet-stream', 'content-length': String(size) }
    await this.#send('PUT', path, [201], body, type)
    return repository
  }

  async #manifest(repository: string, reference: string, { bytes, mediaType }: Manifest) {
    const path = `/v2/${repository}/manifests/${reference}`
    await this.#send('PUT', path, [201], bytes, { 'content-type': mediaType })
  }

  async #send(
    method: Dispatcher.HttpMethod,
    path: string,
    expected: readonly number[],
    body?: Dispatcher.RequestOptions['body'],
    headers: Readonly<Record<string, string>> = {},
  ) {
    const url = new URL(path, this.#origin)
    const options = {
      dispatcher: this.#agent,
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    }
    const answer = await request(url, options)
    const text = await answer.body.text()
    if (expected.includes(answer.statusCode)) return answer
    throw new Error(`${method} ${url.pathname}: ${answer.statusCode} ${text.slice(0, 200)}`)
  }
}
