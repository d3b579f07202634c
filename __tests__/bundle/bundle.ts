import { EOL } from 'node:os'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect } from '@jest/globals'
import { parse } from 'yaml'
import type { ActionResult } from '../../testkit/runner/action-runner.ts'
import { TestRegistry, type RegistryOptions } from '../../testkit/registry/registry.ts'

/** Path of action.yml. */
export const actionFile = fileURLToPath(new URL('../../action.yml', import.meta.url))

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource.close()
})

/** Closes it after the test. */
export function kept<T extends { close(): Promise<void> }>(resource: T): T {
  open.push(resource)
  return resource
}

export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  return kept(await TestRegistry.start(options))
}

/** The two ends of a copy. */
export async function startPair(
  options: { source?: RegistryOptions; destination?: RegistryOptions } = {},
) {
  return {
    source: await startRegistry(options.source),
    destination: await startRegistry(options.destination),
  }
}

/** In the order of action.yml. */
export const outputNames = [
  'digest',
  'digests',
  'images',
  'results',
  'report',
  'pinned',
  'rollback',
  'checksums',
  'changed',
  'copied',
  'unchanged',
  'skipped',
  'failed',
] as const

export interface Result {
  readonly source: string
  readonly destination: string
  readonly status: 'copied' | 'unchanged' | 'skipped' | 'failed'
  readonly digest?: string
  readonly sourceDigest?: string
  readonly previousDigest?: string
  readonly tag?: { readonly state: string; readonly digest?: string }
  readonly platforms: Readonly<Record<string, string>>
  readonly bytes: { readonly copied: number; readonly mounted: number; readonly existing: number }
  readonly referrers?: {
    readonly copied: number
    readonly existing: number
    readonly filtered: number
    readonly lost: readonly Readonly<Record<string, string>>[]
  }
  readonly durationMs: number
  readonly error?: { readonly code: string; readonly message: string }
}

export interface Outputs {
  readonly digest: string
  readonly digests: Readonly<Record<string, string>>
  readonly images: readonly string[]
  readonly results: readonly Result[]
  readonly changed: boolean
  readonly counts: Readonly<Record<Result['status'], number>>
  /** Of the report file. */
  readonly totals: { readonly images: number; readonly bytes: Result['bytes'] }
}

const digestPattern = /^sha256:[0-9a-f]{64}$/
const statuses = ['copied', 'unchanged', 'skipped', 'failed'] as const

/**
 * The outputs of a step, which have the promised form and agree with one another however the step
 * ended; the tests assert on what they say.
 */
