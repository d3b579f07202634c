import { formatPlatform } from '../oci/platform.ts'
import { RegistryError } from '../registry/errors.ts'
import type { Logger } from '../registry/logger.ts'
import type { SyncResult } from './report.ts'
import type { SourceImage } from './source-image.ts'

/**
 * Tells what of an index is not copied, and what of the wanted platforms it does not have. Throws
 * PLATFORM where something is missing and that is a failure.
 *
 * @param name the source in full: a warning stands where nothing else says which image is meant
 * @param isByDigest the destination has no tag, and the copy no name but its digest
 */
export function tellSelection(
  { selection, repository, top }: SourceImage,
  name: string,
  { onMissingPlatform, isByDigest }: { onMissingPlatform: 'warn' | 'fail'; isByDigest: boolean },
  logger: Logger,
): void {
  if (selection === undefined) return
  if (selection.leftOut !== '') logger.info(`left out: ${selection.leftOut}`)
  if (selection.lost !== '') logger.info(`not in the new index: ${selection.lost}`)
  if (selection.missing.length > 0) {
    const reason = `the image lacks ${selection.missing.map(formatPlatform).join(', ')}`
    if (onMissingPlatform === 'fail') {
      const place = repository.place('select platforms', top.digest)
      throw new RegistryError('PLATFORM', reason, place)
    }
    logger.warning(`${name}: ${reason}`)
  }
  // Who pins a digest and names no tag looks for the copy by that digest.
  if (isByDigest) {
    logger.warning(
      `${name}: platforms are selected, so the copy is a new index with another digest than the ` +
        'pinned one, and without a tag; write platforms: all to keep the digest, or give the ' +
        'destination a tag',
    )
  }
}

/** What of a selection the results name. */
export function whatIsMissing({
  selection,
}: SourceImage): Pick<SyncResult, 'missingPlatforms' | 'notInIndex'> {
  const { missing = [], lost = '' } = selection ?? {}
  return {
    ...(missing.length > 0 && { missingPlatforms: missing.map(formatPlatform) }),
    ...(lost !== '' && { notInIndex: lost }),
  }
}
