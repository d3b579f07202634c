import { findProgram } from './programs.ts'
import { startProgram } from './running-program.ts'

/** The registry that `crane registry serve` is: in memory, without a login, without TLS. */
export interface CraneRegistry {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  readonly url: string
  readonly close: () => Promise<void>
}

/** Path of go-containerregistry's tool, if it is installed. */
export function findCrane(): string | undefined {
  return findProgram('crane')
}

export async function startCraneRegistry(): Promise<CraneRegistry> {
  const { ready, close } = await startProgram({
    name: 'crane',
    path: findCrane(),
    prepare: () => ['registry', 'serve', '--address', '127.0.0.1:0'],
    log: 'stderr',
    ready: /serving on port (\d+)/,
  })
  const host = `127.0.0.1:${ready[1] ?? ''}`
  return { host, url: `http://${host}`, close }
}
