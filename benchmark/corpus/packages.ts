import { createHash } from 'node:crypto'
import type { Candidate } from './apt.ts'

/** Debian's name of an architecture, and the platform that its packages run on. */
export const architectures = {
  amd64: { os: 'linux', architecture: 'amd64' },
  arm64: { os: 'linux', architecture: 'arm64' },
  armhf: { os: 'linux', architecture: 'arm', variant: 'v7' },
} as const

export type Architecture = keyof typeof architectures

export const architectureNames = Object.keys(architectures) as readonly Architecture[]

/** What becomes one layer for every platform: a package of its own for each, or one of data for all. */
export interface PackageSet {
  readonly name: string
  readonly candidates: Readonly<Record<Architecture, Candidate>>
}

/** The packages of the corpus, by what they are for. */
export interface Selection {
  /** 30 to 200 kB. */
  readonly tiny: readonly PackageSet[]
  /** 0.3 to 1.2 MB. */
  readonly small: readonly PackageSet[]
  /** 1 to 3 MB. */
  readonly medium: readonly PackageSet[]
  readonly named: ReadonlyMap<string, PackageSet>
}

/** The first is data, the same on all platforms; each of the three makes a layer of 100 to 400 MB. */
export const bigPackages = [
  'musescore-general-soundfont-lossless',
  'qt3d5-examples',
  'chromium',
] as const
/** A system, and three runtimes on top of it. */
export const basePackages = ['r-base-core', 'docker.io', 'mupdf-tools', 'podman'] as const
/** What every tiny image stands on. */
export const tinyBase = 'busybox-static'

const kB = 1000
const COUNTS = { tiny: 40, small: 60, medium: 24 } as const
const SIZES = {
  tiny: [30 * kB, 200 * kB],
  small: [300 * kB, 1200 * kB],
  medium: [1000 * kB, 3000 * kB],
} as const

/** Chooses packages that all three architectures have; the same ones as long as the index is the same. */
export function selectPackages(candidates: readonly Candidate[]): Selection {
  const sets = packageSets(candidates)
  const byName = new Map(sets.map((set) => [set.name, set]))
  const named = [...bigPackages, ...basePackages, tinyBase].map((name) => {
    const set = byName.get(name)
    if (set === undefined) throw new Error(`apt offers no ${name} for all of the platforms`)
    return [name, set] as const
  })
  const taken = new Set<string>(named.map(([name]) => name))
  const pick = (kind: keyof typeof SIZES) => {
    const [least, most] = SIZES[kind]
    const chosen = sets
      .filter(({ name }) => !taken.has(name))
      .filter(({ candidates: of }) =>
        architectureNames.every((name) => of[name].size >= least && of[name].size < most),
      )
      .filter(({ candidates: of }) => of.amd64.architecture !== 'all')
      .slice(0, COUNTS[kind])
    for (const { name } of chosen) taken.add(name)
    return chosen
  }
  return {
    tiny: pick('tiny'),
    small: pick('small'),
    medium: pick('medium'),
    named: new Map(named),
  }
}

/** In an order that has nothing to do with the names, so that neighbours are no relatives. */
function packageSets(candidates: readonly Candidate[]): readonly PackageSet[] {
  const found = new Map<string, Map<string, Candidate>>()
  for (const candidate of candidates) {
    const versions = found.get(candidate.name) ?? new Map<string, Candidate>()
    found.set(candidate.name, versions)
    if (!versions.has(candidate.architecture)) versions.set(candidate.architecture, candidate)
  }
  return [...found]
    .flatMap(([name, versions]): PackageSet[] => {
      const of = (architecture: Architecture) => versions.get(architecture) ?? versions.get('all')
      const [amd64, arm64, armhf] = [of('amd64'), of('arm64'), of('armhf')]
      if (amd64 === undefined || arm64 === undefined || armhf === undefined) return []
      return [{ name, candidates: { amd64, arm64, armhf } }]
    })
    .map((set) => ({ set, key: createHash('sha256').update(set.name).digest('hex') }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ set }) => set)
}
