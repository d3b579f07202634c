import type { Content, Digest } from '../../oci/digest.ts'
import { type Rank, acquireTransfer, type Release } from '../pace/limiter.ts'
import type { Repository } from '../http/repository.ts'
import { type Reader, SharedDownload } from './shared-download.ts'

/**
 * Milliseconds for which the first destination of a blob waits for the others to know whether they
 * want it as well. They may have a queue of small requests before that, or a login. One that is not
 * there by then fetches for itself.
 */
const PATIENCE_MS = 10_000

/** How a blob is read from its source, verified. */
export type OpenBlob = () => AsyncGenerator<Uint8Array, void, undefined>

/** A place in a transfer: slots for it, and a share of the download where several go together. */
export interface Ride {
  /** Undefined for who rides alone, and reads for itself. */
  readonly reader: Reader | undefined
  readonly release: Release
}

/** What is to be transferred, and how urgent it is. */
export interface Journey {
  readonly source: Repository
  readonly destination: Repository
  readonly blob: Content
  readonly open: OpenBlob
  readonly rank?: Rank | undefined
}

/** Slots for a transfer of its own. */
export async function rideAlone(journey: Journey): Promise<Ride> {
  return { reader: undefined, release: await slotsFor([journey]) }
}

async function slotsFor(journeys: readonly Journey[]): Promise<Release> {
  const [first] = journeys
  if (first === undefined) return () => undefined
  return acquireTransfer(
    first.source.http.limiter,
    journeys.map(({ destination }) => destination.http.limiter),
    () => Math.max(...journeys.map(({ rank }) => rank?.() ?? 0)),
  )
}

/** Those who want one blob, until it departs. */
interface Gathering {
  readonly patience: NodeJS.Timeout
  readonly journeys: {
    readonly member: Member
    readonly journey: Journey
    readonly admit: (ride: Promise<Ride>) => void
  }[]
}

/** Which source is the first to fetch a blob, of all that have it. */
export type FirstComers = Map<Digest, FanOut>

/**
 * What several destinations of one source share: each of its blobs is fetched once for all that
 * want it. A blob departs when every member has either come for it or passed.
 */
export class FanOut {
  readonly #firstComers: FirstComers
  readonly #patienceMs: number
  readonly #members: Set<Member>
  readonly #vacant: Member[]
  readonly #gatherings = new Map<Digest, Gathering>()
  /** Small blobs, until nobody wants them any more. */
  readonly #read = new Map<Digest, Promise<Uint8Array>>()

  /**
   * @param registries hosts of the destinations, one for each
   * @param firstComers shared by all sources of a run
   */
  constructor(
    registries: readonly string[],
    firstComers: FirstComers = new Map(),
    patienceMs = PATIENCE_MS,
  ) {
    this.#firstComers = firstComers
    this.#patienceMs = patienceMs
    this.#vacant = registries.map((registry) => new Member(this, registry, patienceMs))
    this.#members = new Set(this.#vacant)
  }

  /** The next destination in that registry. */
  member(registry: string): Member | undefined {
    const index = this.#vacant.findIndex((member) => member.registry === registry)
    return index < 0 ? undefined : this.#vacant.splice(index, 1)[0]
  }

  /** Whoever brings a blob to that registry for another source, which has come first. */
  before(digest: Digest, registry: string): Member | undefined {
    const first = this.#firstComers.get(digest) ?? this
    this.#firstComers.set(digest, first)
    if (first === this) return undefined
    return [...first.#members].find(
      (member) => member.registry === registry && !member.hasPassed(digest),
    )
  }

