import { type SizedDigest, type Digest, digestOf } from '../../oci/digest.ts'
import type { Manifest } from '../../oci/manifest.ts'
import { fetchManifest } from '../content/manifests.ts'
import { listsByItself } from '../content/pushed-referrers.ts'
import { addToReferrersTag } from '../content/add-to-referrers-tag.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import { waitForAll } from '../wait-for-all.ts'
import { addBytes, type BytesMoved } from './bytes-moved.ts'
import type { Outcome } from './content-ledger.ts'
import { copyCosignImage, type CosignSource, needsCosignImage } from './copy-cosign-image.ts'
import { copyByDigest, type Route } from './copy-image.ts'
import type { FoundCosignImage, FoundReferrer, ReferrersLevel } from './find-referrers.ts'
import type { SourceReferrers } from './source-referrers.ts'

/** The config of most referrers (image-spec, Guidance for an Empty Descriptor). */
const EMPTY = Buffer.from('{}')

/** How many of what belongs to an image came along, or were there. */
export interface ReferrersCopied {
  readonly copied: number
  readonly existing: number
  readonly moved: BytesMoved
}

/**
 * Copies what belongs to an image, which is there itself by now: what refers to it level by level,
 * because some registries want to have seen the subject first, and then the lists under tags that
 * stand in for the API. Everything is pushed by digest, and under tags that nobody pulls. Where the
 * route is a plan, only counts what would be copied.
 */
export async function copyReferrers(
  route: Route,
  found: SourceReferrers,
  levels: readonly ReferrersLevel[],
): Promise<ReferrersCopied> {
  return new ReferrersCopy(route, found).run(levels)
}

class ReferrersCopy {
  readonly #route: Route
  readonly #found: SourceReferrers
  readonly #moved: BytesMoved[] = []

  constructor(route: Route, found: SourceReferrers) {
    this.#route = route
    this.#found = found
  }

  async run(levels: readonly ReferrersLevel[]): Promise<ReferrersCopied> {
    const outcomes: Outcome[] = []
    for (const { referrers, cosignImages } of levels) {
      const done = await waitForAll([
        ...referrers.map(async (one) => this.#referrer(one)),
        ...cosignImages.map(async (one) => this.#cosignImage(one)),
      ])
      outcomes.push(...done)
    }
    if (this.#route.isPlan !== true) {
      await this.#list(levels.flatMap(({ referrers }) => referrers))
    }
    const copied = outcomes.filter((outcome) => outcome !== 'existing').length
    return { copied, existing: outcomes.length - copied, moved: addBytes(this.#moved) }
  }

  async #referrer({ isPresent, isPart, fetched }: FoundReferrer): Promise<Outcome> {
    if (isPresent || fetched === undefined) return 'existing'
    if (isPart) return 'copied'
    return this.#once('referrer', fetched, async () =>
      copyByDigest(this.#routeOf(fetched), fetched),
    )
  }

  async #cosignImage({ tag, digest, fetched }: FoundCosignImage): Promise<Outcome> {
    const { source, destination, isPlan } = this.#route
    const fetch = async (): Promise<FetchedManifest> =>
      fetched ?? (await this.#found.cosignImage(source, tag)) ?? fetchManifest(source, digest)
    const image: CosignSource = { tag, digest, fetch }
    // Another line may bring the same image, or another one for the same tag.
    return destination.http.turns.run(`${destination.name}:${tag}`, async () => {
      // Elsewhere it is only looked right before the write.
      const isLookedFor = fetched === undefined || isPlan === true
      if (isLookedFor && !(await needsCosignImage(destination, image))) return 'existing'
      const { outcome, moved } = await copyCosignImage(this.#routeOf(await fetch()), image)
      this.#moved.push(moved)
      return outcome
    })
  }

  /** Brings a manifest, unless another image of the run does or did. */
  async #once(
    kind: string,
    content: SizedDigest,
    bring: () => Promise<BytesMoved>,
  ): Promise<Outcome> {
    const { source, destination, ledger } = this.#route
    const from = `${source.http.registry}/${source.name}`
    return ledger.once(`${kind} ${destination.name}`, content, from, async () => {
      this.#moved.push(await bring())
      return 'copied'
    })
  }

  /**
   * The destination is known not to have it. Other destinations are not waited for: they may have it
   * without knowing what it consists of.
   */
  #routeOf({ manifest }: FetchedManifest): Route {
    const { taker, progress, read = new Map<Digest, Uint8Array>() } = this.#route
    progress?.expect(1)
    const blobs = blobsOf(manifest)
    for (const digest of blobs) taker?.pass(digest)
    return {
      ...this.#route,
      isNew: true,
      taker: blobs.length > 0 ? taker : undefined,
      read: new Map([...read, [digestOf(EMPTY), EMPTY]]),
    }
  }

  /** Lists what has come along, each under the tag of its subject, where the registry does not. */
  async #list(referrers: readonly FoundReferrer[]): Promise<void> {
    const { destination } = this.#route
    const bySubject = new Map<Digest, FetchedManifest[]>()
    for (const { subject, isPresent, fetched } of referrers) {
      if (isPresent || fetched === undefined) continue
      bySubject.set(subject, [...(bySubject.get(subject) ?? []), fetched])
    }
    const [first] = bySubject
    if (first === undefined) return
    const [subject, [pushed]] = first
    if (pushed === undefined || (await listsByItself(destination, subject, pushed.digest))) return
    await waitForAll([...bySubject].map(async (one) => addToReferrersTag(destination, ...one)))
  }
}

function blobsOf(manifest: Manifest): readonly Digest[] {
  if (manifest.kind === 'index') return []
  return [manifest.config, ...manifest.layers].map(({ digest }) => digest)
}
