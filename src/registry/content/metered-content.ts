import type { Clock } from '../clock.ts'
import type { BlobContent } from '../http/registry-request.ts'
import type { Repository } from '../http/repository.ts'
import type { Awaited } from '../pace/host-waits.ts'

/** Is told how far a blob has come on its way to one destination. */
export interface BlobMeter {
  /** Its first byte is the next one, for the first time or again. */
  restart(): void
  /** So many more bytes were taken. */
  moved(bytes: number): void
}

/** What is sent to a destination, which tells the meter how much of it was taken. */
export function meteredContent(
  content: BlobContent,
  meter: BlobMeter,
  destination: Repository,
): BlobContent {
  const { registry, network } = destination.http
  meter.restart()
  if (!(content instanceof Uint8Array)) {
    return metered(content, meter, network.waits.of(registry), network.clock)
  }
  meter.moved(content.length)
  return content
}

/** While the source of a body is waited for, nobody waits for the host that it goes to. */
function metered(
  chunks: AsyncIterable<Uint8Array>,
  meter: BlobMeter,
  host: Awaited,
  clock: Clock,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      const inner = chunks[Symbol.asyncIterator]()
      return {
        next: async () => {
          host.fewer(clock.now())
          try {
            const result = await inner.next()
            if (result.done !== true) meter.moved(result.value.length)
            return result
          } finally {
            host.more(clock.now())
          }
        },
        return: async () => {
          await inner.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
