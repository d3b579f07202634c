/**
 * Something that could not be looked up for another reason than those of the network, which has errors
 * of its own: metadata that is old or not signed, an answer that is no list. Nobody is trusted by it.
 */
export class LookUpError extends Error {
  override readonly name = 'LookUpError'
  /** What was being done, as words for a sentence. */
  readonly operation: string
  /** The host that was asked. */
  readonly registry: string

  constructor(operation: string, url: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.operation = operation
    this.registry = URL.parse(url)?.host ?? ''
  }
}
