/**
 * Syncs between two registries whose conversation is spoilt by chance, and checks what must hold
 * nevertheless: `npm run fuzz -- --seeds 1000 --from 1`. A seed decides everything. Ends with
 * status 1 where a seed fails, and prints the mutations that it takes. `--without <kind>` leaves
 * one kind of mutation out, `--no-shrink` leaves the mutations of a failing seed as they are.
 */
import { parseArgs } from 'node:util'
import { subjects } from '../../__tests__/fuzz/subjects.ts'
import { mutationKinds } from './mutations.ts'
import { play, shrink, type Played } from './play.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    without: { type: 'string', multiple: true, default: [] },
    'no-shrink': { type: 'boolean', default: false },
  },
})

const first = Number(values.from)
const count = Number(values.seeds)
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count)) {
  throw new Error('--seeds and --from are whole numbers')
}

const { without } = values
const sums = { requests: 0, mutations: 0, openUploads: 0 }
const statuses: Record<string, number> = {}
const kinds = new Set<string>()
const failed: number[] = []
for (let seed = first; seed < first + count; seed++) {
  const played = await play(seed, subjects, { without })
  sums.requests += played.requests
  sums.mutations += played.mutations.length
  sums.openUploads += played.openUploads
  for (const status of played.statuses) statuses[status] = (statuses[status] ?? 0) + 1
  for (const { kind } of played.mutations) kinds.add(kind)
  if (played.problems.length === 0) continue
  failed.push(seed)
  tell(played)
  if (!values['no-shrink']) tell(await shrink(played, subjects, { without }), ' at least')
}
const idle = mutationKinds.filter((kind) => !kinds.has(kind))
console.log(JSON.stringify({ seeds: count, from: first, ...sums, statuses, idle, failed }))
process.exitCode = failed.length === 0 ? 0 : 1

function tell({ seed, problems, mutations }: Played, how = '') {
  console.log(`seed ${seed} fails${how}`)
  for (const problem of problems) console.log(`  ${JSON.stringify(problem.slice(0, 600))}`)
  for (const { kind, key } of mutations.slice(0, 40)) console.log(`    ${kind}: ${key}`)
}
