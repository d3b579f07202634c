import { type Content, Verification } from '../../oci/digest.ts'
import type { Repository } from '../http/repository.ts'
import type { Rank, Release } from '../pace/limiter.ts'
import { type TransferSlots, TransferWish } from '../pace/transfer-slots.ts'
import { verifiedBlob } from '../content/verified-blob.ts'
import { BlobDownload, BlobReader, type Origin } from './blob-download.ts'
import { PATIENT_LOOKS } from './patience.ts'

/** What is to be transferred to one destination, and how urgent it is. */
export interface DownloadWish {
  readonly source: Repository
  readonly destination: Repository
  readonly blob: Content
  readonly rank?: Rank | undefined
}

/** What one destination has of a transfer: a slot to write in, and the bytes. */
export interface DownloadShare {
  /** All bytes, verified. A body can be wanted twice, after a login or in chunks. */
  open(): AsyncIterable<Uint8Array>
  /** So many bytes have arrived, and no more are wanted. */
  end(bytes: number): Promise<void>
}

/** Begins a transfer to one destination when there are slots for it. */
export async function startDownload(transfer: DownloadWish): Promise<DownloadShare> {
  const [share] = startDownloads([transfer])
  if (share === undefined) throw new TypeError('a transfer has a share for each destination')
  return share
}

/**
 * Begins transfers of one blob to several destinations, with one download from the source of the
 * first. Those without a slot that keep the others from beginning begin by themselves, later.
 */
export function startDownloads(
  transfers: readonly DownloadWish[],
): readonly Promise<DownloadShare>[] {
  const shares = startTogether(transfers)
  return transfers.map(async (transfer, index) => (await shares)[index] ?? startDownload(transfer))
}

async function startTogether(
  transfers: readonly DownloadWish[],
): Promise<readonly (DownloadShare | undefined)[]> {
  const [first] = transfers
  if (first === undefined) return []
  const origin = originOf(first)
  const slots = await slotsFor(transfers, first.source)
  const readers: BlobReader[] = []
  const shares = transfers.map(({ destination }, index) => {
    const release = slots.destinations[index]
    if (release === undefined) return undefined
    const reader = new BlobReader(destination.http.registry)
    readers.push(reader)
    return new Share(origin, reader, release)
  })
  BlobDownload.start(origin, readers, { slot: slots.source })
  return shares
}

async function slotsFor(
  transfers: readonly DownloadWish[],
  { http: { limiter, network } }: Repository,
): Promise<TransferSlots> {
  const limiters = transfers.map(({ destination }) => destination.http.limiter)
  const rank = (): number => Math.max(...transfers.map((transfer) => transfer.rank?.() ?? 0))
  const wish = new TransferWish(limiter, limiters, rank)
  if (transfers.length === 1) return wish.granted
  let waiting = transfers.map(({ destination: { http } }, index) => ({ http, index }))
  let looks = 0
  const unwatch = network.silentHosts.watch(() => {
    const lacking = waiting.filter((one) => !one.http.limiter.hasRoom(['write']))
    if (lacking.length === waiting.length || !limiter.hasRoom(['read'])) return
    looks += 1
    for (const one of lacking) {
      if (looks < PATIENT_LOOKS && !network.silentHosts.isSilent(one.http.registry)) continue
      waiting = waiting.filter((other) => other !== one)
      wish.leaveBehind(one.index)
    }
  })
  try {
    return await wish.granted
  } finally {
    unwatch()
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
