import type { Digest } from '../../oci/digest.ts'
import type { SilentHosts } from '../pace/silent-hosts.ts'
import {
  type DownloadShare,
  type DownloadWish,
  type Sharer,
  startDownload,
  startDownloads,
} from './start-download.ts'
import { PATIENT_LOOKS } from './patience.ts'

/** A source, and all that its destinations have in common. */
interface Source {
  readonly key: unknown
  readonly takers: Set<Taker>
  /** Small blobs, until nobody wants them any more. */
  readonly read: Map<Digest, Promise<Uint8Array>>
}

/** One who has come for a blob. */
interface Arrival extends Sharer {
  readonly taker: Taker
}

/** A blob that is wanted: who lists it, and who has come for it. */
interface Demand {
  readonly sources: Set<Source>
  arrivals: Arrival[]
  /** How often it was seen that somebody waits. */
  looks: number
  unwatch: (() => void) | undefined
}

/**
 * Who wants which blob, of all images of a run that are under way: what several registries want at
 * about the same time is downloaded once for all of them. Whoever comes for a blob waits until all
 * the others know whether they want it as well. They are not waited for if their registry is silent,
 * nor for long, nor if another image brings the blob to their registry.
 */
export class SharedDownloads {
  readonly #sources = new Map<unknown, Source>()
  readonly #demands = new Map<Digest, Demand>()
  /** Registries that were waited for in vain, until they come for something. */
  readonly #late = new Set<string>()

  /**
   * A destination that begins.
   *
   * @param source the same for all destinations of one source
   */
  taker(source: unknown, registry: string): Taker {
    const its = this.#sources.get(source) ?? { key: source, takers: new Set(), read: new Map() }
    this.#sources.set(source, its)
    const taker = new Taker(this, its, registry)
    its.takers.add(taker)
    return taker
  }

  /** Takes in that the source lists the blob. */
  list(digest: Digest, source: Source): Demand {
    const demand = this.#demands.get(digest) ?? noneYet()
    this.#demands.set(digest, demand)
    demand.sources.add(source)
    return demand
  }

  /** A share in a download, when it begins. */
  async take(taker: Taker, wish: DownloadWish): Promise<DownloadShare> {
    const { digest } = wish.blob
    this.#late.delete(taker.registry)
    const demand = this.list(digest, taker.source)
    const { promise, resolve } = Promise.withResolvers<DownloadShare>()
    demand.arrivals.push({ taker, wish, go: resolve })
    const { silentHosts } = wish.source.http.network
    demand.unwatch ??= silentHosts.watch(() => this.#look(digest, silentHosts))
    this.check(digest)
    return promise
  }

  /** Begins the download of a blob if nobody is missing. */
  check(digest: Digest): void {
    const demand = this.#demands.get(digest)
    if (demand === undefined) return
    if (demand.arrivals.length > 0) {
      if (missing(demand, digest).every(({ registry }) => this.#late.has(registry))) {
        this.#begin(demand, digest)
      }
    } else if (isOver(demand, digest)) {
      this.#demands.delete(digest)
    }
  }

  leave(taker: Taker): void {
    const { key, takers, read } = taker.source
    takers.delete(taker)
    if (takers.size === 0) this.#sources.delete(key)
    for (const digest of read.keys()) forget(taker.source, digest)
    for (const digest of this.#demands.keys()) this.check(digest)
  }

  #look(digest: Digest, silentHosts: SilentHosts): void {
    const demand = this.#demands.get(digest)
    if (demand === undefined) return
    demand.looks += 1
    for (const { registry } of missing(demand, digest)) {
      if (demand.looks >= PATIENT_LOOKS || silentHosts.isSilent(registry)) this.#late.add(registry)
    }
    this.check(digest)
  }

  #begin(demand: Demand, digest: Digest): void {
    const { arrivals } = demand
    demand.arrivals = []
    demand.looks = 0
    demand.unwatch?.()
    demand.unwatch = undefined
    for (const { taker } of arrivals) taker.pass(digest)
    // Who says another size of it means something else.
    for (const alike of Map.groupBy(arrivals, ({ wish }) => wish.blob.size).values()) {
      void startDownloads(alike)
    }
  }
}

function noneYet(): Demand {
  return { sources: new Set(), arrivals: [], looks: 0, unwatch: undefined }
}

/** Those who may want the blob, and have not come for it. */
function missing({ sources, arrivals }: Demand, digest: Digest): readonly Taker[] {
  const isHere = (taker: Taker): boolean => arrivals.some((arrival) => arrival.taker === taker)
  const isServed = (taker: Taker): boolean =>
    arrivals.some(
      ({ taker: { registry, source } }) => registry === taker.registry && source !== taker.source,
    )
  return [...sources].flatMap(({ takers }) =>
    [...takers].filter((one) => !one.hasPassed(digest) && !isHere(one) && !isServed(one)),
  )
}

function isOver({ sources }: Demand, digest: Digest): boolean {
  return [...sources].every(({ takers }) => [...takers].every((one) => one.hasPassed(digest)))
}

function forget({ takers, read }: Source, digest: Digest): void {
  if ([...takers].every((taker) => taker.hasPassed(digest))) read.delete(digest)
}

/** One destination of a source, from its beginning to its end. */
export class Taker {
  readonly source: Source
  readonly registry: string
  readonly #downloads: SharedDownloads
  readonly #passed = new Set<Digest>()

  constructor(downloads: SharedDownloads, source: Source, registry: string) {
    this.#downloads = downloads
    this.source = source
    this.registry = registry
  }

  /** Takes in that it may want a blob. */
  lists(digest: Digest): void {
    this.#downloads.list(digest, this.source)
  }

  /** Does not want the blob, or not together with the others. */
  pass(digest: Digest): void {
    if (this.#passed.has(digest)) return
    this.#passed.add(digest)
    forget(this.source, digest)
    this.#downloads.check(digest)
  }

  hasPassed(digest: Digest): boolean {
    return this.#passed.has(digest)
  }

  /** Wants nothing more. */
  leave(): void {
    this.#downloads.leave(this)
  }

  /** A share in a download, when it begins; one of its own where it has passed. */
  async take(wish: DownloadWish): Promise<DownloadShare> {
    if (this.#passed.has(wish.blob.digest)) return startDownload(wish)
    return this.#downloads.take(this, wish)
  }

  /** A small blob, read once for all destinations of the source. */
  async read(digest: Digest, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const { read: known } = this.source
    const reading = known.get(digest) ?? read()
    known.set(digest, reading)
    try {
      return await reading
    } catch (error) {
      known.delete(digest)
      throw error
    }
  }
}
