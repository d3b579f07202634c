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

/** Both results; the failure of the first counts first, and nothing is left running. */
export async function waitForBoth<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [one, other] = await Promise.allSettled([first, second])
  if (one.status === 'rejected') throw one.reason
  if (other.status === 'rejected') throw other.reason
  return [one.value, other.value]
}
