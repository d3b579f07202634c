/** What a text or document was read as. */
export type FormatErrorKind =
  | 'reference'
  | 'digest'
  | 'media-type'
  | 'platform'
  | 'json'
  | 'manifest'
  | 'challenge'
  | 'choice'

/** Text or bytes that do not have the form that the specification fixes for `kind`. */
export class FormatError extends Error {
  readonly kind: FormatErrorKind

  constructor(kind: FormatErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FormatError'
    this.kind = kind
  }
}

/** Bytes that are not those that a descriptor promised. Sizes are decimal numbers of bytes. */
export class MismatchError extends Error {
  readonly kind: 'size' | 'digest'
  readonly expected: string
  readonly actual: string

  constructor(kind: 'size' | 'digest', expected: string, actual: string) {
    const unit = kind === 'size' ? ' bytes' : ''
    super(`${kind} mismatch: expected ${expected}${unit}, got ${actual}${unit}`)
    this.name = 'MismatchError'
    this.kind = kind
    this.expected = expected
    this.actual = actual
  }
}
