/** How a text was read, in words for the log. */
export interface Reading {
  /** Undefined where it is our own, and where it could not be told. */
  readonly notation?: string
  /** What in it was not read, by its keys. */
  readonly ignored?: readonly string[]
  /** It says itself that it has no images. */
  readonly isEmpty?: boolean
}
