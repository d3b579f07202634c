import { algorithmOf, digestOf } from '../registry/content.ts'
import {
  belongingProblems,
  belongingResultProblems,
  belongingTagProblems,
} from './belonging-witness.ts'
import { canaryProblems } from './canaries.ts'
import { halfSetProblems, tagStateProblems } from './courses.ts'
import { expectedDigest, isOneImage, lookUpIn } from './expected.ts'
import { isTrusted, rulesResultProblems, rulesWriteProblems } from './rules-witness.ts'
import type { Observation } from './saboteur.ts'
import { MOST_REQUESTS } from './saboteur.ts'
import type { Pair, Scenario } from './scenario.ts'
import type { Place, Stage } from './stage.ts'
import type { JobResult, Outcome } from './subject.ts'
import { treeProblems } from './tree.ts'

/** Repository and tag to digest. */
export type Tags = ReadonlyMap<string, string>

export function tagsOf({ registry }: Place): Tags {
  const repositories = [...registry.store.repositories.values()]
  return new Map(
    repositories.flatMap(({ name, tags }) =>
      [...tags].map(([tag, digest]): [string, string] => [`${name}:${tag}`, digest]),
    ),
  )
}

/** Everything that is wrong after a run, in words. */
export function problemsOf(
  stage: Stage,
  scenario: Scenario,
  before: Tags,
  outcome: Outcome,
): string[] {
  return [
    ...outcome.problems,
    ...placesOf(stage).flatMap(({ saboteur }) =>
      saboteur.observations.length > MOST_REQUESTS ? ['it did not end'] : [],
    ),
    ...tagProblems(stage, scenario, before),
    ...writeProblems(stage, scenario),
    ...rulesWriteProblems(stage, scenario),
    ...resultProblems(stage, scenario, before, outcome),
    ...canaryProblems(stage, scenario, outcome.told),
  ]
}

/** Every tag is as it was, or one of the list with a digest that it may have and all that belongs to it. */
function tagProblems(stage: Stage, scenario: Scenario, before: Tags): string[] {
  const { destination } = stage
  return [...tagsOf(destination)].flatMap(([name, digest]) => {
    if (before.get(name) === digest || isSameContent(destination, name, before.get(name))) return []
    const pair = scenario.pairs.find((one) => nameOf(one) === name)
    if (pair === undefined) {
      const [repository = '', tag = ''] = name.split(':')
      const tagged = { repository, tag, digest, before: before.get(name) }
      return belongingTagProblems(stage, scenario, tagged).map((problem) => `${name}: ${problem}`)
    }
    const allowed = allowedDigests(stage, scenario, pair)
    if (!allowed.has(digest)) {
      return [`${name} has ${digest}, and only ${[...allowed].join(', ') || 'nothing'} is right`]
    }
    return [
      ...holesBelow(destination, pair.destination.repository, digest),
      ...belongingProblems(stage, scenario, pair, digest),
    ].map((problem) => `below ${name}: ${problem}`)
  })
}

/** Whether a tag was given back what it showed by a digest of another algorithm. */
function isSameContent({ registry }: Place, name: string, before: string | undefined): boolean {
  const [repository = '', tag = ''] = name.split(':')
  const [now, then] = [tag, before ?? ''].map((one) => registry.store.manifest(repository, one))
  return now !== undefined && then !== undefined && now.bytes.equals(then.bytes)
}

/** Whether what a tag shows has that digest as well, which may be of another algorithm. */
function isNamed({ registry }: Place, repository: string, shows = '', digest: string): boolean {
  const shown = registry.store.manifest(repository, shows)
  return shown !== undefined && digestOf(shown.bytes, algorithmOf(digest)) === digest
}

/** By which digest a tag's content is known to whoever looks at it there; undefined where nobody may. */
function seenOf(
  { destination }: Stage,
  { habit }: Scenario,
  repository: string,
  digest: string | undefined,
): string | undefined {
  if (habit === undefined || digest === undefined) return digest
  const shown = destination.registry.store.manifest(repository, digest)
  // Its bytes are fetched, and what they are is reckoned.
  return shown === undefined || habit === 'hides tags' ? undefined : digestOf(shown.bytes)
}

function holesBelow(place: Place, name: string, digest: string): string[] {
  const repository = place.registry.store.repository(name)
  if (repository === undefined) return [`there is no repository ${name}`]
  return [...treeProblems(repository, digest)].flatMap(([missing, problem]) =>
    [missing, digest].some((one) => wasPretended(place, name, one)) ? [] : [problem],
  )
}

