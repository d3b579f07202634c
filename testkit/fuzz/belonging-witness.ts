import { digestOf } from '../registry/content.ts'
import { ociIndex } from '../registry/media-types.ts'
import type { Repository, StoreEvent } from '../registry/storage.ts'
import type { Observation } from './saboteur.ts'
import type { Pair, Scenario } from './scenario.ts'
import type { Place, Stage } from './stage.ts'
import type { JobResult } from './subject.ts'
import { treeProblems } from './tree.ts'
import { manifestsBelow, partsOf, subjectOf, wantedOf, type Wanted } from './wanted-belongings.ts'

/** Tags that show what belongs to an image. */
const BELONGING_TAG = /^sha(?:256|512)-([0-9a-f]{64})(\.(?:sig|att|sbom))?$/

/** One tag of the destination. */
export interface Tagged {
  readonly repository: string
  readonly tag: string
  readonly digest: string
  /** Its digest before the run. */
  readonly before: string | undefined
}

/**
 * What is wrong with what belongs to an image that the destination has by now: all of it has to be
 * there, and was so before the tag was moved.
 */
export function belongingProblems(
  stage: Stage,
  scenario: Scenario,
  pair: Pair,
  digest: string,
): string[] {
  const { source, destination } = stage
  const to = destination.registry.store.repository(pair.destination.repository)
  if (to === undefined) return []
  const { events } = destination.registry.store
  const { repository, tag } = pair.destination
  const moved = events.findIndex((event) => isWriteOf(event, { repository, tag, digest }))
  // What has not been moved now was there before.
  const until = moved === -1 ? events.length : moved
  const hidden = new Set<string>()
  return wantedFor(stage, scenario, pair, digest).flatMap((wanted) => {
    const problem = absence(to, wanted, hasApi(scenario)) ?? delay(events, to, wanted, until)
    const isHidden =
      hidden.has(wanted.subject) || isLiedTo(source, hides(pair.source.repository, wanted))
    // Nobody looks for what belongs to something that was not found.
    if (isHidden) hidden.add(wanted.manifest.digest)
    if (problem === undefined || isHidden) return []
    if (isLiedTo(destination, mayHide(pair, wanted))) return []
    return [`${wanted.manifest.digest}, which belongs to ${wanted.subject}, ${problem}`]
  })
}

/** Whether a result tells of what belongs to the image, and truly. */
export function belongingResultProblems(
  stage: Stage,
  scenario: Scenario,
  pair: Pair,
  { status, digest, referrers, error }: JobResult,
): string[] {
  const { policy } = scenario
  // What belongs to an image comes before its tag, which may not have moved in the end.
  if (error?.code === 'ABORTED') return []
  const isAsked = policy.referrers !== 'none' && ['copied', 'unchanged'].includes(status)
  if (isAsked !== (referrers !== undefined)) return ['says too little or too much of referrers']
  const isSpoilt = [stage.source, stage.destination].some(
    ({ saboteur }) => saboteur.done.length > 0,
  )
  if (referrers === undefined || digest === undefined || isSpoilt || policy.dryRun) return []
  const { copied, existing, lost } = referrers
  const wanted = wantedFor(stage, scenario, pair, digest).length
  return [
    ...(copied + existing === wanted ? [] : [`${copied} and ${existing} of ${wanted} referrers`]),
    ...(lost.length > 0 && policy.onLostReferrers === 'fail' ? ['lost what was not to be'] : []),
  ]
}

/** What is wrong with a tag that is no image's, and was written. */
export function belongingTagProblems(stage: Stage, scenario: Scenario, tagged: Tagged): string[] {
  const { repository: name, tag, digest, before } = tagged
  const [, hex, suffix] = BELONGING_TAG.exec(tag) ?? []
  const pairs = scenario.pairs.filter(({ destination }) => destination.repository === name)
  const to = stage.destination.registry.store.repository(name)
  if (to === undefined || hex === undefined || pairs.length === 0) return ["it is nobody's"]
  if (scenario.policy.referrers === 'none') return ["it is nobody's"]
  const now = partsOf(to.manifests.get(digest))
  const gone = partsOf(to.manifests.get(before ?? '')).filter((part) => !now.includes(part))
  const isMisled = isLiedTo(stage.destination, isLookAt(name))
  return [
    ...(gone.length === 0 || isMisled ? [] : [`${gone.join(', ')} is gone from it`]),
    ...(suffix === undefined
      ? listProblems(stage, scenario, to, digest, hex)
      : cosignProblems(stage, pairs, tag, digest)),
  ]
}

function listProblems(
  { destination }: Stage,
  scenario: Scenario,
  { name, manifests }: Repository,
  digest: string,
  hex: string,
): string[] {
  const list = manifests.get(digest)
  if (list?.mediaType !== ociIndex) return ['it shows no list']
  const isMisled = isLiedTo(destination, (one) => isLookAt(name)(one) || isPush(one))
  if (hasApi(scenario) && !isMisled) return ['it was written in spite of the API']
  return partsOf(list).flatMap((part) => {
    const manifest = manifests.get(part)
    const subject = manifest === undefined ? undefined : subjectOf(manifest)
    const isOf = subject?.split(':')[1]?.startsWith(hex) === true
    return isOf || isMisled ? [] : [`it lists ${part}, which is of ${subject ?? 'nothing'}`]
  })
}

