import { readFileSync } from 'node:fs'
import { type PlatformFilter, parsePlatformFilter } from '../oci/platform.ts'
import { parseReferrerFilter, type ReferrerFilter } from '../oci/referrer-filter.ts'
import { normaliseRegistry, parseRegistryBase } from '../oci/reference.ts'
import type { RegistryLogin } from '../registry/credentials/credential-chain.ts'
import type { TlsOptions } from '../registry/network/tls.ts'
import type { ListItem } from '../sync/image-list.ts'
import type { Shard } from '../sync/shard.ts'
import { parseDestinationBase } from '../sync/list/placeholders.ts'
import type { IsRange } from '../sync/list/collect.ts'
import { loadVersions } from '../sync/tags/selection.ts'
import { readImageLists } from './list-inputs.ts'
import { inputNames } from './input-names.ts'
import { InputReader } from './input-reader.ts'
import { nearMisses } from './near-misses.ts'
import { parseRegistryAuth } from './registry-auth.ts'
import { type RoleCredentials, readCredentials } from './role-credentials.ts'
import { parseRegistryTls } from './registry-tls.ts'
import { readSetInputs } from './set-inputs.ts'
import { readVerifyInput } from './verify-input.ts'

/** Where inputs come from; passed in, so that tests need no environment. */
export interface InputSource {
  /** The value of an input as it is in the workflow, empty when it is not given. */
  getInput(name: string): string
  /** The names of all inputs that were given, also of those that do not exist; lower case. */
  readonly givenNames?: readonly string[]
  readFile(path: string): string | Uint8Array
  /** The directory that paths in inputs are relative to. */
  readonly workspace: string
  /** Tells ranges of versions from other texts; without it every text is taken for one. */
  readonly isRange?: IsRange
}

/** Everything the user asked for, checked. */
export interface Inputs {
  /** What is to be copied: pairs, and selections of tags. */
  readonly list: readonly ListItem[]
  /** What the log is to say of how the list was read. */
  readonly listNotes: readonly string[]
  readonly sourceCredentials?: RoleCredentials
  readonly destinationCredentials?: RoleCredentials
  readonly registryAuth: readonly RegistryLogin[]
  readonly githubToken?: string
  readonly platforms: PlatformFilter
  readonly onMissingPlatform: 'warn' | 'fail'
  readonly onExisting: 'overwrite' | 'skip' | 'fail'
  readonly dryRun: boolean
  readonly failFast: boolean
  readonly concurrency: number
  readonly retries: number
  readonly timeoutSeconds: number
  /** Of the whole run. */
  readonly deadlineSeconds?: number
  /** Normalised hosts. */
  readonly insecureRegistries: readonly string[]
  /** By normalised host. */
  readonly registryTls: ReadonlyMap<string, TlsOptions>
  readonly referrers: ReferrerFilter
  readonly onLostReferrers: 'warn' | 'fail'
  readonly attestations: 'drop' | 'keep'
  /** The rules of `verify`, as their YAML has them. */
  readonly verify?: unknown
  /** Tags move together or not at all. */
  readonly allOrNothing: boolean
  /** Everything by digest, and no tag. */
  readonly stage: boolean
  /** The part of the list that this run does. */
  readonly shard?: Shard
  readonly declareArtifacts: boolean
  readonly summary: boolean
}

/** Registries take more connections than that from one client for an attack. */
const CONCURRENCY = { min: 1, max: 256 }

/** With waits that double, more retries than that outlast the job. */
const RETRIES = { min: 0, max: 20 }

/** Seconds; a connection that is silent for an hour is dead. */
const TIMEOUT = { min: 1, max: 3600 }

/** Seconds; the longest that GitHub lets a job run is five days, on runners of one's own. */
const DEADLINE = { min: 1, max: 432_000 }

/** In place of registries that cannot be read: two that no image of the list is the same in. */
const UNREAD = {
  source: { registry: 'source.invalid' },
  destination: { registry: 'destination.invalid' },
}

/**
 * Reads and checks all inputs. Asks nothing of the network.
 * @throws InputError with every problem of every input; it never quotes a secret
 */
