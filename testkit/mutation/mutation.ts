/** A change to the source that no test should let pass. */
export interface Mutation {
  /** What the program would do then. */
  readonly what: string
  /** In src/trust/. */
  readonly file: string
  /** Is there once in the file. */
  readonly from: string
  readonly to: string
}
