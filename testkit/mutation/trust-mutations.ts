import type { Mutation } from './mutation.ts'
import { ruleMutations } from './rule-mutations.ts'
import { signatureMutations } from './signature-mutations.ts'

/** Ways in which the policy of `verify` could have a hole. */
export const trustMutations: readonly Mutation[] = [...signatureMutations, ...ruleMutations]
