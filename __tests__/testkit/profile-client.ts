import { ProxyAgent, request as send } from 'undici'
import type { BuiltImage } from '../../testkit/image/image.ts'
import { allImages } from '../../testkit/image/multi-platform.ts'
import type { Profile, RunningProfile } from '../../testkit/profiles/profile.ts'
import { digestOf } from '../../testkit/registry/content.ts'
import { manifestTypes } from '../../testkit/registry/media-types.ts'
import { TestProxy } from '../../testkit/servers/proxy.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly bytes: Buffer
}

export interface Ask {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>
  /** Query of the request, behind what the URL has. */
  readonly query?: Record<string, string>
}

/** A client that knows HTTP and the token flow, and nothing of what registries do differently. */
export class ProfileClient {
  readonly running: RunningProfile
  readonly #proxy: TestProxy
  readonly #agent: ProxyAgent
  readonly #api: string

  static async start(profile: Profile): Promise<ProfileClient> {
    const running = await profile.start()
    const proxy = await TestProxy.start({ routes: running.routes })
    return new ProfileClient(running, proxy)
  }

  private constructor(running: RunningProfile, proxy: TestProxy) {
    this.running = running
    this.#proxy = proxy
    this.#agent = new ProxyAgent({ uri: proxy.url, requestTls: { ca: running.ca } })
    this.#api = `https://${Object.keys(running.routes)[0]?.replace(/:443$/, '') ?? ''}`
  }

  get basic(): string {
    const { username, password } = this.running.account
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }

  /** As it is: no login, no redirects. A path is meant at the API. */
  async send(url: string, { method = 'GET', headers = {}, body, query }: Ask = {}) {
    const target = new URL(url, this.#api)
    const search = query === undefined ? '' : new URLSearchParams(query).toString()
    const joined =
      search === '' ? target.href : `${target.href}${target.search === '' ? '?' : '&'}${search}`
    const answer = await send(joined, {
      method: method as 'GET',
      headers,
      dispatcher: this.#agent,
      ...(body === undefined ? {} : { body: body as Buffer }),
    })
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    const { statusCode: status } = answer
    return { status, headers: answer.headers, text: bytes.toString(), bytes } satisfies Answer
  }

  /** What to send as Authorization for `scope`, as the registry's own challenge says. */
  async authorization(
    repository: string,
    actions = 'pull,push',
    ...others: readonly string[]
  ): Promise<string> {
    const { headers } = await this.send(`/v2/${repository}/manifests/any`)
    const bearer = bearerOf(headers['www-authenticate'])
    if (bearer === undefined) return this.basic
    const scopes = [`repository:${repository}:${actions}`, ...others]
    const answer = await this.tokenAnswer(bearer, scopes.join(' '))
    const body = JSON.parse(answer.text) as { token?: string; access_token?: string }
    const token = [body.access_token, body.token].find((one) => one !== undefined && one !== '')
    return `Bearer ${token ?? ''}`
  }

  async tokenAnswer(challenge: string, scope: string, authorization = this.basic): Promise<Answer> {
    const realm = /realm="([^"]*)"/.exec(challenge)?.[1] ?? ''
    const service = /service="([^"]*)"/.exec(challenge)?.[1]
    const query = { ...(service === undefined ? {} : { service }), scope }
    return this.send(realm, { query, headers: { authorization } })
  }

  /** A request with a fresh login. */
  async ask(repository: string, path: string, ask: Ask = {}): Promise<Answer> {
    const authorization = await this.authorization(repository)
    return this.send(`/v2/${repository}/${path}`, {
      ...ask,
      headers: { authorization, ...ask.headers },
    })
  }

  async manifest(repository: string, reference: string, method = 'GET'): Promise<Answer> {
    const headers = { accept: manifestTypes.join(', ') }
    return this.ask(repository, `manifests/${reference}`, { method, headers })
  }

  /** The bytes of a blob, from wherever the registry sends a reader. */
  async blob(repository: string, digest: string): Promise<Buffer> {
    let answer = await this.ask(repository, `blobs/${digest}`)
    for (let hops = 0; hops < 3 && answer.status >= 300 && answer.status < 400; hops += 1) {
      answer = await this.send(String(answer.headers['location']))
    }
    return answer.bytes
  }

  async openUpload(repository: string): Promise<string> {
    const { headers } = await this.ask(repository, 'blobs/uploads/', { method: 'POST' })
    return this.upgraded(String(headers['location']))
  }

  /** A Location as an absolute URL, never in plain text. */
  upgraded(location: string): string {
    return new URL(location, this.#api).href.replace(/^http:/, 'https:')
  }

  async putBlob(repository: string, bytes: Uint8Array): Promise<Answer> {
    const location = await this.openUpload(repository)
    return this.send(location, {
      method: 'PUT',
      headers: {
        authorization: await this.authorization(repository),
        'content-type': 'application/octet-stream',
      },
      query: { digest: digestOf(bytes) },
      body: bytes,
    })
  }

  async putManifest(
    repository: string,
    reference: string,
    manifest: { bytes: Uint8Array; mediaType: string },
  ): Promise<Answer> {
    return this.ask(repository, `manifests/${reference}`, {
      method: 'PUT',
      headers: { 'content-type': manifest.mediaType },
      body: manifest.bytes,
    })
  }

  /** Pushes all parts of an image; the answer is the one to the tag, however often it was tried. */
  async push(repository: string, tag: string, image: BuiltImage): Promise<Answer> {
    let answer: Answer | undefined
    for (const part of allImages(image)) {
      for (const bytes of part.blobs.values()) await this.putBlob(repository, bytes)
      const reference = part === image ? tag : part.manifest.digest
      answer = await this.putManifest(repository, reference, part.manifest)
      if (answer.status === 400)
        answer = await this.putManifest(repository, reference, part.manifest)
    }
    if (answer === undefined) throw new Error('an image without parts')
    return answer
  }

  async close() {
    await this.#agent.close()
    await this.#proxy.close()
    await this.running.close()
  }
}

/** The challenge for a token, wherever in the headers it is. */
export function bearerOf(header: string | string[] | undefined): string | undefined {
  const challenges = [header ?? []].flat().join(', ')
  return /Bearer .*/.exec(challenges)?.[0]
}