/** Whether the registry has said of something that it is there when it is not. */
function wasPretended({ saboteur }: Place, repository: string, digest: string): boolean {
  return saboteur.done.some(({ request, target, sent }) => {
    if (sent === undefined || sent.status >= 400) return false
    if (!request.path.startsWith(`/v2/${repository}/`)) return false
    return target.includes(digest) || target.includes('/blobs/uploads/')
  })
}

/** Those that follow from what the source has answered. */
function allowedDigests(stage: Stage, scenario: Scenario, pair: Pair): Set<string> {
  const { platforms, attestations } = scenario.policy
  const lookUp = lookUpIn(placesOf(stage).map(({ registry }) => registry.store))
  const digests = documentsOf(stage, scenario, pair).map((bytes) =>
    expectedDigest(bytes, { platforms, attestations }, lookUp),
  )
  return new Set(digests.flatMap((digest) => digest ?? []))
}

/** Those of images that may stay where they are: what is there already is not looked into. */
function stayingDigests(stage: Stage, scenario: Scenario, pair: Pair): string[] {
  return documentsOf(stage, scenario, pair)
    .filter(isOneImage)
    .map((bytes) => digestOf(bytes))
}

/** What the source has answered for the image, as far as the rules let it pass. */
function documentsOf(stage: Stage, scenario: Scenario, pair: Pair): Buffer[] {
  return answersFor(stage, pair).filter((bytes) => isTrusted(scenario, bytes))
}

/** What is named by its digest is known. */
function answersFor(stage: Stage, { source, image }: Pair): Buffer[] {
  if (source.digest !== undefined) return [image.manifest.bytes]
  const observations = placesOf(stage).flatMap(({ saboteur }) => saboteur.observations)
  const path = `/v2/${source.repository}/manifests/${source.tag ?? ''}`
  return pathsFrom(path, observations).flatMap((one) => answersOf(one, observations))
}

function placesOf({ source, destination, stranger }: Stage): Place[] {
  return [...new Set([source, destination, stranger])]
}

/** The path, and those to which it was redirected. */
function pathsFrom(path: string, observations: readonly Observation[]): string[] {
  const targets = observations.flatMap(({ request, sent }) => {
    if (request.path !== path || sent === undefined) return []
    const [location] = [sent.headers['location'] ?? []].flat()
    const url = URL.parse(location ?? '', `http://localhost${path}`)
    return url === null ? [] : [url.pathname]
  })
  return [...new Set([path, ...targets])]
}

function answersOf(path: string, observations: readonly Observation[]): Buffer[] {
  return observations
    .filter(({ request }) => request.method === 'GET' && request.path === path)
    .flatMap(({ answered, sent }) => {
      const bytes = Buffer.concat(answered)
      // Where a longer body was sent than was promised, a client sees what was promised.
      return [bytes, bytes.subarray(0, sent?.body?.size)]
    })
}

const READING = ['GET', 'HEAD']

/** A dry run writes nothing, and nothing is ever written where the images come from. */
function writeProblems({ source, destination }: Stage, scenario: Scenario): string[] {
  const wrong = [
    ...(scenario.policy.dryRun ? writesTo(destination) : []),
    ...writesTo(source).filter(({ request }) => request.path.startsWith('/v2/acme/')),
  ]
  const ends = destination.registry.store.eventsOf('upload-refused')
  const isHonest = !destination.saboteur.done.some(({ target }) => target.includes('/uploads/'))
  return [
    ...wrong.map(({ request: { method, path } }) => `wrote ${method} ${path}`),
    ...(isHonest && ends.length > 0 ? ['an upload was completed with other bytes'] : []),
    ...destination.saboteur.observations.flatMap(wrongManifest),
  ]
}

function writesTo({ saboteur }: Place): Observation[] {
  return saboteur.observations.filter(
    ({ request: { method, path } }) => !READING.includes(method) && path.startsWith('/v2/'),
  )
}

/** A registry that believes everything would have stored it. */
function wrongManifest({ request, body }: Observation): string[] {
  const digest = /\/manifests\/(sha.*:.*)$/.exec(request.path)?.[1]
  if (request.method !== 'PUT' || digest === undefined) return []
  const bytes = Buffer.concat(body)
  // Some answers come before the whole of it has been read.
  const isWhole = request.headers['content-length'] === String(bytes.length)
  const isRight = !isWhole || digestOf(bytes, algorithmOf(digest)) === digest
  return isRight ? [] : [`another manifest was sent as ${digest}`]
}

