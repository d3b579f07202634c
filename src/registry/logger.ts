/** Where the client and the sync engine tell what they do. One message is one line of text. */
export interface Logger {
  /** For whoever hunts a bug: requests, retries, decisions. Never a secret, never a URL's query. */
  debug(message: string): void
  /** Whether anybody reads debug lines. Where it is false, they are not even put together. */
  readonly isDebugging?: boolean
  info(message: string): void
  warning(message: string): void
}

/** Says nothing; for callers that want no log. */
export const silentLogger: Logger = {
  debug: () => undefined,
  isDebugging: false,
  info: () => undefined,
  warning: () => undefined,
}
