import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Counts } from './counts.ts'
import type { ProxyOptions } from './doorman.ts'
import type { Order, Reply } from './orders.ts'

type Request = Order extends infer One ? (One extends Order ? Omit<One, 'id'> : never) : never

/** Proxies in a process of their own. */
export class Proxies {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #orders = 0

  constructor() {
    const file = fileURLToPath(new URL('main.ts', import.meta.url))
    this.#process = fork(file, { execArgv: ['--no-warnings'] })
    this.#process.on('message', (message) => {
      const reply = message as Reply
      this.#waiting.get(reply.id)?.(reply)
      this.#waiting.delete(reply.id)
    })
  }

  /** Gives the `host:port` to use instead of the registry's own. */
  async open(options: ProxyOptions): Promise<string> {
    return (await this.#order({ what: 'open', options })) as string
  }

  /** Ends a proxy, and gives what went through it. */
  async close(host: string): Promise<Counts> {
    return (await this.#order({ what: 'close', host })) as Counts
  }

  async end() {
    const exited = once(this.#process, 'exit')
    this.#process.disconnect()
    await exited
  }

  async #order(request: Request) {
    const id = ++this.#orders
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve)
      this.#process.send({ ...request, id })
    })
    if (reply.problem !== undefined) throw new Error(reply.problem)
    return reply.result
  }
}