export function outputsOf({ outputs, files, legacyCommands }: ActionResult): Outputs {
  expect(legacyCommands).toEqual([])
  expect(Object.keys(outputs)).toEqual([...outputNames])
  const text = (name: (typeof outputNames)[number]) => outputs[name] ?? ''
  const digests = JSON.parse(text('digests')) as Outputs['digests']
  const results = JSON.parse(text('results')) as Result[]
  const images = text('images') === '' ? [] : text('images').split('\n')
  const counts = Object.fromEntries(
    statuses.map((status) => [status, Number(text(status))]),
  ) as Outputs['counts']
  const report = JSON.parse(files.get(text('report'))?.toString() ?? '') as {
    dryRun: boolean
    stage?: boolean
    totals: Outputs['totals'] & Record<string, unknown>
    results: Result[]
  }

  for (const result of results) expectResult(result)
  expect(counts).toEqual(
    Object.fromEntries(
      statuses.map((status) => [status, results.filter((one) => one.status === status).length]),
    ),
  )
  const present = results.filter(({ digest }) => digest !== undefined)
  expect(digests).toEqual(
    Object.fromEntries(present.map(({ destination, digest }) => [destination, digest])),
  )
  expect(text('digest')).toBe(results[0]?.digest ?? '')
  expect(images).toEqual([
    ...new Set(present.map((one) => `${repositoryOf(one.destination)}@${one.digest}`)),
  ])
  const moved = results.filter(
    ({ status, destination, ...one }) =>
      (status === 'copied' && isTagged(destination) && report.stage !== true) ||
      (status === 'failed' && one.tag === undefined && one.previousDigest !== undefined) ||
      isLeftMoved(one),
  )
  expect(text('changed')).toBe(String(moved.length > 0))
  const { dryRun } = report
  const inPlace = results.filter(
    ({ status }) => status === 'unchanged' || (status === 'copied' && !dryRun),
  )
  expect(files.get(text('checksums'))?.toString()).toBe(
    [
      ...new Set(inPlace.map((one) => `${one.digest?.split(':')[1]}  ${one.destination}${EOL}`)),
    ].join(''),
  )
  const pinned = results.filter(({ status }) => status === 'copied' || status === 'unchanged')
  expect(destinationsIn(text('pinned'))).toEqual(pinned.map((one) => one.destination))
  const movedBack = results.filter(
    ({ status, destination, digest: now, previousDigest: before, tag, error }) =>
      (tag === undefined || tag.state === 'moved'
        ? status === 'copied' || status === 'failed'
        : isLeftMoved({ tag, error })) &&
      isTagged(destination) &&
      before !== undefined &&
      before !== now &&
      report.stage !== true &&
      !dryRun,
  )
  expect(destinationsIn(text('rollback'))).toEqual(movedBack.map((one) => one.destination))
  expect(report.results).toEqual(results)
  expect(report.totals).toMatchObject({ images: results.length, ...counts })
  const { digest, changed } = { digest: text('digest'), changed: text('changed') === 'true' }
  return { digest, digests, images, results, changed, counts, totals: report.totals }
}

/** Whether a tag of a set shows what this run has moved it to. */
function isLeftMoved({
  tag,
  error,
}: {
  tag?: Result['tag'] | undefined
  error?: Result['error'] | undefined
}) {
  return tag?.state === 'left' && error?.message.includes('somebody else') === false
}

function expectResult(result: Result) {
  expect(statuses).toContain(result.status)
  const { digest, sourceDigest, previousDigest, platforms, bytes, durationMs, error } = result
  for (const one of [digest, sourceDigest, previousDigest, ...Object.values(platforms)]) {
    if (one !== undefined) expect(one).toMatch(digestPattern)
  }
  for (const count of [...Object.values(bytes), durationMs]) {
    expect(count).toBeGreaterThanOrEqual(0)
  }
  if (result.status === 'failed') {
    expect(digest).toBeUndefined()
    expect(error).toEqual({ code: expect.any(String), message: expect.any(String) })
  }
}

/** Where the images of a list go that is written in YAML. */
function destinationsIn(list: string): readonly string[] {
  return (parse(list) as { destination: string }[]).map(({ destination }) => destination)
}

function isTagged(reference: string): boolean {
  return repositoryOf(reference) !== reference
}

/** `host/repository` of `host/repository[:tag]`. */
function repositoryOf(reference: string): string {
  return reference.replace(/:[^:/]*$/, '')
}

export function errorsOf({ annotations }: ActionResult): string[] {
  return annotations.filter(({ level }) => level === 'error').map(({ message }) => message)
}

export function warningsOf({ annotations }: ActionResult): string[] {
  return annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)
}

/** Everything that the step let out anywhere, before the runner masked any of it. */
export function everythingOf(result: ActionResult): string {
  const { unmaskedLog, stderr, outputs, summary, files, state, exportedEnv } = result
  // What the test itself has put into the workspace does not count.
  const written = [...files].filter(([path]) => !path.split(sep).includes('workspace'))
  return [
    ...unmaskedLog,
    stderr,
    summary,
    JSON.stringify([outputs, state, exportedEnv]),
    ...written.map(([, content]) => content.toString()),
  ].join('\n')
}
