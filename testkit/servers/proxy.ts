import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface ProxyOptions {
  /** `host:port` as the client asks for it, to the `host:port` that stands in for it. Others are refused. */
  readonly routes: Readonly<Record<string, string>>
  /** Wanted from everybody, if given. */
  readonly login?: { readonly user: string; readonly password: string }
  /** The only ports that there are tunnels to, if given; proxies have a list of them. */
  readonly tunnelPorts?: readonly number[]
}

/** An HTTP proxy (RFC 9110, 9.3.6 and RFC 9112, 3.2.2) that knows a few hosts, all of them on this machine. */
export class TestProxy {
  /** What was asked for, refused or not: `CONNECT ghcr.io:443`, `GET http://registry.test:5000/v2/`. */
  readonly requests: string[] = []
  readonly #options: ProxyOptions
  readonly #server = createServer()
  readonly #tunnels = new Set<Duplex>()

  static async start(options: ProxyOptions): Promise<TestProxy> {
    const proxy = new TestProxy(options)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  private constructor(options: ProxyOptions) {
    this.#options = options
    this.#server.on('connect', (message: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#tunnel(message, socket, head)
    })
    this.#server.on('request', (message, response) => {
      this.#forward(message, response)
    })
  }

  /** With the login in it, where one is wanted. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    const { login } = this.#options
    const userInfo =
      login === undefined
        ? ''
        : `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@`
    return `http://${userInfo}127.0.0.1:${port}`
  }

  async close() {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    for (const socket of this.#tunnels) socket.destroy()
    await closed
  }

  #tunnel(message: IncomingMessage, socket: Duplex, head: Buffer) {
    const { url = '' } = message
    const isOpen = this.#options.tunnelPorts?.includes(Number(/\d+$/.exec(url)?.[0])) ?? true
    const admitted = this.#admit(`CONNECT ${url}`, message, url)
    const target = isOpen ? admitted : 403
    if (typeof target === 'number') {
      socket.end(`HTTP/1.1 ${target} Refused\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const upstream = connect(target.port, target.host, () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n')
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    for (const end of [socket, upstream]) {
      this.#tunnels.add(end)
      end.on('error', () => undefined)
      end.once('close', () => this.#tunnels.delete(end))
    }
    socket.once('close', () => upstream.destroy())
    // What the host has said before it hung up still arrives, while the client is talking.
    upstream.once('close', () => socket.resume().end())
  }

  #forward(message: IncomingMessage, response: ServerResponse) {
    const { method = '', headers } = message
    const url = URL.parse(message.url ?? '')
    const name = url === null ? '' : `${url.hostname}:${url.port === '' ? '80' : url.port}`
    const target = this.#admit(`${method} ${message.url ?? ''}`, message, name)
    if (url === null || typeof target === 'number') {
      response.writeHead(url === null ? 400 : Number(target)).end()
      return
    }
    const { 'proxy-authorization': _mine, 'proxy-connection': _hop, ...rest } = headers
    const upstream = request(
      { ...target, method, path: `${url.pathname}${url.search}`, headers: rest },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    upstream.on('error', () => response.destroy())
    message.pipe(upstream)
  }

  /** Where to go, or the status of the refusal. */
  #admit(
    line: string,
    { headers }: IncomingMessage,
    name: string,
  ): { host: string; port: number } | number {
    this.requests.push(line)
    const { login, routes } = this.#options
    if (login !== undefined) {
      const basic = Buffer.from(`${login.user}:${login.password}`).toString('base64')
      if (headers['proxy-authorization'] !== `Basic ${basic}`) return 407
    }
    const [host, port] = routes[name]?.split(':') ?? []
    return host === undefined ? 502 : { host, port: Number(port) }
  }
}
