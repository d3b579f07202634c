import type { Descriptor } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import type { Manifest } from '../../oci/manifest.ts'
import { fetchManifest, resolveDigest } from '../content/manifests.ts'
import { publishManifest } from '../content/push-manifest.ts'
import { pushWithRepair } from '../content/push-with-repair.ts'
import { isHidden } from '../content/tagged-manifest.ts'
import { RegistryError } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import type { BytesMoved } from './bytes-moved.ts'
import type { Outcome } from './content-ledger.ts'
import { copyBeneath, type Route } from './copy-image.ts'

/** An image under a tag of cosign's, with a layer for each signature, and how to get it. */
export interface CosignSource {
  readonly tag: string
  readonly digest: Digest
  readonly fetch: () => Promise<FetchedManifest>
}

/**
 * Whether an image of cosign's has to be written at the destination: not where that has it, or more
 * than it. Throws EXISTS where it has signatures that the source has not: to write the tag would
 * take them away.
 */
export async function needsCosignImage(
  destination: Repository,
  { tag, digest, fetch }: CosignSource,
): Promise<boolean> {
  const shown = await shownDigest(destination, tag)
  if (shown === undefined) return true
  if (shown === digest) return false
  const theirs = layersOf((await fetchManifest(destination, shown)).manifest)
  const ours = layersOf((await fetch()).manifest)
  if (theirs !== undefined && ours !== undefined) {
    if (ours.every((layer) => theirs.includes(layer))) return false
    if (theirs.every((layer) => ours.includes(layer))) return true
  }
  const reason =
    'the tag holds signatures that the source does not have, and writing it would take them away'
  throw new RegistryError('EXISTS', reason, destination.place('write', tag))
}

/**
 * Copies an image of cosign's under its tag, if the destination still needs it by then; where the
 * route is a plan, only counts its bytes. It is looked right before each write: blobs may have waited
 * long for their turn, and somebody else may have signed. Throws what `needsCosignImage` does.
 */
export async function copyCosignImage(
  route: Route,
  image: CosignSource,
): Promise<{ readonly outcome: Outcome; readonly moved: BytesMoved }> {
  const { destination } = route
  const fetched = await image.fetch()
  const moved = await copyBeneath(route, fetched)
  if (route.isPlan === true) return { outcome: 'copied', moved }
  const seen: { outcome: Outcome } = { outcome: 'existing' }
  const isNeeded = async (): Promise<boolean> => {
    const isStillNeeded = await needsCosignImage(destination, image)
    if (isStillNeeded) seen.outcome = 'copied'
    return isStillNeeded
  }
  await pushWithRepair(
    async () => publishManifest(destination, image.tag, fetched, { isWanted: isNeeded }),
    async () => copyBeneath({ ...route, again: true }, fetched),
  )
  return { ...seen, moved }
}

/** What must not be overwritten has to be seen. */
async function shownDigest(destination: Repository, tag: string): Promise<Digest | undefined> {
  try {
    return await resolveDigest(destination, tag)
  } catch (error) {
    if (await isHidden(destination, tag, error)) return undefined
    throw error
  }
}

/**
 * The layers of an image by all that makes two of them different: signatures of one payload are in
 * the annotations. Undefined for an index.
 */
function layersOf(manifest: Manifest): readonly string[] | undefined {
  return manifest.kind === 'image' ? manifest.layers.map(layerKey) : undefined
}

function layerKey({ mediaType, digest, annotations = {} }: Descriptor): string {
  const sorted = Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([mediaType, digest, sorted])
}
