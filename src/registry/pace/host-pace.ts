import type { AnswerHeaders, FamilyLimits } from '../families/family.ts'
import { HostPause } from './host-pause.ts'
import { readPullLimit } from './pull-limit.ts'
import { Rate } from './request-rate.ts'
import { isThrottled, Refusals } from './throttling.ts'
import { type Kind, KINDS, type Lane } from '../request-kind.ts'
import { Window } from './concurrency-window.ts'

/** What an answer of a host says about the pace that it stands. Times in milliseconds. */
export interface Sign {
  readonly kind: Kind
  readonly method: string
  readonly status: number
  readonly headers: AnswerHeaders
  readonly sentAt: number
  readonly now: number
}

/** How the lane of an answer was used when it came. */
export interface Use {
  readonly lane: Lane
  /** No further request would have been let in. */
  readonly isFull: boolean
  /** Bodies of blobs were on their way. */
  readonly hasBlobs: boolean
}

export interface PaceOptions {
  /** The largest sizes of windows. */
  readonly bounds: { readonly metadata: number; readonly blobs: number }
  /** Find out how many at once the host stands; else all of them until something speaks against it. */
  readonly isAdaptive: boolean
  readonly limits?: FamilyLimits | undefined
}

/**
 * Looks for referrers at a time, and half as many to begin with: some registries allow far fewer of
 * them than of anything else, and do not say how many (Q71).
 */
const LOOKUPS = 8

/** The pace of one host: how many requests at once, how many in a second, and none in a pause. */
export class Pace {
  readonly pause = new HostPause()
  readonly #windows: Readonly<Record<Lane, Window>>
  readonly #rates: ReadonlyMap<Kind, Rate>
  readonly #refusals: ReadonlyMap<Kind, Refusals>
  readonly #refusesAll: boolean

  constructor({ bounds, isAdaptive, limits = {} }: PaceOptions) {
    const few = limits.atOnce === undefined ? undefined : limits.atOnce / 2
    const open = (bound: number, hasBodies: boolean): Window =>
      new Window(bound, { start: isAdaptive ? few : bound, hasBodies })
    this.#windows = {
      metadata: open(bounds.metadata, false),
      lookup: new Window(Math.min(bounds.metadata, LOOKUPS), { start: LOOKUPS / 2 }),
      read: open(bounds.blobs, true),
      write: open(bounds.blobs, true),
    }
    this.#rates = new Map(KINDS.map((kind) => [kind, new Rate(limits.perSecond?.[kind])]))
    this.#refusals = new Map(KINDS.map((kind) => [kind, new Refusals()]))
    this.#refusesAll = limits.refusesAll === true
  }

  /** Requests that a lane may have under way. */
  size(lane: Lane): number {
    return this.#windows[lane].size
  }

  /** Milliseconds until a request may be sent, whose turn is taken by that. `chance` in [0, 1). */
  turn(kind: Kind, now: number, chance: number): number {
    const left = this.pause.leftFor(now, chance)
    return left + (this.#rates.get(kind)?.turn(now + left) ?? 0)
  }

  note(sign: Sign, use: Use): void {
    const { status, headers, now } = sign
    const [retryAfter] = [headers['retry-after']].flat()
    const isForAll = this.#refusesAll || readPullLimit(headers)?.remaining === 0
    // Where looks for referrers are refused, everything else may still be served.
    if (sign.kind !== 'lookup' || isForAll) this.pause.note(status, retryAfter, now, isForAll)
    this.#refusals.get(sign.kind)?.note(status)
    if (isThrottled(status)) this.#refused(sign, use)
    else if (status < 500) this.#served(sign, use)
  }

  /** Bytes of blobs that went through in a lane. */
  moved(bytes: number, now: number, { lane, isFull }: Use): void {
    if (isFull) this.#windows[lane].moved(bytes, undefined, now)
    else this.#windows[lane].idle()
  }

  #refused({ kind, sentAt, now }: Sign, { lane }: Use): void {
    const refusals = this.#refusals.get(kind)
    if (refusals?.areTwo !== true) return
    this.#windows[lane].refused(sentAt, now)
    if (refusals.areMany) this.#rates.get(kind)?.refused(sentAt, now)
  }

  #served({ kind, method, sentAt, now }: Sign, { lane, isFull, hasBlobs }: Use): void {
    this.#rates.get(kind)?.served(now)
    const window = this.#windows[lane]
    if (isFull) window.answered()
    if (lane !== 'metadata') return
    if (!isFull) return window.idle()
    // Beside bodies, a slow answer says more about the line and this machine; writes take longer.
    const isTelling = kind === 'metadata' && !hasBlobs && (method === 'GET' || method === 'HEAD')
    window.moved(1, isTelling ? now - sentAt : undefined, now)
  }
}
