import type { Descriptor } from '../../oci/descriptor.ts'
import { type SizedDigest, contentKey, type Digest } from '../../oci/digest.ts'
import type { ImageIndex, ImageManifest } from '../../oci/manifest.ts'
import { isBlobType, isManifestType, isNonDistributableType } from '../../oci/media-types.ts'
import type { ContentLedger, Outcome } from './content-ledger.ts'
import { addBytes, type BytesMoved, bytesOf, noBytes } from './bytes-moved.ts'
import { copyBlob, SMALL_BLOB_BYTES } from './copy-blob.ts'
import type { Taker } from './shared-downloads.ts'
import type {
  ExpectedManifest,
  FetchedManifest,
  UnknownManifest,
} from '../learned/fetched-manifest.ts'
import { explainBlobFailure } from './explain-blob-failure.ts'
import { admitManifest, fetchManifest, fetchUnknown, holdsManifest } from '../content/manifests.ts'
import { Limiter } from '../pace/limiter.ts'
import { pushManifest } from '../content/push-manifest.ts'
import { pushWithRepair } from '../content/push-with-repair.ts'
import { planBlob } from './plan-blob.ts'
import type { ImageProgress } from './image-progress.ts'
import type { Repository } from '../http/repository.ts'
import type { SeenImages } from './unchanged-images.ts'
import { waitForAll } from '../wait-for-all.ts'

/** More than the requests that a registry takes from us at a time, so that these are the bound. */
const MANIFESTS_AT_ONCE = 64

/** Bytes: what others wait for goes first, however small it is. */
const LARGEST_BLOB = 2 ** 40

/** From where to where, and what the destination's registry is known to hold. */
export interface Route {
  readonly source: Repository
  readonly destination: Repository
  readonly ledger: ContentLedger
  readonly seen: SeenImages
  /** Nothing is written, but what would be is counted. */
  readonly isPlan?: boolean
  /** Everything is looked for anew: what was found, mounted or moved before has gone missing. */
  readonly again?: boolean
  /** The destination is known not to have the manifest. */
  readonly isNew?: boolean
  /** Takes in the manifests that the destination was seen to have already. */
  readonly present?: Set<Digest>
  /** For a run with several registries, which share what they download. */
  readonly taker?: Taker | undefined
  /** Blobs of the source that were read already, and verified. */
  readonly read?: ReadonlyMap<Digest, Uint8Array> | undefined
  /** Told of the blobs, for those who watch. */
  readonly progress?: ImageProgress | undefined
}

/**
 * Copies everything beneath a manifest, but not the manifest itself: blobs first, then the
 * manifests that it lists, by digest. What the destination needs to accept it is there when this
 * returns.
 */
export async function copyBeneath(route: Route, top: FetchedManifest): Promise<BytesMoved> {
  // A tag beside another one in the same repository: what the source lists is there by definition.
  if (isSameRepository(route)) return noBytes
  return new TreeCopy(route).content(top, 0)
}

/** Copies one manifest by digest with everything beneath it. */
export async function copyByDigest(route: Route, fetched: FetchedManifest): Promise<BytesMoved> {
  if (isSameRepository(route)) return noBytes
  return new TreeCopy(route).manifest(fetched, 0)
}

function isSameRepository({ source, destination }: Route): boolean {
  return source.sharesRegistryWith(destination) && source.name === destination.name
}

/** One walk down a tree of manifests. */
class TreeCopy {
  readonly #route: Route
  /** Children that are being copied or are done: an index may list one more than once. */
  readonly #children = new Map<string, Promise<BytesMoved>>()
  /** Manifests that are being looked for. */
  readonly #walk = new Limiter(MANIFESTS_AT_ONCE)
  /** Manifests that the destination was seen to have. */
  readonly #present = new Set<Digest>()
  /** The first manifest that could not be fetched. */
  #failure: { readonly error: unknown } | undefined

  constructor(route: Route) {
    this.#route = route
  }