export function readInputs(source: InputSource): Inputs {
  const reader = new InputReader((name) => source.getInput(name))
  for (const { given, meant } of nearMisses(source.givenNames ?? [], inputNames)) {
    reader.problem(meant, `there is no such input; it is called ${meant}`, given)
  }
  const sourceRegistry = reader.parsed('source-registry', UNREAD.source, parseRegistryBase)
  const destinationRegistry = reader.given('destination-registry')
    ? reader.parsed('destination-registry', UNREAD.destination, parseDestinationBase)
    : undefined
  const bases = {
    source: sourceRegistry,
    ...(destinationRegistry !== undefined && { destination: destinationRegistry }),
  }
  const { items: list, notes: listNotes } = readImageLists(reader, source, bases)
  const sourceCredentials = readCredentials(reader, 'source', sourceRegistry, list)
  const destinationCredentials = readCredentials(reader, 'destination', destinationRegistry, list)
  const inputs: Inputs = {
    list,
    listNotes,
    ...(sourceCredentials !== undefined && { sourceCredentials }),
    ...(destinationCredentials !== undefined && { destinationCredentials }),
    registryAuth: readRegistryAuth(reader),
    ...(reader.given('github-token') && { githubToken: reader.text('github-token') }),
    platforms: reader.parsed<PlatformFilter>('platforms', 'all', parsePlatformFilter),
    onMissingPlatform: reader.choice('on-missing-platform', ['warn', 'fail']),
    onExisting: reader.choice('on-existing', ['overwrite', 'skip', 'fail']),
    dryRun: reader.boolean('dry-run'),
    failFast: reader.boolean('fail-fast'),
    concurrency: reader.integer('concurrency', CONCURRENCY),
    retries: reader.integer('retries', RETRIES),
    timeoutSeconds: reader.integer('timeout', TIMEOUT),
    ...(reader.given('deadline') && { deadlineSeconds: reader.integer('deadline', DEADLINE) }),
    insecureRegistries: reader.parsed('insecure-registries', [], parseHosts),
    registryTls: readRegistryTls(reader, source),
    referrers: reader.parsed<ReferrerFilter>('referrers', 'none', parseReferrerFilter),
    onLostReferrers: reader.choice('on-lost-referrers', ['warn', 'fail']),
    attestations: reader.choice('attestations', ['drop', 'keep']),
    ...readVerify(reader),
    ...readSetInputs(reader),
    declareArtifacts: reader.boolean('declare-artifacts'),
    summary: reader.boolean('summary'),
  }
  reader.throwProblems(listNotes)
  return inputs
}

const INPUT_PREFIX = 'INPUT_'

/**
 * As `readInputs`, with ranges of versions checked as well. What reads them is loaded only where a
 * list has any.
 */
export async function readInputsAndRanges(source: InputSource): Promise<Inputs> {
  const ranges: string[] = []
  const isRange = (text: string): boolean => ranges.push(text) > 0
  try {
    const inputs = readInputs({ ...source, isRange })
    if (ranges.length === 0) return inputs
  } catch (error) {
    if (ranges.length === 0) throw error
  }
  const { rangeOf } = await loadVersions()
  return readInputs({ ...source, isRange: (text) => rangeOf(text) !== undefined })
}

/** The inputs of the step that runs; untrimmed, so that the lines of `images` keep their numbers. */
export const stepInputs: InputSource = {
  // As the runner names them; none of ours has a space.
  getInput: (name) => process.env[`${INPUT_PREFIX}${name.toUpperCase()}`] ?? '',
  get givenNames(): readonly string[] {
    return Object.keys(process.env).flatMap((name) =>
      name.toUpperCase().startsWith(INPUT_PREFIX)
        ? [name.slice(INPUT_PREFIX.length).toLowerCase()]
        : [],
    )
  },
  readFile: (path) => readFileSync(path),
  get workspace(): string {
    return process.env['GITHUB_WORKSPACE'] ?? process.cwd()
  },
}

function readVerify(reader: InputReader): Pick<Inputs, 'verify'> {
  if (!reader.given('verify')) return {}
  const read = readVerifyInput(reader.rawText('verify'))
  if ('value' in read) return { verify: read.value }
  reader.problem('verify', read.problem)
  return {}
}

function readRegistryAuth(reader: InputReader): readonly RegistryLogin[] {
  const { credentials, problems } = parseRegistryAuth(reader.rawText('registry-auth'))
  for (const problem of problems) reader.problem('registry-auth', problem)
  return credentials
}

function readRegistryTls(
  reader: InputReader,
  source: InputSource,
): ReadonlyMap<string, TlsOptions> {
  const { hosts, problems } = parseRegistryTls(reader.rawText('registry-tls'), source)
  for (const problem of problems) reader.problem('registry-tls', problem)
  return hosts
}

/** Hosts separated by commas and white space. */
function parseHosts(text: string): readonly string[] {
  const hosts = text.split(/[\s,]+/).filter((host) => host !== '')
  return [...new Set(hosts.map(normaliseRegistry))]
}
