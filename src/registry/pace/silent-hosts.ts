import type { HostWaits } from './host-waits.ts'

/** Milliseconds between two looks. */
const LOOK_MS = 250
/**
 * Looks in a row, a second and a half, without a byte from a host that owes one: longer than a
 * registry needs to think, or a line to send again what it has lost. Counted in looks and not in
 * time, because a process that is held up itself hears nobody.
 */
const SILENT_LOOKS = 6
/** For a host that has not said anything yet: a connection and a login come before. */
const LOOKS_BEFORE_THE_FIRST_SIGN = 12

/** Calls back every so many milliseconds. Returns how to end that. */
export type Every = (milliseconds: number, call: () => void) => () => void

/**
 * Which hosts are silent: somebody waits for a sign of them, and none comes. Whoever could go on
 * without such a host does not wait for it. That costs a request at most, so that being wrong about
 * one that is only slow does no harm.
 */
export class SilentHosts {
  readonly #waits: HostWaits
  readonly #every: Every
  readonly #watchers = new Set<() => void>()
  /** What was seen of each host at the last look. */
  #seen = new Map<string, { readonly signs: number; readonly silentLooks: number }>()
  #stop: (() => void) | undefined

  constructor(waits: HostWaits, every: Every = everyOfNode) {
    this.#waits = waits
    this.#every = every
  }

  /** Calls back after each look at the hosts. Returns how to end that. */
  watch(watcher: () => void): () => void {
    // One of its own, so that who watches twice is called twice.
    const call = (): void => watcher()
    this.#watchers.add(call)
    this.#stop ??= this.#every(LOOK_MS, () => this.#look())
    return () => {
      this.#watchers.delete(call)
      if (this.#watchers.size > 0) return
      this.#stop?.()
      this.#stop = undefined
      this.#seen = new Map()
    }
  }

  /** Whether a host has been silent for long, as far as it has been watched. */
  isSilent(host: string): boolean {
    const seen = this.#seen.get(host)
    if (seen === undefined) return false
    return seen.silentLooks >= (seen.signs === 0 ? LOOKS_BEFORE_THE_FIRST_SIGN : SILENT_LOOKS)
  }

  #look(): void {
    const before = this.#seen
    this.#seen = new Map(
      this.#waits.all().map(([host, { signs, isWaitedFor }]) => {
        const seen = before.get(host)
        const isSilent = isWaitedFor && signs === (seen?.signs ?? 0)
        return [host, { signs, silentLooks: isSilent ? (seen?.silentLooks ?? 0) + 1 : 0 }]
      }),
    )
    const watchers = [...this.#watchers]
    for (const call of watchers) call()
  }
}

function everyOfNode(milliseconds: number, call: () => void): () => void {
  const timer = setInterval(call, milliseconds).unref()
  return () => clearInterval(timer)
}