  async manifest(fetched: FetchedManifest | UnknownManifest, depth: number): Promise<BytesMoved> {
    const bytes = await this.content(fetched, depth)
    const { destination, isPlan } = this.#route
    if (isPlan === true || this.#present.has(fetched.digest)) return bytes
    await this.#subjectOf(fetched)
    await this.#once('manifest', fetched, async () => {
      const bring = async (): Promise<unknown> => this.#again().content(fetched, depth)
      await pushWithRepair(
        async () => pushManifest(destination, fetched.digest, fetched),
        this.#route.again === true ? undefined : bring,
      )
      return 'copied'
    })
    return bytes
  }

  #again(): TreeCopy {
    return new TreeCopy({ ...this.#route, again: true })
  }

  /** Waits for what a manifest refers to, if that is on its way too: some want it first (Q27). */
  async #subjectOf({ manifest, digest }: FetchedManifest | UnknownManifest): Promise<void> {
    const subject = manifest?.subject
    if (subject !== undefined && subject.digest !== digest) {
      await this.#children.get(contentKey(subject))
    }
  }

  async content(fetched: FetchedManifest | UnknownManifest, depth: number): Promise<BytesMoved> {
    const { manifest } = fetched
    // What it may refer to is not known.
    if (manifest === undefined) return noBytes
    return manifest.kind === 'image' ? this.#image(fetched, manifest) : this.#index(manifest, depth)
  }

  /**
   * The config first: it is small, and hardly two images have the same. Where it is there, the whole
   * image may be, and one request more tells.
   */
  async #image(content: SizedDigest, manifest: ImageManifest): Promise<BytesMoved> {
    const blobs = new Map<Digest, Descriptor>()
    for (const blob of [manifest.config, ...manifest.layers]) {
      // Their makers do not allow others to pass these on (image-spec, Non-Distributable Layers).
      if (!isNonDistributableType(blob.mediaType)) blobs.set(blob.digest, blob)
    }
    const [config, ...layers] = blobs.values()
    if (config === undefined) return noBytes
    try {
      const outcome = await this.#blob(config)
      this.#route.progress?.listed()
      const first = bytesOf(outcome, config.size)
      if (outcome === 'existing' && layers.length > 0 && (await this.#isPresent(content))) {
        this.#present.add(content.digest)
        this.#route.present?.add(content.digest)
        this.#route.ledger.note(this.#route.destination.name, layers)
        return addBytes([first, ...layers.map(({ size }) => bytesOf('existing', size))])
      }
      const others = layers.map(async (blob) => bytesOf(await this.#blob(blob), blob.size))
      return addBytes([first, ...(await waitForAll(others))])
    } finally {
      for (const blob of layers) this.#route.taker?.pass(blob.digest)
    }
  }

  async #isPresent(content: SizedDigest): Promise<boolean> {
    const { destination, again, isNew } = this.#route
    if (again === true || isNew === true) return false
    return holdsManifest(destination, content)
  }

  async #blob(blob: Descriptor): Promise<Outcome> {
    const { taker } = this.#route
    taker?.lists(blob.digest)
    try {
      return await this.#once('blob', blob, async () => this.#supply(blob))
    } finally {
      taker?.pass(blob.digest)
    }
  }

  /** From another repository of the destination's registry, if that is any use, or from the source. */
  async #supply(blob: Descriptor): Promise<Outcome> {
    const { source, destination, ledger, seen, again, taker } = this.#route
    const { facts, family } = destination.http
    const canMount = family?.mounts !== false && facts.mounts.isWorthTrying
    if (again === true || !canMount || destination.sharesRegistryWith(source)) {
      return this.#bring(blob)
    }
    const bring = async (): Promise<Outcome> => {
      const isLarge = blob.size > SMALL_BLOB_BYTES
      if (isLarge && ledger.holder(blob.digest, destination.name) === undefined) {
        await seen.look(blob)
      }
      return this.#bring(blob)
    }
    return ledger.supply(destination.name, blob, bring, taker)
  }

  async #bring(blob: Descriptor): Promise<Outcome> {
    const { source, destination, ledger, again, taker, read, progress, isPlan } = this.#route
    const holder = ledger.holder(blob.digest, destination.name)
    try {
      if (isPlan === true) return await planBlob(source, destination, blob, holder)
      return await copyBlob(source, destination, blob, {
        holder,
        again,
        taker,
        rank: () => ledger.waiting(blob.digest) * LARGEST_BLOB + blob.size,
        bytes: read?.get(blob.digest),
        progress: progress?.blob(blob.size),
      })
    } catch (error) {
      throw explainBlobFailure(error, blob)
    }
  }

  /**
   * Moves a blob or manifest unless another image of the run does or did. The same bytes can be both,
   * in two places of the registry.
   */
  async #once(
    kind: 'blob' | 'manifest',
    content: SizedDigest,
    move: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const { source, destination, ledger, again, taker } = this.#route
    if (again === true) return move()
    const from = `${source.http.registry}/${source.name}`
    return ledger.once(`${kind} ${destination.name}`, content, from, move, taker)
  }

  async #index(index: ImageIndex, depth: number): Promise<BytesMoved> {
    const { source, progress } = this.#route
    progress?.expect(index.manifests.length - 1)
    // Before any of them queues, so that of an index that lists too much nothing is copied.
    for (const child of index.manifests) {
      if (!isBlobType(child.mediaType)) admitManifest(source, { ...child, depth: depth + 1 })
    }
    const children = index.manifests.map(async (child) => {
      const known = this.#children.get(contentKey(child))
      if (known !== undefined) {
        progress?.listed()
        await known
        // Its bytes count once, where it was met first.
        return noBytes
      }
      const copying = this.#child(child, depth + 1)
      this.#children.set(contentKey(child), copying)
      return copying
    })
    return addBytes(await waitForAll(children))
  }

  async #child(child: Descriptor, depth: number): Promise<BytesMoved> {
    const { progress } = this.#route
    if (isBlobType(child.mediaType)) {
      progress?.listed()
      return bytesOf(await this.#blob(child), child.size)
    }
    const expected = { ...child, depth }
    const fetched = await this.#walk.run(async () => this.#fetch(expected))
    if (fetched !== undefined) {
      await this.#route.source.roomFor(fetched)
      return this.manifest(fetched, depth)
    }
    // No manifest, so that it can only be a blob: caches of builds list such (image-spec, Image Index).
    return bytesOf(await this.#blob(child), child.size)
  }

  /** An index of thousands, none of which is there, is not asked for to its end. */
  async #fetch(expected: ExpectedManifest): Promise<FetchedManifest | UnknownManifest | undefined> {
    const { source } = this.#route
    if (this.#failure !== undefined) throw this.#failure.error
    try {
      return isManifestType(expected.mediaType)
        ? await fetchManifest(source, expected.digest, expected)
        : await fetchUnknown(source, expected)
    } catch (error) {
      this.#failure ??= { error }
      throw error
    }
  }
}
