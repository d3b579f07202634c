import type { ErrorCode } from '../../src/registry/errors.ts'
import type { Middleware } from '../../testkit/registry/exchange.ts'
import type { RequestMatcher } from '../../testkit/registry/faults.ts'
import { bytesRows } from './faults/bytes.ts'
import { connectionRows } from './faults/connections.ts'
import { documentRows } from './faults/documents.ts'
import { liesRows } from './faults/lies.ts'
import { lostAnswerRows } from './faults/lost-answers.ts'
import { referrerRows } from './faults/referrers.ts'
import { refusalRows } from './faults/refusals.ts'
import { redirectRows } from './faults/redirects.ts'
import { runRows } from './faults/runs.ts'
import { sizeRows } from './faults/sizes.ts'
import { textRows } from './faults/texts.ts'
import { transferRows } from './faults/transfers.ts'
import type { FaultWorld, Role, RunRecord, WorldOptions } from './world.ts'

/** One fault, at a source, at a destination, or at both. */
export interface Row {
  /** What is injected. */
  readonly fault: string
  /** How often it strikes; for ever where absent. */
  readonly times?: number
  /** In words, where a number does not say it. */
  readonly often?: string
  /** What it does to the requests that it strikes. */
  readonly by?: Middleware
  readonly world?: WorldOptions
  readonly source?: Cell
  readonly destination?: Cell
}

/** What is known beforehand of a fault in a role; the tests hold it to that. */
export interface Cell {
  /** Copied, or the code of the failure. */
  readonly ends: ErrorCode | 'copied'
  /** What the action does about it, in words that `check` holds. */
  readonly does: string
  /** The requests that it strikes; those for the bytes of a layer where absent. */
  readonly at?: RequestMatcher
  readonly by?: Middleware
  /** How many requests it strikes in the end; `times` of the row where absent. */
  readonly hits?: number
  readonly world?: WorldOptions
  /** Sets a fault that is more than one behaviour. Returns how often it has struck, if it can tell. */
  readonly inject?: (world: FaultWorld) => Promise<(() => number) | void> | (() => number) | void
  /** What has to hold beside the invariants of all cells. */
  readonly check?: (world: FaultWorld, run: RunRecord) => Promise<void> | void
  /** A destination may refuse the bytes that reached it: they were spoilt on the way there. */
  readonly spoiltOnArrival?: boolean
  /** The new image is whole under the tag, although the registry shows something else. */
  readonly tagMayBeWritten?: boolean
  /** The side that the failure names, where it is not the role. */
  readonly blames?: Role | 'nobody'
  /** A defect of the client that is known: the test is one that must fail. */
  readonly failing?: string
}

export interface Group {
  readonly title: string
  readonly rows: readonly Row[]
}

/** In the order of the page. */
export const groups = [
  { title: 'Connections', rows: connectionRows },
  { title: 'Transfers', rows: transferRows },
  { title: 'Answers that are lost', rows: lostAnswerRows },
  { title: 'Refusals and throttling', rows: refusalRows },
  { title: 'Wrong bytes', rows: [...bytesRows, ...sizeRows] },
  { title: 'Registries that lie', rows: liesRows },
  { title: 'Documents', rows: documentRows },
  { title: 'Redirects and addresses', rows: redirectRows },
  { title: 'Texts', rows: textRows },
  { title: 'Signatures and other referrers', rows: referrerRows },
  { title: 'Many images', rows: runRows },
] as const satisfies readonly Group[]
