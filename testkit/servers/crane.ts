import { findProgram } from './programs.ts'
import { startProgram } from './running-program.ts'

/** A registry of go-containerregistry: in memory, without a login, without TLS. */
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

/** Path of the program of `.ci/ggcr-registry`, if it is installed. */
export function findGgcrRegistry(): string | undefined {
  return findProgram('ggcr-registry')
}

/** The one that `crane registry serve` is, which has no referrers API. */
export async function startCraneRegistry(): Promise<CraneRegistry> {
  return start('crane', findCrane(), ['registry', 'serve', '--address', '127.0.0.1:0'])
}

/** The same with the referrers API. */
export async function startGgcrRegistry(): Promise<CraneRegistry> {
  return start('ggcr-registry', findGgcrRegistry(), [])
}

async function start(
  name: string,
  path: string | undefined,
  args: readonly string[],
): Promise<CraneRegistry> {
  const { ready, close } = await startProgram({
    name,
    path,
    prepare: () => [...args],
    log: 'stderr',
    ready: /serving on port (\d+)/,
  })
  const host = `127.0.0.1:${ready[1] ?? ''}`
  return { host, url: `http://${host}`, close }
}
