/** Statuses by which a host says that it has too much to do (RFC 9110, RFC 6585; Cloudflare's 529). */
const THROTTLED: ReadonlySet<number> = new Set([429, 503, 529])

/** So many answers that went well make up for a refusal: below a fifth, refusals are single ones. */
const FORGIVEN_BY = 4
/** Sixteen requests that are refused at once are not sixteen reasons. */
const MOST = 6

/** Whether a status refuses a request for there being too many. */
export function isThrottled(status: number): boolean {
  return THROTTLED.has(status)
}

/**
 * Tells a refusal that is about one request, among others that are served, from a host that wants
 * fewer of them.
 */
export class Refusals {
  #weight: number

  /** Where nobody is known to be served, the refusals before the first answer count, too. */
  constructor(before = 0) {
    this.#weight = before
  }

  /** Takes in the status of an answer. */
  note(status: number): void {
    if (isThrottled(status)) this.#weight = Math.min(MOST, this.#weight + 1)
    // A host that is broken does not serve.
    else if (status < 500) this.#weight = Math.max(0, this.#weight - 1 / FORGIVEN_BY)
  }

  /** A second one came close behind a first. */
  get areTwo(): boolean {
    return this.#weight > 1.5
  }

  /** There were three, and hardly anything was served in between. */
  get areMany(): boolean {
    return this.#weight > 2.5
  }
}