function cosignProblems(
  { source }: Stage,
  pairs: readonly Pair[],
  tag: string,
  digest: string,
): string[] {
  const { store } = source.registry
  const isTheirs = pairs.some((pair) => store.tag(pair.source.repository, tag) === digest)
  const isMisled = isLiedTo(source, ({ request }) => request.path.endsWith(`/manifests/${tag}`))
  return isTheirs || isMisled ? [] : ["it shows what is nobody's"]
}

/** All that belongs to what is below a digest of the destination, as the source has it. */
function wantedFor(
  { source, destination }: Stage,
  { policy }: Scenario,
  pair: Pair,
  digest: string,
): Wanted[] {
  const from = source.registry.store.repository(pair.source.repository)
  const to = destination.registry.store.repository(pair.destination.repository)
  if (from === undefined || to === undefined) return []
  // A list may name it by another algorithm than tags do.
  const isNamed = digestOf(pair.image.manifest.bytes) === digest
  const names = isNamed ? [pair.source.digest ?? digest] : []
  return wantedOf(from, [...names, ...manifestsBelow(to, digest)], policy.referrers.split(','))
}

function absence(to: Repository, { subject, manifest, tag }: Wanted, isApi: boolean) {
  const { digest } = manifest
  const shown = to.tags.get(tag ?? listTagOf(subject)) ?? ''
  const parts = partsOf(to.manifests.get(shown))
  if (tag !== undefined && partsOf(manifest).some((part) => !parts.includes(part))) {
    return `is not below ${tag}`
  }
  if (tag === undefined && !to.manifests.has(digest)) return 'is not there'
  if (tag === undefined && !isApi && !parts.includes(digest)) return 'is not listed'
  const [hole] = treeProblems(to, tag === undefined ? digest : shown).values()
  return hole === undefined ? undefined : `is not whole: ${hole}`
}

/** Whether something was written after the tag only. */
function delay(
  events: readonly StoreEvent[],
  { name, manifests }: Repository,
  { subject, manifest, tag }: Wanted,
  until: number,
): string | undefined {
  const { digest } = manifest
  const writes = [
    (event: StoreEvent) =>
      event.kind === 'manifest' && event.repository === name && event.digest === digest,
    (event: StoreEvent) =>
      isWriteOf(event, { repository: name, tag: tag ?? listTagOf(subject) }) &&
      [event.digest, ...partsOf(manifests.get(event.digest))].includes(digest),
  ]
  const isLate = writes.some((isWrite) => events.findIndex(isWrite) > until)
  return isLate ? 'came after the tag' : undefined
}

type TagWrite = Extract<StoreEvent, { kind: 'tag' }>

function isWriteOf(
  event: StoreEvent,
  wanted: { repository: string; tag: string | undefined; digest?: string },
): event is TagWrite {
  if (event.kind !== 'tag' || event.repository !== wanted.repository) return false
  return event.tag === wanted.tag && [event.digest, undefined].includes(wanted.digest)
}

function listTagOf(subject: string): string {
  return subject.slice(0, 'sha256:'.length + 64).replace(':', '-')
}

function hasApi({ oneRegistry, sourceOptions, destinationOptions }: Scenario): boolean {
  return (oneRegistry ? sourceOptions : destinationOptions).referrers !== false
}

/** Kinds that change no word. */
const HONEST = new Set(['late', 'crumbs', 'retry-after'])
/** Refusals that say that there is nothing, or nobody who could be asked. */
const NOTHING = new Set([400, 401, 404, 405, 406])

/** Whether a registry has said something that is not so, and that was no failure either. */
export function isLiedTo({ saboteur }: Place, isAbout: (one: Observation) => boolean): boolean {
  return saboteur.done.some((one) => {
    const { kind = '', sent, request } = one
    if (sent === undefined || HONEST.has(kind) || !isAbout(one)) return false
    // Without the list of tags, each is looked for.
    const isNothing = NOTHING.has(sent.status) && !request.path.endsWith('/tags/list')
    return sent.status < 400 || isNothing
  })
}

/** Whether it is asked there what belongs to images. */
function isLookAt(repository: string): (one: Observation) => boolean {
  const places = ['referrers/', 'tags/list', 'manifests/sha256-', 'manifests/sha512-']
  return ({ request: { path } }) =>
    places.some((place) => path.startsWith(`/v2/${repository}/${place}`))
}

/** Whether an answer there may have hidden it: one for its subject, or one for all of them. */
function hides(repository: string, { subject }: Wanted): (one: Observation) => boolean {
  const isLook = isLookAt(repository)
  const words = ['/referrers/', '/tags/list', listTagOf(subject)]
  return (one) => isLook(one) && words.some((word) => one.request.path.includes(word))
}

function isPush({ request: { method, path } }: Observation): boolean {
  return method === 'PUT' && path.includes('/manifests/')
}

function mayHide({ destination }: Pair, { manifest, subject }: Wanted) {
  const isLook = isLookAt(destination.repository)
  const words = [manifest.digest, subject, '/blobs/']
  return (one: Observation): boolean =>
    isLook(one) || isPush(one) || words.some((word) => one.target.includes(word))
}
