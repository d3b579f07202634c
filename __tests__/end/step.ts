import type { ActionResult } from '../../testkit/runner/action-runner.ts'

/** The output `digests`, by destination without its host. */
export function digestsOf({ outputs }: ActionResult): Record<string, string> {
  const digests = JSON.parse(outputs['digests'] ?? '{}') as Record<string, string>
  return Object.fromEntries(
    Object.entries(digests).map(([name, digest]) => [name.slice(name.indexOf('/') + 1), digest]),
  )
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Environment of a step in front of which these statements run, in the same process. */
export function preloaded(statements: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(statements)}` }
}
