import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Counts } from '../../proxy/counts.ts'
import type { MemoryOrder, MemoryReply, MemoryServerOptions } from './orders.ts'

/** A registry in memory, in a process of its own. */
export class MemoryServer {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  readonly #process: ChildProcess

  static async start(options: MemoryServerOptions): Promise<MemoryServer> {
    const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), {
      execArgv: ['--no-warnings'],
    })
    const reply = await ask(child, { what: 'start', options })
    if (!('host' in reply)) throw new Error('a registry in memory did not start')
    return new MemoryServer(child, reply.host)
  }

  private constructor(child: ChildProcess, host: string) {
    this.#process = child
    this.host = host
  }

  /** What went through since it was asked last. */
  async counts(): Promise<Counts> {
    const reply = await ask(this.#process, { what: 'count' })
    if (!('counts' in reply)) throw new Error('a registry in memory does not count')
    return reply.counts
  }

  async close(): Promise<void> {
    const exited = once(this.#process, 'exit')
    this.#process.disconnect()
    await exited
  }
}

async function ask(child: ChildProcess, order: MemoryOrder): Promise<MemoryReply> {
  const answered = once(child, 'message') as Promise<[MemoryReply]>
  child.send(order)
  const [reply] = await answered
  return reply
}
