/**
 * What becomes of each item, worked on so many at once: what is to come later takes no memory before
 * it does. Of failures, the first one is thrown when nothing is left running.
 */
export async function mapAll<Item, Value>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Value>,
): Promise<ReadonlyMap<Item, Value>> {
  const values = new Map<Item, Value>()
  const failures: unknown[] = []
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      try {
        values.set(item, await work(item))
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  if (failures.length > 0) throw failures[0]
  return values
}
