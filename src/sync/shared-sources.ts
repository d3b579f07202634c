import { formatPlatform } from '../oci/platform.ts'
import { formatReference, type Reference } from '../oci/reference.ts'
import { SharedDownloads, type Taker } from '../registry/copy/shared-downloads.ts'
import { ManifestRoom, type ManifestShare } from '../registry/learned/manifest-room.ts'
import type { ImagePair } from './image-list.ts'
import { tagOf } from './list/pair.ts'
import type { NamedSource } from './named-source.ts'
import type { SyncSettings } from './sync-settings.ts'

/** What the destinations of one source have in common. */
interface SharedSource {
  readonly pairs: ImagePair[]
  /** Destinations that have not asked for it yet. */
  left: number
  named: NamedSource | undefined
  /** Whether its tag is the destination of another image. */
  isOverwritten: boolean
  /** Those that have asked for it and do not have all that they want of it yet. */
  readonly working: Set<ImagePair>
  /** What their manifests have of the room. */
  share: ManifestShare | undefined
}

/**
 * Sources by reference and what is wanted of them, each found out once for all of its destinations. Forgotten when
 * the last of them has it.
 */
export class SharedSources {
  readonly #sources: readonly SharedSource[]
  readonly #byPair = new Map<ImagePair, SharedSource>()
  readonly #downloads: SharedDownloads | undefined
  /** By their tag, as far as that is the destination of another image. */
  readonly #overwritten: ReadonlyMap<string, readonly SharedSource[]>

  /** For the manifests of each source registry. */
  readonly #rooms = new Map<string, ManifestRoom>()

  /** @param settings for pairs that bring none of their own */
  constructor(
    pairs: readonly ImagePair[],
    settings: Pick<SyncSettings, 'platforms' | 'attestations'>,
  ) {
    const byKey = new Map<string, SharedSource>()
    for (const pair of pairs) {
      const key = keyOf({ ...settings, ...pair })
      const source = byKey.get(key) ?? noneYet()
      byKey.set(key, source)
      source.pairs.push(pair)
      source.left++
      this.#byPair.set(pair, source)
    }
    this.#sources = [...byKey.values()]
    const registries = new Set(pairs.map(({ destination }) => destination.registry))
    this.#downloads = registries.size > 1 ? new SharedDownloads() : undefined
    this.#overwritten = overwritten(this.#sources, pairs)
    for (const source of [...this.#overwritten.values()].flat()) source.isOverwritten = true
  }

  /**
   * The pairs, those of one source together, and of these one for each registry before the next: what
   * they share is fetched for all at one time.
   */
  inOrder(): readonly ImagePair[] {
    return this.#sources.flatMap(({ pairs }) => inTurns(pairs))
  }

  /** The pair's part in what several registries download together, from its beginning on. */
  taker(pair: ImagePair): Taker | undefined {
    return this.#downloads?.taker(this.#byPair.get(pair), pair.destination.registry)
  }

  /** The pair's source, which is made for the first one that asks. Asked for once by each pair. */
  named(pair: ImagePair, make: () => NamedSource): NamedSource {
    const shared = this.#byPair.get(pair) ?? noneYet()
    const named = shared.named ?? make()
    shared.left--
    shared.named = shared.left > 0 || shared.isOverwritten ? named : undefined
    shared.working.add(pair)
    shared.share ??= this.#share(pair.source.registry, named)
    return named
  }

  /** Nothing of its source is to be brought for the pair any more. */
  end(pair: ImagePair): void {
    const shared = this.#byPair.get(pair)
    if (shared?.working.delete(pair) !== true || shared.working.size > 0) return
    shared.share?.end()
    shared.share = undefined
  }

  #share(registry: string, { repository }: NamedSource): ManifestShare {
    const room = this.#rooms.get(registry) ?? new ManifestRoom()
    this.#rooms.set(registry, room)
    const share = room.share()
    repository.shareRoom(share)
    return share
  }

  /**
   * Comes back when the tag that the pair goes to may be moved: where it is the source of another
   * image, that means what it was when the run began.
   *
   * @param make makes the source of a pair that has not asked for it yet
   */
  async beforeTag(pair: ImagePair, make: (pair: ImagePair) => Promise<NamedSource>): Promise<void> {
    const sources = this.#overwritten.get(movedTag(pair) ?? '') ?? []
    const pinned = sources.map(async (source) => {
      const [first] = source.pairs
      const made = source.named === undefined && first ? await make(first) : undefined
      source.named ??= made
      await source.named?.pin()
    })
    // A source that is not to be had is told by its own images.
    await Promise.allSettled(pinned)
  }
}

function noneYet(): SharedSource {
  return {
    pairs: [],
    left: 0,
    named: undefined,
    isOverwritten: false,
    working: new Set(),
    share: undefined,
  }
}

/** By the place that each pair has among those of its registry. */
function inTurns(pairs: readonly ImagePair[]): readonly ImagePair[] {
  const counts = new Map<string, number>()
  const turns: ImagePair[][] = []
  for (const pair of pairs) {
    const { registry } = pair.destination
    const turn = counts.get(registry) ?? 0
    counts.set(registry, turn + 1)
    turns[turn] = [...(turns[turn] ?? []), pair]
  }
  return turns.flat()
}

function keyOf(
  wanted: Pick<SyncSettings, 'platforms' | 'attestations'> & Pick<ImagePair, 'source'>,
): string {
  const { source, platforms, attestations } = wanted
  const names = platforms === 'all' ? platforms : platforms.map(formatPlatform).join(',')
  return `${formatReference(source)} ${names} ${attestations ?? ''}`
}

/** The sources whose tag is moved by a pair, by that tag. */
function overwritten(
  sources: Iterable<SharedSource>,
  pairs: readonly ImagePair[],
): ReadonlyMap<string, readonly SharedSource[]> {
  const moved = new Set(pairs.map(movedTag))
  const found = new Map<string, SharedSource[]>()
  for (const source of sources) {
    const [first] = source.pairs
    // A digest means the same at any time.
    if (first === undefined || first.source.digest !== undefined) continue
    const tag = fullTag(first.source, first.source.tag ?? 'latest')
    if (moved.has(tag)) found.set(tag, [...(found.get(tag) ?? []), source])
  }
  return found
}

/** The tag that a pair moves, in full; undefined where it goes by its digest. */
function movedTag(pair: ImagePair): string | undefined {
  const tag = tagOf(pair)
  return tag === undefined ? undefined : fullTag(pair.destination, tag)
}

function fullTag({ registry, repository }: Reference, tag: string): string {
  return `${registry}/${repository}:${tag}`
}
