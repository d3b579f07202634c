import type { Dispatcher } from 'undici'
import { type Answer, AnswerBody } from './answer.ts'
import { offAbort, onAbort } from './abort-listeners.ts'
import type { RequestBody } from './request-body.ts'
import type { Slabs } from './slabs.ts'

export interface ExchangeOptions {
  readonly slabs: Slabs
  /** Closed when the exchange is over, sent or not. */
  readonly body: RequestBody | undefined
  readonly signal: AbortSignal | undefined
  /** Milliseconds to wait for the answer once the request is sent. */
  readonly answerTimeoutMs: number
}

/** There is no answer, although the host is heard of. In undici's words, which has the other case. */
class NoAnswerError extends Error {
  readonly code = 'UND_ERR_HEADERS_TIMEOUT'

  constructor() {
    super('the host says that its answer is to come, and nothing else')
  }
}

/** What undici tells of one request, as an answer. */
export class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions
  readonly #answer = Promise.withResolvers<Answer>()
  #controller: Dispatcher.DispatchController | undefined
  #body: AnswerBody | undefined
  #patience: NodeJS.Timeout | undefined

  constructor(options: ExchangeOptions) {
    this.#options = options
    if (options.signal !== undefined) onAbort(options.signal, this.#cancel)
  }

  /** Rejects where none has come. */
  get answer(): Promise<Answer> {
    return this.#answer.promise
  }

  readonly #cancel = (): void => {
    this.#abort(asError(this.#options.signal?.reason))
  }

  #abort(error: Error): void {
    if (this.#controller === undefined) this.fail(error)
    else this.#controller.abort(error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#options.signal?.aborted === true) this.#cancel()
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Answer['headers'],
  ): void {
    // What comes before the answer (RFC 9110, 15.2) says nothing that is of use here.
    if (status < 200) return this.#limitPatience()
    clearInterval(this.#patience)
    this.#body = new AnswerBody(controller, this.#options.slabs)
    this.#answer.resolve({ status, headers, body: this.#body })
  }

  /**
   * undici's own patience begins anew with whatever comes before the answer. That is no progress, and
   * must not go on for ever: only what is taken of the request in the meantime is.
   */
  #limitPatience(): void {
    if (this.#patience !== undefined) return
    const { body, answerTimeoutMs } = this.#options
    let taken = body?.taken
    this.#patience = setInterval(() => {
      if (body?.isAwaited !== true && body?.taken === taken) this.#abort(new NoAnswerError())
      taken = body?.taken
    }, answerTimeoutMs)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body?.add(chunk)
  }

  onResponseEnd(): void {
    this.#body?.end()
    this.#end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error)
  }

  /** Takes in that there will be no answer, or no more of it. */
  fail(error: unknown): void {
    this.#answer.reject(error)
    this.#body?.end(asError(error))
    this.#end()
  }

  #end(): void {
    const { signal, body } = this.#options
    clearInterval(this.#patience)
    if (signal !== undefined) offAbort(signal, this.#cancel)
    void body?.close()
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the request was ended', { cause: reason })
}
