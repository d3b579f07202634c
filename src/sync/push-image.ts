import { addBytes, type BytesMoved, noBytes } from '../registry/copy/bytes-moved.ts'
import type { Digest } from '../oci/digest.ts'
import { copyByDigest, copyBeneath, type Route } from '../registry/copy/copy-image.ts'
import type { FoundReferrers } from '../registry/copy/find-referrers.ts'
import { publishManifest } from '../registry/content/push-manifest.ts'
import { pushWithRepair } from '../registry/content/push-with-repair.ts'
import { waitForAll, waitForBoth } from '../registry/wait-for-all.ts'
import type { ImageReferrers } from './image-referrers.ts'
import type { ReferrersResult } from './report.ts'
import type { Release, SourceImage } from './source-image.ts'

/** What an image's way to a destination has brought there. */
export interface PushedImage {
  readonly bytes: BytesMoved
  readonly referrers?: ReferrersResult
}

/** What is brought to a destination, and on which way. */
export interface Bringing {
  readonly route: Route
  readonly image: SourceImage
  readonly release: Release
  /** The destination has the document by its digest, and so what is beneath it, most likely. */
  readonly isPresent?: boolean
  /** Undefined where nothing of them comes along. */
  readonly referrers: ImageReferrers | undefined
}

export interface ImagePush extends Bringing {
  /** By digest alone where absent. */
  readonly tag: string | undefined
  /** Called, and waited for, before the tag is moved, with what has been brought by then. */
  readonly beforeTag: (pushed: PushedImage) => Promise<unknown>
  /** Whether the tag is to be moved still; asked before each try. */
  readonly isWanted: () => Promise<boolean>
  /** Ends the write of the tag once it has been sent; the network's own signal where absent. */
  readonly endsLater?: AbortSignal | undefined
}

/**
 * Brings an image to a destination: blobs, then platform images by digest, then the tag, in one
 * write, last. What belongs to the image comes before the tag too, so that nobody sees the image
 * without it.
 */
export async function pushImage(push: ImagePush): Promise<PushedImage> {
  const { route, image, release, tag } = push
  const publish = async (name: string): Promise<void> =>
    pushWithRepair(
      async () => publishManifest(route.destination, name, release, name === tag ? push : {}),
      // What is only there by its digest may have been collected since.
      async () => copyReferenced({ ...route, again: true }, image, await image.release()),
      { isUnseen: push.isPresent === true },
    )
  const { isThere, ...pushed } = await bring(push, async () => publish(image.top.digest))
  if (tag !== undefined) await push.beforeTag(pushed)
  // Without a tag, the digest is the name.
  if (!isThere || tag !== undefined) await publish(tag ?? release.digest)
  return pushed
}

/** What `pushImage` would bring to a destination that does not have the image. Writes nothing. */
export async function planImage(plan: Bringing): Promise<PushedImage> {
  const { isThere: _, ...planned } = await bring(plan, async () => Promise.resolve())
  return planned
}

/**
 * Brings everything but the tag. `isThere` where the image is at the destination by its digest, since
 * something refers to that.
 */
async function bring(
  { route, image, release, isPresent = false, referrers }: Bringing,
  publishByDigest: () => Promise<void>,
): Promise<PushedImage & { readonly isThere: boolean }> {
  if (referrers === undefined) {
    const bytes = isPresent ? noBytes : await copyReferenced(route, image, release)
    return { bytes, isThere: false }
  }
  if (isPresent) {
    // It came here by its digest, and so did what refers to it, most likely.
    const [found, judged] = await waitForBoth(referrers.compare(), referrers.judge())
    const { result, moved: bytes } = await referrers.bring(found, judged)
    return { bytes, referrers: result, isThere: true }
  }
  const judging = referrers.judge()
  if (referrers.mustNotLose) await judging
  const present = new Set<Digest>()
  const [bytes, [found, judged]] = await waitForBoth(
    copyReferenced({ ...route, present }, image, release),
    waitForBoth(referrers.find(), judging),
  )
  const isThere = refersTo(found, image.top.digest)
  if (isThere) await publishByDigest()
  const { result, moved } = await referrers.bring(
    await referrers.compareParts(found, present),
    judged,
  )
  return { bytes: addBytes([bytes, moved]), referrers: result, isThere }
}

/** Copies what a release refers to. */
async function copyReferenced(
  route: Route,
  { top }: SourceImage,
  { children, attestations }: Release,
): Promise<BytesMoved> {
  if (children === undefined) return copyBeneath(route, top)
  route.progress?.expect(children.length + attestations.length - 1)
  const copy = async (images: typeof children): Promise<BytesMoved> =>
    addBytes(await waitForAll(images.map(async (image) => copyByDigest(route, image))))
  // What attests of an image may name it as its subject, and some registries want that first (Q27).
  return addBytes([await copy(children), await copy(attestations)])
}

function refersTo({ levels }: FoundReferrers, digest: Digest): boolean {
  return levels[0]?.referrers.some(({ subject }) => subject === digest) === true
}
