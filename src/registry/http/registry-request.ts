import type { Scope } from '../auth/scope.ts'
import type { ErrorCode } from '../errors.ts'
import type { Answer } from '../network/network.ts'
import type { Lane } from '../request-kind.ts'
import type { Address } from './location.ts'
import type { Led } from './redirects.ts'

/** The content of a blob, in one piece of memory or as it comes. */
export type BlobContent = Uint8Array | AsyncIterable<Uint8Array>
export type OpenContent = () => BlobContent

export interface RegistryRequest extends Led {
  /** A path of the registry's API, or the address of an upload session. */
  readonly target: string | Address
  readonly scopes: readonly Scope[]
  readonly headers?: Readonly<Record<string, string>>
  /** The content of a blob is opened anew each time it is sent: a stream is there only once. */
  readonly body?: Uint8Array | OpenContent
  readonly answerTimeoutMs?: number
  /** That of other small requests where absent. */
  readonly lane?: Lane
  /** Ends this request in place of the network's own signal. */
  readonly signal?: AbortSignal
  /** The same for one that has been sent: until then it waits as others do, and ends as they do. */
  readonly endsLater?: AbortSignal | undefined
  /** Statuses beside 2xx that are answers, not errors; or what tells them. */
  readonly expect?: readonly number[] | ((answer: RegistryAnswer) => boolean)
  /** The code of a refusal whose status has none of its own; REGISTRY where absent. */
  readonly refusal?: ErrorCode
  /** Codes of the registry after which the same request may succeed a moment later. */
  readonly passing?: readonly string[]
}

export interface RegistryAnswer extends Answer {
  /** Where it came from, after redirects. */
  readonly address: Address
}

/** How a request is made: with retries, or in one try. */
export type Tries = 'call' | 'callOnce'