  /** A place in the transfer of a blob, when it departs. */
  async ride(member: Member, journey: Journey): Promise<Ride> {
    const { digest } = journey.blob
    if (this.#members.size <= 1 || member.hasPassed(digest)) return rideAlone(journey)
    // What the others get is measured by their size.
    const others = this.#gatherings.get(digest)?.journeys
    if (others?.some((other) => other.journey.blob.size !== journey.blob.size) === true) {
      member.pass(digest)
      return rideAlone(journey)
    }
    const { promise, resolve } = Promise.withResolvers<Ride>()
    let gathering = this.#gatherings.get(digest)
    if (gathering === undefined) {
      // Of real time, not of the run's clock: nobody sleeps here.
      const patience = setTimeout(() => this.#depart(digest), this.#patienceMs)
      gathering = { journeys: [], patience }
      this.#gatherings.set(digest, gathering)
    }
    gathering.journeys.push({ member, journey, admit: resolve })
    this.check(digest)
    return promise
  }

  /** A small blob, read once for all members. */
  async read(digest: Digest, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = this.#read.get(digest)
    if (known !== undefined) return known
    const reading = read()
    this.#read.set(digest, reading)
    try {
      return await reading
    } catch (error) {
      this.#read.delete(digest)
      throw error
    }
  }

  leave(member: Member): void {
    this.#members.delete(member)
    for (const digest of [...this.#gatherings.keys(), ...this.#read.keys()]) this.check(digest)
  }

  /** Lets a blob depart if nobody is missing. */
  check(digest: Digest): void {
    const isOver = [...this.#members].every((member) => member.hasPassed(digest))
    if (isOver) this.#read.delete(digest)
    const gathering = this.#gatherings.get(digest)
    if (gathering === undefined) return
    const here = new Set(gathering.journeys.map(({ member }) => member))
    const isAwaited = (member: Member): boolean => !here.has(member) && !member.hasPassed(digest)
    if (![...this.#members].some(isAwaited)) this.#depart(digest)
  }

  #depart(digest: Digest): void {
    const { journeys, patience } = this.#gatherings.get(digest) ?? raise()
    this.#gatherings.delete(digest)
    clearTimeout(patience)
    for (const { member } of journeys) member.pass(digest)
    const rides = together(journeys.map(({ journey }) => journey))
    for (const [index, { admit }] of journeys.entries()) {
      admit(rides.then((all) => all[index] ?? raise()))
    }
  }
}

function raise(): never {
  throw new TypeError('a gathering has somebody, and everybody a place')
}

/** One destination of a source. */
export class Member {
  readonly registry: string
  readonly #fanOut: FanOut
  readonly #patienceMs: number
  readonly #wanted = new Set<Digest>()
  readonly #passed = new Set<Digest>()
  readonly #watchers = new Map<Digest, (() => void)[]>()
  #hasLeft = false

  constructor(fanOut: FanOut, registry: string, patienceMs: number) {
    this.#fanOut = fanOut
    this.registry = registry
    this.#patienceMs = patienceMs
  }

  /**
   * Lets another source go first that will bring the blob to the same registry, so that all of its
   * destinations get it of one download.
   */
  async giveWay(digest: Digest): Promise<void> {
    const other = this.#fanOut.before(digest, this.registry)
    if (other === undefined) return
    this.pass(digest)
    await other.#departs(digest)
  }

  /** When it has come for the blob or does not want it, or should have known for long. */
  async #departs(digest: Digest): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const patience = setTimeout(resolve, this.#patienceMs)
    this.#watchers.set(digest, [...(this.#watchers.get(digest) ?? []), resolve])
    await promise
    clearTimeout(patience)
  }

  /** Whether the blob is wanted for the first time: two platforms of an image may have it. */
  wants(digest: Digest): boolean {
    if (this.#wanted.has(digest)) return false
    this.#wanted.add(digest)
    return true
  }

  /** Does not want the blob, or not together with the others. */
  pass(digest: Digest): void {
    if (this.#passed.has(digest)) return
    this.#passed.add(digest)
    for (const wake of this.#watchers.get(digest) ?? []) wake()
    this.#fanOut.check(digest)
  }

  hasPassed(digest: Digest): boolean {
    return this.#hasLeft || this.#passed.has(digest)
  }

  /** Wants nothing more. */
  leave(): void {
    this.#hasLeft = true
    for (const wake of [...this.#watchers.values()].flat()) wake()
    this.#fanOut.leave(this)
  }

  async ride(journey: Journey): Promise<Ride> {
    return this.#fanOut.ride(this, journey)
  }

  /** A small blob; `read` is called for the first of the members that want it. */
  async read(digest: Digest, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return this.#fanOut.read(digest, read)
  }
}

/** Slots for all of them, and one download. */
async function together(journeys: readonly Journey[]): Promise<readonly Ride[]> {
  const [first] = journeys
  if (first === undefined) return []
  if (journeys.length === 1) return [await rideAlone(first)]
  const { source, blob, open } = first
  const release = await slotsFor(journeys)
  const place = source.place('get blob', blob.digest)
  const shared = new SharedDownload(open(), journeys.length, place)
  let left = journeys.length
  return shared.readers.map((reader) => {
    let isHeld = true
    return {
      reader,
      release: (bytes) => {
        if (isHeld && --left === 0) release(bytes)
        isHeld = false
      },
    }
  })
}
