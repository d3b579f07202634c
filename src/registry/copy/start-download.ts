import { type SizedDigest, Verification } from '../../oci/digest.ts'
import type { RegistryHttp } from '../http/registry-http.ts'
import type { Repository } from '../http/repository.ts'
import type { Rank, Release } from '../pace/limiter.ts'
import { type TransferSlots, TransferWish } from '../pace/transfer-slots.ts'
import { verifiedBlob } from '../content/verified-blob.ts'
import { BlobDownload, BlobReader, type Origin } from './blob-download.ts'
import { LOOKS_FOR_A_SLOT } from './patience.ts'

/** A blob that one destination wants, and how urgent that is. */
export interface DownloadWish {
  readonly source: Repository
  readonly destination: Repository
  readonly blob: SizedDigest
  readonly rank?: Rank | undefined
}

/** What one destination has of a download: a slot to write in, and the bytes. */
export interface DownloadShare {
  /** All bytes, verified. A body can be wanted twice, after a login or in chunks. */
  open(): AsyncIterable<Uint8Array>
  /** So many bytes have arrived, and no more are wanted. */
  end(bytes: number): Promise<void>
}

/** A download for one destination, begun when there are slots for it. */
export async function startDownload(wish: DownloadWish): Promise<DownloadShare> {
  const { promise, resolve } = Promise.withResolvers<DownloadShare>()
  await begin(wish, [{ wish, go: resolve }])
  return promise
}

/** Somebody who is told of its share, or of the wait for one. */
export interface Sharer {
  readonly wish: DownloadWish
  readonly go: (share: DownloadShare | Promise<DownloadShare>) => void
}

/**
 * One download for several destinations that want the same blob, from the source of the first. Who
 * keeps the others from beginning, for want of a slot, gets a download of its own.
 */
export async function startDownloads(sharers: readonly Sharer[]): Promise<void> {
  const [first] = sharers
  if (first !== undefined) await begin(first.wish, sharers)
}

async function begin(first: DownloadWish, sharers: readonly Sharer[]): Promise<void> {
  const origin = originOf(first)
  const slots = await slotsFor(first.source, sharers)
  const readers: BlobReader[] = []
  for (const [index, { wish, go }] of sharers.entries()) {
    const release = slots.destinations[index]
    if (release === undefined) continue
    const reader = new BlobReader(wish.destination.http.registry)
    readers.push(reader)
    go(new Share(origin, reader, release))
  }
  BlobDownload.start(origin, readers, { slot: slots.source })
}

/** Slots for all of them but those who are not waited for any longer, and go by themselves. */
async function slotsFor(
  { http: { limiter, network } }: Repository,
  sharers: readonly Sharer[],
): Promise<TransferSlots> {
  const limiters = sharers.map(({ wish }) => wish.destination.http.limiter)
  const rank = (): number => Math.max(...sharers.map(({ wish }) => wish.rank?.() ?? 0))
  const slots = new TransferWish(limiter, limiters, rank)
  if (sharers.length === 1) return slots.granted
  const waiting = new Map(sharers.map((sharer, index) => [index, new SlotWait(sharer)]))
  const unwatch = network.silentHosts.watch(() => {
    const lacking = [...waiting].filter(([, wait]) => wait.lacksSlot)
    const couldBegin = lacking.length < waiting.size && limiter.hasRoom(['read'])
    for (const [index, wait] of lacking) {
      if (couldBegin) wait.look()
      if (waiting.size === 1 || !wait.isHopeless) continue
      waiting.delete(index)
      slots.leaveBehind(index)
      wait.sharer.go(startDownload(wait.sharer.wish))
    }
  })
  try {
    return await slots.granted
  } finally {
    unwatch()
  }
}

/** One whose slot is waited for by others who could begin. */
class SlotWait {
  readonly sharer: Sharer
  readonly #http: RegistryHttp
  #givenBack: number
  #looks = 0

  constructor(sharer: Sharer) {
    this.sharer = sharer
    this.#http = sharer.wish.destination.http
    this.#givenBack = this.#http.limiter.givenBack('write')
  }

  get lacksSlot(): boolean {
    return !this.#http.limiter.hasRoom(['write'])
  }

  /** A registry that is busy gives slots back, and one that hangs does not. */
  look(): void {
    const givenBack = this.#http.limiter.givenBack('write')
    this.#looks = givenBack === this.#givenBack ? this.#looks + 1 : 0
    this.#givenBack = givenBack
  }

  get isHopeless(): boolean {
    const { network, registry } = this.#http
    return this.#looks >= LOOKS_FOR_A_SLOT || network.silentHosts.isSilent(registry)
  }
}

function originOf({ source, blob, rank }: DownloadWish): Origin {
  const { limiter, network } = source.http
  return {
    blob,
    open: (verification) => verifiedBlob(source, blob, verification),
    slot: async () => limiter.acquire(['read'], rank),
    isWanted: () => limiter.lacks('read'),
    keep: (chunk) => network.keep(chunk),
    silentHosts: network.silentHosts,
  }
}

class Share implements DownloadShare {
  readonly #origin: Origin
  readonly #release: Release
  readonly #readers: BlobReader[]
  #next: BlobReader | undefined

  constructor(origin: Origin, reader: BlobReader, release: Release) {
    this.#origin = origin
    this.#release = release
    this.#readers = [reader]
    this.#next = reader
  }

  open(): AsyncIterable<Uint8Array> {
    const reader = this.#next ?? this.#again()
    this.#next = undefined
    return reader
  }

  async end(bytes: number): Promise<void> {
    for (const reader of this.#readers) await reader.leave()
    this.#release(bytes)
  }

  #again(): BlobReader {
    const [first] = this.#readers
    const reader = new BlobReader(first?.host ?? '')
    reader.goAlone(this.#origin, new Verification(this.#origin.blob))
    this.#readers.push(reader)
    return reader
  }
}
