/** What the demonstration shows is not what it says. */
export class BrokenPromise extends Error {}

export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new BrokenPromise(otherwise)
}
