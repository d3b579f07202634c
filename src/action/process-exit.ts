/** Milliseconds that a process stays after its outputs, should something keep it. */
const LINGER_MS = {
  /** Within the two seconds that a cancelled job has in all. */
  cancelled: 400,
  /** Longer, since a slow pipe may still take in the log. */
  finished: 5_000,
}

/** Ends the process when all is said and done, whatever still holds on to it. */
export function leaveProcess(
  run: keyof typeof LINGER_MS,
  /** With the exit code that was set. */
  exit: () => void = () => process.exit(),
): void {
  setTimeout(exit, LINGER_MS[run]).unref()
}
