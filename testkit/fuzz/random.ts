import { createHash } from 'node:crypto'

/** Chance that is the same every time: what comes out depends on the names alone (xoshiro128**). */
export class Random {
  readonly #state: Uint32Array

  constructor(...names: readonly (string | number)[]) {
    const bytes = createHash('sha256').update(JSON.stringify(names)).digest()
    this.#state = new Uint32Array([0, 4, 8, 12].map((at) => bytes.readUInt32LE(at)))
  }

  /** Uniform in [0, 1). */
  next(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#state
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0
    const third = c ^ a
    const fourth = d ^ b
    this.#state.set([a ^ fourth, b ^ third, third ^ (b << 9), rotated(fourth, 11)])
    return result / 2 ** 32
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }

  /** Each member with the same probability; at least one of them. */
  some<T>(list: readonly T[], probability: number): T[] {
    const some = list.filter(() => this.chance(probability))
    return some.length === 0 ? [this.pick(list)] : some
  }
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
