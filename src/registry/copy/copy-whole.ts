import type { Digest } from '../../oci/digest.ts'
import { publishManifest } from '../content/push-manifest.ts'
import { pushWithRepair } from '../content/push-with-repair.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import type { BytesMoved } from './bytes-moved.ts'
import { copyBeneath, type Route } from './copy-image.ts'

/** What a copy left at the destination. */
export interface Copied {
  readonly digest: Digest
  readonly mediaType: string
  /** Bytes of the manifest. */
  readonly size: number
  readonly moved: BytesMoved
}

/** Copies an image or an index byte for byte, under a tag or, where there is none, by digest. */
export async function copyWhole(
  route: Route & { destinationName: string | undefined },
  fetched: FetchedManifest,
): Promise<Copied> {
  const moved = await copyBeneath(route, fetched)
  const name = route.destinationName ?? fetched.digest
  await pushWithRepair(
    async () => publishManifest(route.destination, name, fetched),
    async () => copyBeneath({ ...route, again: true }, fetched),
  )
  return copiedOf(fetched, moved)
}

export function copiedOf(fetched: FetchedManifest, moved: BytesMoved): Copied {
  return { digest: fetched.digest, mediaType: fetched.mediaType, size: fetched.size, moved }
}
