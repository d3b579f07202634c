import type { Side } from '../errors.ts'
import type { Kind } from '../request-kind.ts'

/**
 * What is special about the registries of one maker. The code that speaks to registries knows none
 * of them by name: it asks for these properties.
 */
export interface RegistryFamily {
  /** As its makers write it. */
  readonly name: string
  /** Matches the whole of a normalised host; absent for those that run under any name. */
  readonly hosts?: RegExp
  /** Whether an answer can only come from one of these. */
  readonly answers?: (headers: AnswerHeaders) => boolean
  /** Where its API lives, if that is not the host that people write. */
  readonly apiHost?: string
  /** Hosts beside its own that its logins may be sent to for a token. */
  readonly tokenHosts?: readonly string[]
  /** Its storage, which may have private addresses where the registry itself has some. */
  readonly storageHosts?: RegExp
  /** Every manifest that is fetched counts against a quota, and none that is only looked up. */
  readonly countsPulls?: true
  /** Mounts are worth no attempt. */
  readonly mounts?: false
  /**
   * Largest chunk of a chunked upload in bytes; 0 where chunks are not taken, or not put together
   * again.
   */
  readonly maxChunk?: number
  /** How it words that a login has expired, where it does not say so by 401. */
  readonly expiredLogin?: RegExp
  /** How it words that a tag cannot be moved, where it does not say that it is immutable. */
  readonly frozenTag?: RegExp
  /** How it words a limit that no wait within a run will lift. */
  readonly exhausted?: RegExp
  /**
   * Address of the page that people look at a repository on, at a host of the family. The parts are
   * valid by their grammar.
   */
  readonly page?: (repository: string, host: string) => string | undefined
  /** What its makers document of the requests that it takes. */
  readonly limits?: FamilyLimits
  readonly advice?: FamilyAdvice
}

export interface FamilyLimits {
  /** Requests of a kind in a second, to start with: some accounts have more. */
  readonly perSecond?: Readonly<Partial<Record<Kind, number>>>
  /** What it refuses it refuses to the account or address, not to the one request. */
  readonly refusesAll?: true
  /**
   * It counts requests, so that of more at once more are refused: so many are enough, and half of
   * them to begin with.
   */
  readonly atOnce?: number
}

/** For those that count requests: as many at once as has served long. */
export const FEW_AT_ONCE = 16

/** Names in lower case; undefined where a header is absent. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

/** One or two sentences on what to try next. */
export type Advice = string | ((refusal: Refusal) => string | undefined)

export interface FamilyAdvice {
  /** Which credentials it takes, and what has to be allowed to them. */
  readonly login?: Advice
  /** What to do about a destination that is not there. */
  readonly missingDestination?: Advice
  readonly missingSource?: Advice
  /** What its limits depend on. */
  readonly limit?: Advice
  /** For refusals that its words or its code tell apart. */
  readonly refusals?: readonly { readonly words: RegExp; readonly advice: Advice }[]
}

/** What is known of a failure, as far as advice depends on it. */
export interface Refusal {
  readonly code: string
  /** What was being done, as words for a sentence. */
  readonly operation?: string | undefined
  readonly side?: Side | undefined
  /** Host, normalised: `docker.io` is Docker Hub. */
  readonly registry?: string | undefined
  readonly repository?: string | undefined
  /** Tag or digest. */
  readonly reference?: string | undefined
  /** The host that failed, where the registry has led to another. */
  readonly elsewhere?: string | undefined
  /** Name of the family of the registry, where its host does not tell. */
  readonly family?: string | undefined
  /** HTTP status. */
  readonly status?: number | undefined
  /** The registry's own error codes, the first of them, and its words. */
  readonly registryCode?: string | undefined
  readonly registryCodes?: readonly string[] | undefined
  readonly registryMessage?: string | undefined
  /** As whom it was asked, in words (credentials/login.ts). */
  readonly login?: string | undefined
  /** `owner/name` of the repository whose workflow runs; empty where that is not known. */
  readonly workflowRepository?: string | undefined
}

/** What a family has to say about a failure. */
export function adviceOf(family: RegistryFamily, refusal: Refusal): string | undefined {
  return adviceByWords(family, refusal) ?? given(adviceByCode(family.advice, refusal), refusal)
}

/** What it has to say about a failure that the registry's own words tell apart. */
export function adviceByWords({ advice }: RegistryFamily, refusal: Refusal): string | undefined {
  const words = `${refusal.registryCode ?? ''} ${refusal.registryMessage ?? ''}`
  return given(advice?.refusals?.find((one) => one.words.test(words))?.advice, refusal)
}

function given(advice: Advice | undefined, refusal: Refusal): string | undefined {
  return typeof advice === 'function' ? advice(refusal) : advice
}

function adviceByCode(advice: FamilyAdvice | undefined, refusal: Refusal): Advice | undefined {
  const { code, side } = refusal
  switch (code) {
    case 'AUTHENTICATION':
    case 'DENIED':
      return advice?.login
    case 'NOT_FOUND':
      if (lacksContent(refusal)) return undefined
      return side === 'destination' ? advice?.missingDestination : advice?.missingSource
    case 'RATE_LIMITED':
      return advice?.limit
    default:
      return undefined
  }
}

/** Whether a part of the image is missing, or the upload of one, and not the repository. */
export function lacksContent({
  registryCode = '',
  registryCodes = [registryCode],
}: Refusal): boolean {
  return registryCodes.some((code) => /^(?:MANIFEST_)?BLOB_/.test(code))
}

/** `push to` or `pull from`, as the role of the registry has it. */
export function direction({ side }: Refusal): string {
  return side === 'destination' ? 'push to' : 'pull from'
}

/** The inputs that hold the credentials of that side. */
export function credentialInputs({ side }: Pick<Refusal, 'side'>): string {
  return side === undefined ? 'Signing in' : `\`${side}-username\` with \`${side}-password\``
}
