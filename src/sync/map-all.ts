/** Items for several hosts, none of which is to wait for one that hangs. */
export interface Hosts<Item> {
  readonly of: (item: Item) => string
  readonly isSilent: (host: string) => boolean
  /** Calls back from time to time. Returns how to end that. */
  readonly watch: (look: () => void) => () => void
}

/** Those for one host. */
interface Lane<Item> {
  readonly host: string
  /** With their places among all items. */
  readonly items: (readonly [number, Item])[]
  begun: number
  running: number
}

/**
 * What becomes of each item, worked on so many at once: what is to come later takes no memory before
 * it does. Items for a silent host do not count, and as many of them are begun at most. Of failures,
 * the first one is thrown when nothing is left running.
 */
export async function mapAll<Item, Value>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Value>,
  hosts?: Hosts<Item>,
): Promise<ReadonlyMap<Item, Value>> {
  const values = new Map<Item, Value>()
  const failures: unknown[] = []
  const lanes = lanesOf(items, hosts)
  const ended = Promise.withResolvers<void>()
  const run = async (lane: Lane<Item>, item: Item): Promise<void> => {
    try {
      values.set(item, await work(item))
    } catch (error) {
      failures.push(error)
    }
    lane.running -= 1
    begin()
  }
  const begin = (): void => {
    for (let lane = next(lanes, atOnce, hosts); lane; lane = next(lanes, atOnce, hosts)) {
      const begun = lane.items[lane.begun]
      lane.begun += 1
      lane.running += 1
      if (begun !== undefined) void run(lane, begun[1])
    }
    if (lanes.every(({ running }) => running === 0)) ended.resolve()
  }
  const unwatch = hosts?.watch(begin)
  begin()
  await ended.promise
  unwatch?.()
  if (failures.length > 0) throw failures[0]
  return values
}

function lanesOf<Item>(
  items: readonly Item[],
  hosts: Hosts<Item> | undefined,
): readonly Lane<Item>[] {
  const lanes = new Map<string, Lane<Item>>()
  for (const [place, item] of items.entries()) {
    const host = hosts?.of(item) ?? ''
    const lane = lanes.get(host) ?? { host, items: [], begun: 0, running: 0 }
    lanes.set(host, lane)
    lane.items.push([place, item])
  }
  return [...lanes.values()]
}

/** The lane whose next item is to be begun now, if there is any. */
function next<Item>(
  lanes: readonly Lane<Item>[],
  atOnce: number,
  hosts: Hosts<Item> | undefined,
): Lane<Item> | undefined {
  let counted = 0
  for (const { host, running } of lanes) if (hosts?.isSilent(host) !== true) counted += running
  if (counted >= atOnce) return undefined
  const open = lanes.filter(({ begun, items, running }) => begun < items.length && running < atOnce)
  const placeOf = ({ items, begun }: Lane<Item>): number => items[begun]?.[0] ?? items.length
  return open.toSorted((one, other) => placeOf(one) - placeOf(other))[0]
}
