import type { Certificate } from '../../../testkit/registry/certificate.ts'
import type { Synthetic } from '../../corpus/synthetic.ts'
import type { Counts } from '../../proxy/counts.ts'

export interface MemoryServerOptions {
  /** What it holds from the start, under names with that prefix. */
  readonly stock: { readonly images: Synthetic; readonly prefix: string } | undefined
  readonly tls: Pick<Certificate, 'cert' | 'key'> | undefined
  /** Milliseconds from a request's start to its answer, at least. */
  readonly latency: number
  /** Milliseconds that a new connection costs. */
  readonly setup: number
}

/** What the process of a registry in memory is told. */
export type MemoryOrder =
  | { readonly what: 'start'; readonly options: MemoryServerOptions }
  | { readonly what: 'count' }

/** The host of one that has started, and what has gone through it since it was last counted. */
export type MemoryReply = { readonly host: string } | { readonly counts: Counts }
