import { nodeModule } from './imports.ts'
import type { Module } from './imports.ts'

/** From left to right; a file imports from its own place and from those left of it. */
const LAYERS = [
  'src/oci/',
  'src/registry/',
  'src/trust/',
  'src/sync/',
  'src/action/',
  'src/merge/',
  'src/load-trust.ts',
  'src/main.ts',
  'src/index.ts',
] as const

/**
 * The rooms of src/registry/, from top to bottom: a file imports from its own room and from those
 * below it. Above them are the two files that others use; below them is what all rooms need.
 */
const REGISTRY = 'src/registry/'
const REGISTRY_ENTRANCE: readonly string[] = ['client-pool.ts', 'client.ts', 'index.ts']
const ROOMS: readonly string[] = [
  'copy/',
  'content/',
  'http/',
  'auth/',
  'network/',
  'learned/',
  'pace/',
  'credentials/',
  'families/',
]
/** What is in no room is what all of them need, and that is little. */
const MAX_ROOMLESS = 10

/** A file beyond this has more than one subject. */
const MAX_LINES = 300

/** What a vocabulary may need from Node: nothing that reads, writes or waits. */
const PURE_NODE_MODULES: readonly string[] = ['buffer', 'crypto', 'util']

const NETWORK_NODE_MODULES: readonly string[] = [
  'dgram',
  'dns',
  'http',
  'http2',
  'https',
  'net',
  'tls',
]

/** Rules take the modules of the tree and answer with one sentence for each offence. */
export type Rule = (modules: readonly Module[]) => readonly string[]

export const arrowsPointLeft: Rule = (modules) => [
  ...modules.filter(({ file }) => layerOf(file) < 0).map(({ file }) => `${file} is in no layer`),
  ...offences(modules, (file, imported) => {
    const from = layerOf(file)
    const to = layerOf(imported)
    return from >= 0 && imported.startsWith('src/') && (to < 0 || to > from)
      ? `${file} imports ${imported}`
      : undefined
  }),
]

export const roomsImportDownwards: Rule = (modules) =>
  offences(modules, (file, imported) => {
    const from = floorOf(file)
    const to = floorOf(imported)
    return from !== undefined && to !== undefined && to < from
      ? `${file} imports ${imported}`
      : undefined
  })

export const registryHasRooms: Rule = (modules) => {
  const files = modules.map(({ file }) => file).filter((file) => file.startsWith(REGISTRY))
  const roomless = files.filter((file) => !file.slice(REGISTRY.length).includes('/'))
  return [
    ...files.filter((file) => floorOf(file) === undefined).map((file) => `${file} is in no room`),
    ...(roomless.length > MAX_ROOMLESS
      ? [`${roomless.length} files of ${REGISTRY} in no room`]
      : []),
  ]
}

/** Counted from the top; undefined for what is not in the house. */
function floorOf(file: string): number | undefined {
  if (!file.startsWith(REGISTRY)) return undefined
  const name = file.slice(REGISTRY.length)
  if (REGISTRY_ENTRANCE.includes(name)) return 0
  if (!name.includes('/')) return ROOMS.length + 1
  const room = ROOMS.findIndex((prefix) => name.startsWith(prefix))
  return room < 0 ? undefined : room + 1
}

export const onlyActionKnowsGitHub: Rule = (modules) =>
  offences(modules, (file, imported) =>
    imported.startsWith('@actions/') && !file.startsWith('src/action/')
      ? `${file} imports ${imported}`
      : undefined,
  )

export const onlyRegistryKnowsHttp: Rule = (modules) =>
  offences(modules, (file, imported) => {
    const reachesOut =
      imported === 'undici' ||
      imported.startsWith('undici/') ||
      NETWORK_NODE_MODULES.includes(nodeModule(imported) ?? '')
    return reachesOut && !file.startsWith('src/registry/')
      ? `${file} imports ${imported}`
      : undefined
  })

export const vocabularyIsPure: Rule = (modules) =>
  offences(modules, (file, imported) => {
    const builtin = nodeModule(imported)
    return file.startsWith('src/oci/') &&
      builtin !== undefined &&
      !PURE_NODE_MODULES.includes(builtin)
      ? `${file} imports ${imported}`
      : undefined
  })

/** So that a bug of the client cannot hide in the registry that it is tested against. */
export const testkitStandsAlone: Rule = (modules) =>
  offences(modules, (file, imported) =>
    imported.startsWith('src/') && !imported.startsWith('src/oci/')
      ? `${file} imports ${imported}`
      : undefined,
  )

export const filesAreShort: Rule = (modules) =>
  modules
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ file, lines }) => `${file} has ${lines} lines`)

export const everyLayerIsThere: Rule = (modules) =>
  LAYERS.filter((layer) => !modules.some(({ file }) => file.startsWith(layer))).map(
    (layer) => `${layer} is missing`,
  )

/** Each circle once, from its alphabetically first file. */
export const noCircles: Rule = (modules) => {
  const importsOf = new Map(modules.map(({ file, imports }) => [file, imports]))
  const done = new Set<string>()
  const circles = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start >= 0) {
      circles.add(describeCircle(path.slice(start)))
      return
    }
    if (done.has(file)) return
    for (const imported of importsOf.get(file) ?? []) visit(imported, [...path, file])
    done.add(file)
  }
  for (const { file } of modules) visit(file, [])
  return [...circles]
}

function describeCircle(files: readonly string[]): string {
  const first = files.indexOf([...files].sort()[0] ?? '')
  const turned = [...files.slice(first), ...files.slice(0, first)]
  return [...turned, turned[0]].join(' -> ')
}

function layerOf(file: string): number {
  return LAYERS.findIndex((layer) => file.startsWith(layer))
}

function offences(
  modules: readonly Module[],
  judge: (file: string, imported: string) => string | undefined,
): readonly string[] {
  const found = modules.flatMap(({ file, imports }) =>
    imports.flatMap((imported) => judge(file, imported) ?? []),
  )
  return [...new Set(found)]
}
