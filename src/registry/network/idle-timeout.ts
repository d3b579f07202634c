import type { RequestBody } from './request-body.ts'

/** Milliseconds without a byte after which a request has failed, unless told otherwise. */
export const IDLE_TIMEOUT_MS = 60_000

/** The time without a byte as undici counts it: until an answer begins, and within its body. */
export interface IdleTimeouts {
  readonly headersTimeout: number
  readonly bodyTimeout: number
}

export function idleTimeouts(milliseconds: number): IdleTimeouts {
  return { headersTimeout: milliseconds, bodyTimeout: milliseconds }
}

/** There is no answer, although the host is heard of. In undici's words, which has the other case. */
class NoAnswerError extends Error {
  readonly code = 'UND_ERR_HEADERS_TIMEOUT'

  constructor() {
    super('the host says that its answer is to come, and nothing else')
  }
}

/**
 * Counts on where undici begins anew: with whatever comes before the answer (RFC 9110, 15.2). That
 * is no progress, and must not go on for ever; only what is taken of the request in the meantime is.
 */
export class InterimTimeout {
  readonly #milliseconds: number
  readonly #body: RequestBody | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param body of the request */
  constructor(milliseconds: number, body: RequestBody | undefined) {
    this.#milliseconds = milliseconds
    this.#body = body
  }

  /** @param fail called once nothing has got anywhere for so long */
  begin(fail: (error: Error) => void): void {
    if (this.#timer !== undefined) return
    const body = this.#body
    let taken = body?.taken
    this.#timer = setInterval(() => {
      if (body?.isAwaited !== true && body?.taken === taken) fail(new NoAnswerError())
      taken = body?.taken
    }, this.#milliseconds)
  }

  end(): void {
    clearInterval(this.#timer)
  }
}
