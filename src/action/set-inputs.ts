import { MAX_SHARDS, type Shard } from '../sync/shard.ts'
import type { InputReader } from './input-reader.ts'

/** How tags move, and which part of the list a run does. */
export interface SetInputs {
  readonly allOrNothing: boolean
  readonly stage: boolean
  readonly shard?: Shard
}

const SHARD = /^([1-9][0-9]{0,3})\s*\/\s*([1-9][0-9]{0,3})$/

/** Reads the inputs about sets, which do not all go together. */
export function readSetInputs(reader: InputReader): SetInputs {
  const allOrNothing = reader.boolean('all-or-nothing')
  const stage = reader.boolean('stage')
  const shard = readShard(reader)
  const way =
    'use stage in all shards, and publish with a job that has the whole list and all-or-nothing'
  if (allOrNothing && stage) {
    reader.problem('all-or-nothing', `stage moves no tag, so that both make no sense: ${way}`)
  }
  if (allOrNothing && shard !== undefined) {
    reader.problem('all-or-nothing', `a shard does not know of the others: ${way}`)
  }
  return { allOrNothing, stage, ...(shard !== undefined && { shard }) }
}

function readShard(reader: InputReader): Shard | undefined {
  if (!reader.given('shard')) return undefined
  const [, part, of] = SHARD.exec(reader.text('shard')) ?? []
  const shard = { part: Number(part), of: Number(of) }
  if (shard.part <= shard.of && shard.of <= MAX_SHARDS) return shard
  reader.refuse('shard', `K/N with K from 1 to N, and N at most ${MAX_SHARDS}, such as 1/4`)
  return undefined
}
