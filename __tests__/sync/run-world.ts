import { parseReference, type Reference } from '../../src/oci/reference.ts'
import { RegistryError } from '../../src/registry/errors.ts'
import type { ImagePair } from '../../src/sync/image-list.ts'
import type { SyncResult } from '../../src/sync/report.ts'
import { type Run, runSync } from '../../src/sync/run.ts'
import { LogLines, SyncWorld, fakeClock } from './sync-world.ts'

/** `acme/app:v1 => copy:v1`, from the source of a world to its destination. */
export function pairsOf(world: SyncWorld, ...lines: readonly string[]): ImagePair[] {
  return lines.map((line, index) => {
    const [source = '', destination = ''] = line.split(' => ')
    return {
      source: parseReference(world.from(source)),
      destination: parseReference(world.to(destination)),
      line: index + 1,
    }
  })
}

export interface RunRecord {
  /** Destinations without the host, in the order in which they were done. */
  readonly done: string[]
  readonly logs: ReadonlyMap<string, readonly string[]>
  /** What the clients were asked for. */
  readonly asked: readonly (readonly [string, Reference])[]
}

/** Runs pairs with one client a side, and writes down what the run told. */
export async function run(
  world: SyncWorld,
  pairs: readonly ImagePair[],
  options: Partial<Run<LogLines>> = {},
) {
  const done: string[] = []
  const logs = new Map<string, readonly string[]>()
  const asked: [string, Reference][] = []
  const clients = {
    source: world.client(world.source),
    destination: world.client(world.destination),
  }
  const report = await runSync<LogLines>({
    pairs,
    settings: {
      platforms: [
        { os: 'linux', architecture: 'amd64' },
        { os: 'linux', architecture: 'arm64' },
      ],
      onMissingPlatform: 'warn',
      onExisting: 'overwrite',
      dryRun: false,
    },
    failFast: false,
    clock: fakeClock(),
    openLog: () => new LogLines(),
    describe: (error) => ({
      code: error instanceof RegistryError ? error.code : 'INTERNAL',
      message: String(error),
      hint: 'read the manual',
    }),
    ...options,
    clientFor: (side, reference) => {
      asked.push([side, reference])
      return options.clientFor?.(side, reference) ?? clients[side]
    },
    onDone: (result, log) => {
      done.push(nameOf(result))
      logs.set(nameOf(result), log.lines)
      options.onDone?.(result, log)
    },
  })
  return { ...report, done, logs, asked }
}

/** The destination without its host. */
export function nameOf({ destination }: SyncResult): string {
  return destination.slice(destination.indexOf('/') + 1)
}
