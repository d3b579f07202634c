import * as v from 'valibot'
import { type Digest, digestOf } from '../../oci/digest.ts'
import { MediaType } from '../../oci/media-types.ts'
import { annotationsOf, artifactTypeOf, referrersTag } from '../../oci/referrers.ts'
import { parseStrictJson } from '../../oci/strict-json.ts'
import { RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import type { Repository } from '../http/repository.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import { pause } from '../pace/retry.ts'
import { waitForAll } from '../wait-for-all.ts'
import { presentDigest } from './manifests.ts'
import { pushManifest } from './push-manifest.ts'
import { pushWithRepair } from './push-with-repair.ts'
import { fetchReferrersTag } from './referrers-tag.ts'

/** Who loses against another writer that often has lost against a program that does not merge. */
const MAX_WRITES = 3
/** Milliseconds until what was written is looked for once more: some show it only then (Q58). */
const SECOND_LOOK_MS = 500

const Entries = v.looseObject({ manifests: v.nullish(v.array(v.unknown())) })
const Named = v.looseObject({ digest: v.string() })

/** What stands in the list by now. */
interface Shown {
  readonly digest: Digest
  /** All of its members as they are. */
  readonly document: Readonly<Record<string, unknown>>
  readonly digests: ReadonlySet<Digest>
}

/**
 * Adds referrers of a manifest to the list that clients keep under a tag, for a repository without
 * the API (distribution-spec, Pushing Manifests with Subject): what stands there stays, and what is
 * written is read again, because nothing keeps two programs from writing at the same time. In
 * one run, one list is written by one at a time. Throws UNSUPPORTED where the tag holds something
 * else, VERIFICATION where somebody else's writing always wins, and the errors of every request.
 */
export async function addToReferrersTag(
  repository: Repository,
  subject: Digest,
  referrers: readonly FetchedManifest[],
): Promise<void> {
  const { http, name } = repository
  const tag = referrersTag(subject)
  await http.turns.run(`${name}:${tag}`, async () => merge(repository, subject, referrers))
}

async function merge(
  repository: Repository,
  subject: Digest,
  referrers: readonly FetchedManifest[],
): Promise<void> {
  const tag = referrersTag(subject)
  const place = repository.place('list referrers', tag)
  let shown = await shownList(repository, subject)
  for (let writes = 0; ; writes++) {
    const missing = referrers.filter(({ digest }) => shown?.digests.has(digest) !== true)
    if (missing.length === 0) return
    if (writes === MAX_WRITES) {
      const reason = `another program writes the list at the same time, and won ${writes} times`
      throw new RegistryError('VERIFICATION', reason, place)
    }
    const before = shown
    let tries = 0
    // Before it is sent again after a pause: somebody may have written in the meantime.
    const isAsBefore = async (): Promise<boolean> =>
      tries++ === 0 || (await shownList(repository, subject))?.digest === before?.digest
    let kept = shown
    await pushWithRepair(
      async () =>
        pushManifest(repository, tag, mergedList(kept, missing), { isWanted: isAsBefore }),
      async () => {
        kept = kept && (await withoutGone(repository, subject, kept))
      },
    )
    shown = await shownList(repository, subject, true)
    if (shown?.digest !== before?.digest) continue
    await pause(repository.http.network, SECOND_LOOK_MS, place)
    shown = await shownList(repository, subject, true)
  }
}

/** The list as it is; undefined where there is none. */
async function shownList(
  repository: Repository,
  subject: Digest,
  isWritten = false,
): Promise<Shown | undefined> {
  const shown = await fetchReferrersTag(repository, subject)
  if (shown === undefined) return undefined
  const { manifest, digest, bytes, mediaType } = shown
  if (
    manifest.kind === 'index' &&
    manifest.mediaType === MediaType.ociIndex &&
    digest !== subject
  ) {
    const document = v.parse(Entries, parseStrictJson(bytes, { freeMaps: ['annotations'] }))
    return { digest, document, digests: new Set(manifest.manifests.map((one) => one.digest)) }
  }
  // Q62: as long as nothing was written, that is what it shows.
  if (digest === subject && !isWritten) return undefined
  const what = digest === subject ? 'the image itself' : foreignText(mediaType)
  throw new RegistryError(
    'UNSUPPORTED',
    `the registry has no referrers API, and the tag that stands in for it holds ${what} and not a ` +
      'list; copy the image without them with referrers: none',
    repository.place('list referrers', referrersTag(subject)),
  )
}

/**
 * A list without the entries whose manifests are gone, for a registry that does not take it with
 * them: cleaners take what has no tag, and leave the list as it was.
 */
async function withoutGone(repository: Repository, subject: Digest, shown: Shown): Promise<Shown> {
  const digests = [...shown.digests]
  const looks = await waitForAll(digests.map(async (one) => presentDigest(repository, one)))
  const gone = new Set<unknown>(digests.filter((_, index) => looks[index] === undefined))
  if (gone.size === 0) return shown
  repository.http.logger.info(
    `${[...gone].join(', ')} of the list of referrers of ${subject} in ${repository.name} is gone: taken out of it`,
  )
  const { manifests } = v.parse(Entries, shown.document)
  const left = manifests?.filter((entry) => !v.is(Named, entry) || !gone.has(entry.digest))
  return { ...shown, document: { ...shown.document, manifests: left } }
}

function mergedList(
  shown: Shown | undefined,
  referrers: readonly FetchedManifest[],
): { readonly bytes: Buffer; readonly digest: Digest; readonly mediaType: string } {
  const { document } = shown ?? { document: { schemaVersion: 2, mediaType: MediaType.ociIndex } }
  const { manifests } = v.parse(Entries, document)
  const merged = { ...document, manifests: [...(manifests ?? []), ...referrers.map(entryOf)] }
  const bytes = Buffer.from(JSON.stringify(merged))
  return { bytes, digest: digestOf(bytes), mediaType: MediaType.ociIndex }
}

/** A referrer as a list has it: with its type, and with all of its annotations. */
function entryOf({ mediaType, digest, size, bytes, manifest }: FetchedManifest): object {
  const annotations = annotationsOf(bytes)
  const artifactType = artifactTypeOf(manifest)
  return {
    mediaType,
    digest,
    size,
    ...(annotations && { annotations }),
    ...(artifactType !== undefined && { artifactType }),
  }
}
