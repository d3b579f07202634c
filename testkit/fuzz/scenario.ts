import type { BuiltImage } from '../image/image.ts'
import type { AuthOptions } from '../registry/auth.ts'
import type { RegistryRequest } from '../registry/exchange.ts'
import type { RegistryOptions } from '../registry/registry.ts'
import { randomBelongings, type Belongings } from './belongings.ts'
import { type Course, courseOf } from './courses.ts'
import { randomImage } from './images.ts'
import { type Habit, habits, randomHabit } from './habits.ts'
import { mutationKinds } from './mutations.ts'
import { Random } from './random.ts'
import { randomRules, type Rules, withSignatures } from './rules.ts'

export interface Login {
  readonly username: string
  readonly password: string
}

export interface Pair {
  readonly image: BuiltImage
  readonly source: { readonly repository: string; readonly tag?: string; readonly digest?: string }
  /** Without a tag where the image goes there by digest. */
  readonly destination: { readonly repository: string; readonly tag?: string }
}

/** How a run is to go about it; the names are the inputs'. */
export interface Policy {
  readonly platforms: 'all' | readonly string[]
  readonly onExisting: 'overwrite' | 'skip' | 'fail'
  readonly onMissingPlatform: 'warn' | 'fail'
  readonly attestations: 'drop' | 'keep'
  /** As the input is written, separated by commas. */
  readonly referrers: string
  readonly onLostReferrers: 'warn' | 'fail'
  readonly dryRun: boolean
  readonly failFast: boolean
  readonly concurrency: number
  readonly retries: number
}

/** Which mutations strike at one of the registries, and how often. */
export interface Sabotage {
  readonly kinds: readonly string[]
  /** Probability per request. */
  readonly rate: number
  readonly focus: Focus
}

/** The requests that are spoilt. Those that matter most are few, and seldom met by chance. */
export type Focus = keyof typeof focuses

export const focuses = {
  all: () => true,
  'tags and manifests': ({ path }: RegistryRequest) => path.includes('/manifests/'),
  'manifest writes': ({ method, path }: RegistryRequest) =>
    method === 'PUT' && path.includes('/manifests/'),
  blobs: ({ path }: RegistryRequest) => /\/blobs\/sha/.test(path),
  uploads: ({ path }: RegistryRequest) => path.includes('/blobs/uploads/'),
  belongings: ({ path }: RegistryRequest) =>
    /\/referrers\/|\/tags\/list$|\/manifests\/sha\d+-/.test(path),
  logins: ({ path, headers }: RegistryRequest) =>
    path.startsWith('/token') || headers.authorization === undefined,
} as const

/** Everything that a seed decides but the single mutations. */
export interface Scenario {
  readonly seed: number
  /** As the runner would start it, in real time; otherwise in this process, in no time. */
  readonly asStep: boolean
  readonly course: Course
  readonly oneRegistry: boolean
  readonly sourceOptions: RegistryOptions
  readonly destinationOptions: RegistryOptions
  /** Of the destination. */
  readonly habit: Habit | undefined
  readonly sourceLogin: Login | undefined
  readonly destinationLogin: Login | undefined
  readonly pairs: readonly Pair[]
  /** What belongs to the images at the source. */
  readonly belongings: ReadonlyMap<BuiltImage, Belongings>
  /** What somebody else has signed at the destination. */
  readonly foreign: readonly { repository: string; belongings: Belongings }[]
  /** Tags that are at the destination before the run. */
  readonly earlier: readonly { repository: string; tag: string; image: BuiltImage }[]
  readonly policy: Policy
  /** Undefined where whatever there is may be copied. */
  readonly rules: Rules | undefined
  readonly sabotage: { readonly source: Sabotage; readonly destination: Sabotage }
}

/** One in so many seeds is run as a step: starting a process takes as long as ten runs without. */
const STEP_EVERY = 25

