import type { Dispatcher } from 'undici'
import { type Answer, AnswerBody } from './answer.ts'
import { offAbort, onAbort } from './abort-listeners.ts'
import { InterimTimeout } from './idle-timeout.ts'
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

/** What undici tells of one request, as an answer. */
export class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions
  readonly #answer = Promise.withResolvers<Answer>()
  readonly #interim: InterimTimeout
  #controller: Dispatcher.DispatchController | undefined
  #body: AnswerBody | undefined

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.#interim = new InterimTimeout(options.answerTimeoutMs, options.body)
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
    // What comes before the answer says nothing that is of use here.
    if (status < 200) return this.#interim.begin((error) => this.#abort(error))
    this.#interim.end()
    this.#body = new AnswerBody(controller, this.#options.slabs)
    this.#answer.resolve({ status, headers, body: this.#body })
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
    this.#interim.end()
    if (signal !== undefined) offAbort(signal, this.#cancel)
    void body?.close()
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the request was ended', { cause: reason })
}
