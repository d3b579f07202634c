import type { Counts } from './counts.ts'
import type { ProxyOptions } from './doorman.ts'

/** What the process of the proxies is told. */
export type Order = { readonly id: number } & (
  | { readonly what: 'open'; readonly options: ProxyOptions }
  | { readonly what: 'close'; readonly host: string }
)

/** The host of a proxy that was opened, the counts of one that was closed. */
export interface Reply {
  readonly id: number
  readonly result?: string | Counts | undefined
  readonly problem?: string
}