const PLATFORM_LISTS: readonly Policy['platforms'][] = [
  'all',
  'all',
  ['linux/amd64'],
  ['linux/amd64', 'linux/arm64'],
  ['linux/amd64', 'linux/arm/v7', 'windows/amd64'],
]

export function scenarioOf(seed: number): Scenario {
  const random = new Random('scenario', seed)
  const asStep = seed % STEP_EVERY === 0
  const oneRegistry = random.chance(0.2)
  const sourceLogin = random.chance(0.6) ? login('source', seed) : undefined
  const destinationLogin = random.chance(0.6) ? login('destination', seed) : undefined
  const pairs = randomPairs(random)
  const trust = randomTrust(seed, pairs)
  const rules = rulesOf(seed, pairs)
  const habit = oneRegistry ? undefined : randomHabit(new Random('habit', seed))
  return {
    seed,
    asStep,
    course: courseOf(seed, asStep),
    oneRegistry,
    habit,
    sourceLogin,
    destinationLogin: oneRegistry ? sourceLogin : destinationLogin,
    sourceOptions: {
      ...(oneRegistry ? destinationTraits(random) : {}),
      ...authOptions(random, sourceLogin),
      ranges: random.chance(0.8),
      ...trust.sourceOptions,
    },
    destinationOptions: {
      ...destinationTraits(random),
      ...authOptions(random, destinationLogin),
      ...trust.destinationOptions,
      middleware: habit === undefined ? [] : [habits[habit]],
    },
    pairs,
    belongings: withSignatures(trust.belongings, rules),
    rules,
    foreign: trust.foreign,
    earlier: pairs.flatMap(({ image, destination: { repository, tag } }) => {
      if (tag === undefined || !random.chance(0.4)) return []
      return [{ repository, tag, image: random.chance(0.3) ? image : randomImage(random) }]
    }),
    policy: {
      platforms: random.pick(PLATFORM_LISTS),
      onExisting: random.pick(['overwrite', 'overwrite', 'skip', 'fail']),
      onMissingPlatform: random.pick(['warn', 'fail']),
      dryRun: random.chance(0.1),
      failFast: random.chance(0.1),
      concurrency: 1 + random.below(16),
      retries: asStep ? random.below(2) : random.below(4),
      ...trust.policy,
    },
    sabotage: focusedOn(trust.focus ?? rules?.focus, randomSabotage(random, asStep)),
  }
}

const REFERRERS = ['all', 'all', 'all', 'application/spdx+json,cosign-tags', 'cosign-tags']

/**
 * What belongs to images, and how it is looked for. By chance of its own: seeds without it are what
 * they always were.
 */
function randomTrust(seed: number, pairs: readonly Pair[]) {
  const random = new Random('trust', seed)
  const isAsked = random.chance(0.5)
  const images = [...new Set(pairs.map(({ image }) => image))]
  const belongings = new Map(
    images.map((image) => [image, randomBelongings(random, image, 'release')]),
  )
  return {
    sourceOptions: referrersTraits(random),
    destinationOptions: referrersTraits(random),
    belongings: isAsked ? belongings : new Map<BuiltImage, Belongings>(),
    foreign: pairs.flatMap(({ image, destination: { repository } }) => {
      if (!isAsked || !random.chance(0.2)) return []
      const signer = random.pick(['release', 'somebody else'])
      return [{ repository, belongings: randomBelongings(random, image, signer) }]
    }),
    policy: {
      attestations: random.chance(0.3) ? 'keep' : 'drop',
      referrers: isAsked ? random.pick(REFERRERS) : 'none',
      onLostReferrers: random.chance(0.2) ? 'fail' : 'warn',
    },
    focus: isAsked && random.chance(0.5) ? random.pick([0.03, 0.1]) : undefined,
  } as const
}

/** What has to be signed, by chance of its own as well. */
function rulesOf(seed: number, pairs: readonly Pair[]): Rules | undefined {
  const random = new Random('rules', seed)
  if (!random.chance(0.2)) return undefined
  const images = [...new Set(pairs.map(({ image }) => image))]
  return randomRules(random, images)
}