/** Results say what the destination has, unless the destination lied about just that. */
function resultProblems(
  stage: Stage,
  scenario: Scenario,
  before: Tags,
  { results }: Outcome,
): string[] {
  if (results.length !== scenario.pairs.length) {
    return [`${results.length} results for ${scenario.pairs.length} images`]
  }
  const each = scenario.pairs.flatMap((pair, place) => {
    const result = results[place]
    if (result === undefined) return []
    return [
      ...problemsOfResult(stage, scenario, pair, before, result),
      ...belongingResultProblems(stage, scenario, pair, result),
      ...rulesResultProblems(stage, scenario, pair, result),
    ].map((problem) => `${result.destination} (${result.status}): ${problem}`)
  })
  return [...each, ...(scenario.course === 'set' ? halfSetProblems(results) : [])]
}

function problemsOfResult(
  stage: Stage,
  scenario: Scenario,
  pair: Pair,
  before: Tags,
  result: JobResult,
): string[] {
  const { status, digest, error } = result
  const { policy } = scenario
  const { repository, tag } = pair.destination
  const { store } = stage.destination.registry
  const old = before.get(nameOf(pair))
  const shows =
    tag === undefined
      ? store.manifest(repository, digest ?? '')?.digest
      : store.tag(repository, tag)
  const name = tag ?? digest ?? pair.image.manifest.digest
  const path = `/v2/${repository}/manifests/${name}`
  const spoilt = stage.destination.saboteur.done
  const answers = spoilt.filter(({ request }) => request.path === path)
  const looks = answers.filter(({ request }) => READING.includes(request.method))
  const writes = answers.filter(({ request }) => request.method === 'PUT')
  const logins = spoilt.filter(
    ({ request, sent }) => request.path.startsWith('/token') || sent?.status === 401,
  )
  const problems: string[] = []
  if (error?.code === 'INTERNAL') problems.push(`an error of nobody's: ${error.message}`)
  const isUnclear = answers.length > 0 || logins.length > 0
  const isAsBefore = shows === old || isSameContent(stage.destination, nameOf(pair), old)
  const [seen, seenBefore] = [shows, old].map((one) => seenOf(stage, scenario, repository, one))
  problems.push(...tagStateProblems(result, { isAsBefore, shows: seen, isExcused: isUnclear }))
  if (status === 'failed') {
    if (error === undefined || error.message === '') problems.push('no word about why')
    if (digest !== undefined) problems.push('a digest in spite of it')
    const isExcused = isUnclear || result.tag?.state === 'left'
    if (tag !== undefined && !isAsBefore && !isExcused) problems.push('the tag was moved')
    return problems
  }
  if (status === 'skipped') {
    const isExcused = result.tag !== undefined && (isUnclear || result.tag.state === 'left')
    if (tag !== undefined && !isAsBefore && !isExcused) problems.push('the tag was moved')
    return problems
  }
  if (digest === undefined) return [...problems, 'no digest']
  const allowed = allowedDigests(stage, scenario, pair)
  const mayStay = status === 'unchanged' || result.previousDigest === digest
  for (const one of mayStay ? stayingDigests(stage, scenario, pair) : []) allowed.add(one)
  if (!allowed.has(digest) && !isSha512(pair, allowed, tag)) {
    problems.push(`${digest} is not one of ${[...allowed].join(', ')}`)
  }
  if (policy.dryRun && status === 'copied') return problems
  const isSeen = looks.length > 0 && (status === 'unchanged' || writes.length > 0)
  // Whoever names a digest that was sent to that digest is believed.
  const isExcused = isSeen || (tag === undefined && writes.length > 0)
  const isShown = shows === digest || isNamed(stage.destination, repository, shows, digest)
  if (!isShown && !isExcused) problems.push(`the destination has ${shows ?? 'nothing'}`)
  const mayNotMove = policy.onExisting !== 'overwrite' && old !== undefined && old !== digest
  if (status === 'copied' && mayNotMove && looks.length === 0) problems.push('was not to be moved')
  if (looks.length === 0 && result.previousDigest !== seenBefore && tag !== undefined) {
    problems.push(`${result.previousDigest ?? 'nothing'} before, in truth ${old ?? 'nothing'}`)
  }
  return problems
}

/** What goes to a destination by its digest keeps that digest, of whatever algorithm. */
function isSha512({ image }: Pair, allowed: Set<string>, tag: string | undefined): boolean {
  return tag === undefined && allowed.size > 0 && image.manifest.digest.startsWith('sha512:')
}

function nameOf({ destination: { repository, tag = '' } }: Pair): string {
  return `${repository}:${tag}`
}
