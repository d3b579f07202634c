/** What `action` returns or throws, for properties that hold for both. */
export function outcomeOf<T>(action: () => T): { value?: T; error?: unknown } {
  try {
    return { value: action() }
  } catch (error) {
    return { error }
  }
}

/** The error that `action` throws, which must be one of the given class. */
export function thrownBy<E extends Error>(
  action: () => unknown,
  type: abstract new (...args: never[]) => E,
): E {
  try {
    action()
  } catch (error) {
    if (error instanceof type) return error
    throw error
  }
  throw new Error(`nothing was thrown, expected ${type.name}`)
}
