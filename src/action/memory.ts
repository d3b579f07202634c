import { setFlagsFromString } from 'node:v8'

/**
 * Makes V8 collect early, because what the action allocates is dead a moment later. Every chunk from
 * a socket is memory outside of V8's heap that only a collection gives back: with a young generation
 * that does not grow, a gigabyte streams through in about 120 MiB of memory instead of 180. What
 * outlives that is documents of images that are done: an old generation that grows by half at most
 * keeps hundreds of images at the same 120 MiB instead of 160. `npm run bench` prints both.
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=50')
}
