import * as v from 'valibot'
import { isDigest } from '../oci/digest.ts'
import { formatReference, parseReference } from '../oci/reference.ts'
import { foreignText } from '../registry/foreign-text.ts'
import { REPORT_VERSION } from '../action/report-text.ts'
import { MAX_SHARDS } from '../sync/shard.ts'
import { ACTION_VERSION } from '../action/version.ts'

/** In UTF-16 code units; no run writes a text that is longer. */
const MAX_TEXT = 65_536

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0))
/** It was made harmless by who wrote it, if that was this action. */
const text = v.pipe(
  v.string(),
  v.transform((value) => foreignText(value, MAX_TEXT)),
)
const texts = v.array(text)
const digest = v.pipe(v.string(), v.guard(isDigest, 'is no digest'))

const lostReferrer = v.object({
  digest,
  artifactType: text,
  subject: digest,
  predicateType: v.exactOptional(text),
})

// Here as in all of these, members stand in the order in which a run writes them, and so they come out.
const verified = v.object({
  rule: count,
  kind: v.picklist(['key', 'keyless', 'github']),
  digest,
  predicateType: v.exactOptional(text),
  from: v.picklist(['referrer', 'tag', 'github']),
  identity: v.exactOptional(text),
  issuer: v.exactOptional(text),
  sourceRepository: v.exactOptional(text),
  sourceRef: v.exactOptional(text),
  sourceDigest: v.exactOptional(text),
  time: v.exactOptional(text),
})

const result = v.pipe(
  v.object({
    source: text,
    destination: text,
    status: v.picklist(['copied', 'unchanged', 'skipped', 'failed']),
    digest: v.exactOptional(digest),
    sourceDigest: v.exactOptional(digest),
    previousDigest: v.exactOptional(digest),
    platforms: v.record(text, digest),
    bytes: v.object({ copied: count, mounted: count, existing: count }),
    tag: v.exactOptional(
      v.object({
        state: v.picklist(['moved', 'rolledBack', 'left', 'untouched']),
        digest: v.exactOptional(digest),
      }),
    ),
    referrers: v.exactOptional(
      v.object({ copied: count, existing: count, filtered: count, lost: v.array(lostReferrer) }),
    ),
    verified: v.exactOptional(verified),
    durationMs: milliseconds,
    error: v.exactOptional(
      v.object({ code: v.pipe(v.string(), v.regex(/^[A-Z_]{1,64}$/)), message: text }),
    ),
  }),
  // A selection that has failed has what the list says in place of names.
  v.check(
    ({ status, source, destination, previousDigest }) =>
      (status === 'failed' && previousDigest === undefined) ||
      (isWrittenOut(source) && isWrittenOut(destination)),
    'names no image',
  ),
  v.check(({ status, digest: shown, error }) => {
    if (status === 'failed') return shown === undefined && error !== undefined
    return status === 'skipped' || (shown !== undefined && error === undefined)
  }, 'does not go with its status'),
)

const details = v.object({
  position: count,
  digest: v.exactOptional(v.nullable(digest)),
  hint: v.exactOptional(text),
  place: v.exactOptional(v.object({ file: v.exactOptional(text), line: count })),
  wanted: v.exactOptional(
    v.object({
      platforms: v.string(),
      attestations: v.exactOptional(v.picklist(['drop', 'keep'])),
      referrers: v.exactOptional(v.string()),
    }),
  ),
  missingPlatforms: v.exactOptional(texts),
  notInIndex: v.exactOptional(text),
  warnings: v.exactOptional(texts),
})

const selection = v.object({
  source: text,
  tags: v.object({
    match: texts,
    exclude: texts,
    semver: v.exactOptional(text),
    newest: v.exactOptional(count),
    min: count,
  }),
  destinations: texts,
  listed: count,
  selected: texts,
  leftOut: v.record(
    v.picklist(['unmatched', 'excluded', 'artifacts', 'notVersions', 'outOfRange', 'older']),
    count,
  ),
})

const shard = v.pipe(
  v.object({
    part: v.pipe(count, v.minValue(1)),
    of: v.pipe(count, v.minValue(1), v.maxValue(MAX_SHARDS)),
    list: digest,
    actionVersion: v.literal(
      ACTION_VERSION,
      ({ received }) => `is ${received}, and this step is ${ACTION_VERSION}`,
    ),
    lines: count,
    linesOfAll: count,
  }),
  v.check(({ part, of }) => part <= of, 'has no such part'),
  v.check(({ lines, linesOfAll }) => lines <= linesOfAll, 'has more lines than the list'),
)

const version = v.literal(
  REPORT_VERSION,
  ({ received }) => `is ${received}, and this step reads ${REPORT_VERSION}`,
)

/** That of a run that ended before it knew its part. */
export const unnumberedSchema = v.object({
  version,
  shard: v.optional(v.undefined()),
  results: v.pipe(v.array(v.unknown()), v.length(0)),
})

/** The report of a run that did a part of a list, as its file has it. */
export const reportSchema = v.object({
  version,
  dryRun: v.boolean(),
  stage: v.exactOptional(v.boolean(), false),
  shard,
  totals: v.object({ durationMs: milliseconds }),
  selections: v.array(selection),
  pullsLeft: v.array(
    v.object({
      registry: text,
      login: text,
      remaining: count,
      limit: v.optional(count),
      windowSeconds: v.optional(count),
    }),
  ),
  warnings: texts,
  results: v.array(result),
  details: v.object({ selections: v.array(count), results: v.array(details) }),
})

export type ReportDocument = v.InferOutput<typeof reportSchema>
export type DetailsDocument = v.InferOutput<typeof details>

/** Whether a reference is as reports have them, with nothing left to be filled in. */
function isWrittenOut(reference: string): boolean {
  try {
    return formatReference(parseReference(reference)) === reference
  } catch {
    return false
  }
}
