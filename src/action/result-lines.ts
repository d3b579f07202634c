import {
  type BytesMoved,
  type ReferrersResult,
  type RunReport,
  type SyncResult,
  totalsByRegistry,
  type Verified,
} from '../sync/report.ts'
import type { Logger } from '../registry/logger.ts'
import type { PullsLeft } from '../registry/pace/pull-limit.ts'
import type { BufferedLog } from './logger.ts'
import { count, formatBytes, formatDuration } from './format-bytes.ts'

/** More platforms than anybody builds for; an index may name a thousand. */
const SHOWN_PLATFORMS = 100

/** Prints what became of an image as one group of the log: the title says it all, the lines say how. */
export function printResult(result: SyncResult, log: BufferedLog, dryRun: boolean): void {
  const { bytes, error } = result
  if (result.sourceDigest !== undefined) log.info(`source digest: ${result.sourceDigest}`)
  const platforms = Object.entries(result.platforms)
  for (const [platform, digest] of platforms.slice(0, SHOWN_PLATFORMS)) {
    log.info(`${platform}: ${digest}`)
  }
  const more = platforms.length - SHOWN_PLATFORMS
  if (more > 0) log.info(`and ${count(more, 'platform')} more: see the output results`)
  if (result.previousDigest !== undefined && result.previousDigest !== result.digest) {
    log.info(`digest before: ${result.previousDigest}`)
  }
  if (result.digest !== undefined) log.info(`digest: ${result.digest}`)
  if (result.status === 'copied') log.info(`blobs: ${bytesText(bytes, dryRun)}`)
  if (result.referrers !== undefined) {
    log.info(`referrers: ${referrersText(result.referrers, dryRun)}`)
  }
  if (result.verified !== undefined) log.info(`verified: ${verifiedText(result.verified)}`)
  if (error !== undefined) log.info(`${error.code}: ${error.message}`)
  if (error?.hint !== undefined) log.info(`hint: ${error.hint}`)
  log.print(`${statusWord(result, dryRun)} ${routeText(result)}`)
}

/** Of a shard without a report nothing is known but its number. */
function routeText({ source, destination, error, durationMs }: SyncResult): string {
  if (error?.code === 'NO_REPORT') return destination
  return `${source} => ${destination} (${formatDuration(durationMs)})`
}

/** `by a key (rule 1), found as a referrer`; with a certificate also when, and from which commit. */
export function verifiedText(verified: Verified): string {
  const { kind, rule, identity, time, sourceDigest, from } = verified
  const places = { referrer: 'as a referrer', tag: "under cosign's tag", github: 'at GitHub' }
  const who = kind === 'key' ? 'a key' : (identity ?? 'somebody')
  return [
    `by ${who} (rule ${rule})`,
    ...(time === undefined ? [] : [`signed ${time}`]),
    ...(sourceDigest === undefined ? [] : [`commit ${sourceDigest}`]),
    `found ${places[from]}`,
  ].join(', ')
}

/** `a key`, `acme/app`, `dev@example.com`: as a rule would name who has signed. */
export function signerName({ kind, identity, sourceRepository }: Verified): string {
  if (kind === 'key') return 'a key'
  const name = (kind === 'github' ? sourceRepository : identity) ?? 'somebody'
  return name.replace(kind === 'github' ? /^https:\/\/[^/]+\// : /^https:\/\//, '')
}

/** `3 copied, 1 there already, 2 not wanted, 1 lost` */
export function referrersText(referrers: ReferrersResult, dryRun: boolean): string {
  const { copied, existing, filtered, lost } = referrers
  return [
    `${copied} ${dryRun ? 'would be copied' : 'copied'}`,
    ...(existing > 0 ? [`${existing} there already`] : []),
    ...(filtered > 0 ? [`${filtered} not wanted`] : []),
    ...(lost.length > 0 ? [`${lost.length} lost`] : []),
  ].join(', ')
}

function statusWord({ status }: SyncResult, dryRun: boolean): string {
  return dryRun && status === 'copied' ? 'would copy' : status
}

/** `48.2 MB copied, 3.4 MB mounted`: what is not nothing; in a dry run, what it would be. */
export function bytesText({ copied, mounted, existing }: BytesMoved, dryRun: boolean): string {
  const parts = [
    `${formatBytes(copied)} ${dryRun ? 'to copy' : 'copied'}`,
    ...(mounted > 0 ? [`${formatBytes(mounted)} ${dryRun ? 'to mount' : 'mounted'}`] : []),
    ...(existing > 0 ? [`${formatBytes(existing)} there already`] : []),
  ]
  return parts.join(', ')
}

/** Prints the sums of a run, and what is left of the pulls that a registry counts. */
export function printTotals(report: RunReport, logger: Logger): void {
  const { totals, dryRun, results, pullsLeft = [] } = report
  const { copied, unchanged, skipped, failed, bytes } = totals
  const registries = dryRun ? totalsByRegistry(results) : []
  for (const one of registries) {
    logger.info(`${one.registry}: ${count(one.copied, 'image')}, ${bytesText(one.bytes, dryRun)}`)
  }
  logger.info(
    `${count(totals.images, 'image')} in ${formatDuration(totals.durationMs)}: ` +
      `${copied} ${dryRun ? 'would be copied' : 'copied'}, ${unchanged} unchanged, ${skipped} skipped, ${failed} failed; ` +
      bytesText(bytes, dryRun) +
      (report.isStage === true && !dryRun ? '; staged by digest, no tag was moved' : ''),
  )
  for (const pulls of pullsLeft) logger.info(pullsLine(pulls))
}

/** `docker.io (user octo from registry-auth): 76 of 100 pulls left, counted over 6 h 00 min`. */
export function pullsLine({ registry, login, remaining, limit, windowSeconds }: PullsLeft): string {
  const left =
    limit === undefined ? count(remaining, 'pull') : `${remaining} of ${count(limit, 'pull')}`
  const window =
    windowSeconds === undefined ? '' : `, counted over ${formatDuration(windowSeconds * 1000)}`
  return `${registry} (${login}): ${left} left${window}`
}
