import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { BenchmarkImage } from './shapes.ts'

/** A testkit registry in a process of its own, so that its memory and its work are not counted as the action's. */
export interface ServedRegistry {
  readonly host: string
  close(): Promise<void>
}

const SERVE = fileURLToPath(new URL('../testkit/serve.ts', import.meta.url))

/** Starts a registry that drops the bytes of uploads, after hashing them, and holds `images` from the start. */
export async function serveRegistry(
  images: readonly BenchmarkImage[] = [],
): Promise<ServedRegistry> {
  const options = JSON.stringify({ discardBlobs: true, images })
  const child = spawn(process.execPath, ['--no-warnings', SERVE, options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) {
    const { host } = JSON.parse(line) as { host: string }
    return {
      host,
      close: async () => {
        child.stdin.end()
        await ended
      },
    }
  }
  throw new Error('the registry ended before it started')
}