function referrersTraits(random: Random): RegistryOptions {
  const referrers = random.chance(0.5)
  return {
    referrers,
    subjectHeader: random.chance(0.2) ? random.chance(0.5) : referrers,
    digestTags: !referrers && random.chance(0.2),
    ...(random.chance(0.3) && { referrersPageSize: 1 + random.below(2) }),
    ...(random.chance(0.2) && { tagsPageSize: 1 + random.below(3) }),
  }
}

/** Spoils nothing but looks for what belongs to images, at that rate, where there is one. */
function focusedOn(rate: number | undefined, { source, destination }: Scenario['sabotage']) {
  if (rate === undefined) return { source, destination }
  const focus = 'belongings'
  return {
    source: { ...source, focus, rate },
    destination: { ...destination, focus, rate },
  } as const
}

function login(side: string, seed: number): Login {
  return { username: `${side}-user`, password: `canary-${side}-password-${seed}` }
}

function randomPairs(random: Random): Pair[] {
  const count = 1 + random.below(6)
  const images = Array.from({ length: 1 + random.below(3) }, () => randomImage(random))
  const pairs = Array.from({ length: count }, (_, place) => {
    const number = random.below(images.length)
    const image = images[number] ?? random.pick(images)
    const repository = `acme/app${number}`
    const { digest } = image.manifest
    const byDigest = random.chance(0.2)
    const source = byDigest ? { repository, digest } : { repository, tag: 'v1' }
    const target = `mirror/app${random.below(2)}`
    const withoutTag = byDigest && random.chance(0.5)
    const destination = withoutTag
      ? { repository: target }
      : { repository: target, tag: `v${place}` }
    return { image, source, destination }
  })
  // The list has no line twice, because exact duplicates are one.
  return [...new Map(pairs.map((pair) => [textOf(pair), pair])).values()]
}

function textOf({ source, destination }: Pair): string {
  return JSON.stringify([source, destination])
}

function destinationTraits(random: Random): RegistryOptions {
  return {
    checkReferences: random.chance(0.5),
    mount: random.chance(0.7),
    singlePost: random.chance(0.5),
    ...(random.chance(0.1) ? { chunkMinLength: 64 * 1024 } : {}),
  }
}

function authOptions(random: Random, known: Login | undefined): { auth?: AuthOptions } {
  if (known === undefined) return {}
  const accounts = {
    users: { [known.username]: known.password },
    anonymousPull: random.chance(0.2),
  }
  if (random.chance(0.4)) return { auth: { kind: 'basic', ...accounts } }
  const expiresIn = random.pick([300, 60, 1])
  return { auth: { kind: 'bearer', expiresIn, takesBasic: random.chance(0.2), ...accounts } }
}

/** For whatever images there are. */
const GENERAL = (Object.keys(focuses) as Focus[]).filter((focus) => focus !== 'belongings')

/** In real time a wait costs what it says. */
const SLOW_KINDS = ['throttle', 'stall', 'retry-after']

/**
 * A few kinds at a time and at different rates: with all of them at once, no run would get far.
 */
function randomSabotage(random: Random, asStep: boolean): Scenario['sabotage'] {
  const isPatient = !asStep && random.chance(0.1)
  const possible = mutationKinds.filter(
    (kind) => (!asStep || !SLOW_KINDS.includes(kind)) && (isPatient || kind !== 'stall'),
  )
  const share = random.pick([0.1, 0.3, 1])
  const kinds = random.some(possible, share)
  const side = (): Sabotage => {
    const focus = random.chance(0.5) ? 'all' : random.pick(GENERAL)
    const rates = focus === 'all' ? [0, 0.02, 0.05, 0.15, 0.4] : [0.1, 0.3, 0.6]
    return { kinds, focus, rate: random.pick(rates) }
  }
  return { source: side(), destination: side() }
}
