/**
 * The results of all promises, or the first failure in the list; either way only when nothing is
 * left running, so that no work goes on behind the back of a caller that has already failed.
 */
export async function waitForAll<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  const values: T[] = []
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === 'rejected') throw result.reason
    values.push(result.value)
  }
  return values
}
