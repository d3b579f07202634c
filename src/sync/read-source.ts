import type { Digest } from '../oci/digest.ts'
import type { Repository } from '../registry/http/repository.ts'
import type { NamedSource } from './named-source.ts'
import { readUncounted } from './read-at-destination.ts'
import type { SourceImage } from './source-image.ts'
import type { TrustGate, Verified } from './trust-gate.ts'

/** A source's image that may be copied, and what it was trusted for where that was asked. */
export interface ReadSource {
  readonly image: SourceImage
  readonly verified: Verified | undefined
}

/**
 * The source's image, from the source or, where that saves a pull that counts, from elsewhere; once
 * it is known that it may be copied. Throws UNTRUSTED.
 */
export async function readSource(
  named: NamedSource,
  destination: Repository,
  shown: Promise<Digest | undefined>,
  trust: TrustGate | undefined,
): Promise<ReadSource> {
  const isCounted = named.repository.http.family?.countsPulls === true
  const uncounted = isCounted ? await readUncounted(named, destination, await shown) : undefined
  const image = uncounted ?? (await named.image())
  return { image, verified: await trust?.check(named, image) }
}
