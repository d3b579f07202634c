/** Those who are to be told, and the listener that tells them. */
interface Listeners {
  readonly calls: Set<() => void>
  readonly callAll: () => void
}

const bySignal = new WeakMap<AbortSignal, Listeners>()

/**
 * Calls back when a signal is aborted, by one listener of it for all who wait for that: the signal of
 * a run is heard by every request, and its own lists are dear.
 */
export function onAbort(signal: AbortSignal, call: () => void): void {
  const known = bySignal.get(signal)
  if (known !== undefined) {
    known.calls.add(call)
    return
  }
  const calls = new Set([call])
  const callAll = (): void => {
    for (const one of calls) one()
  }
  bySignal.set(signal, { calls, callAll })
  signal.addEventListener('abort', callAll, { once: true })
}

/** Does not call back any more. */
export function offAbort(signal: AbortSignal, call: () => void): void {
  const known = bySignal.get(signal)
  if (known?.calls.delete(call) !== true || known.calls.size > 0) return
  bySignal.delete(signal)
  signal.removeEventListener('abort', known.callAll)
}
