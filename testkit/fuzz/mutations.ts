import { answerMutations } from './garbled-answers.ts'
import { bodyMutations } from './garbled-bodies.ts'
import { headerMutations } from './garbled-headers.ts'
import type { Mutation } from './mutation.ts'

/** Everything that is done to conversations, by name. */
export const mutations: Readonly<Record<string, Mutation>> = {
  ...answerMutations,
  ...headerMutations,
  ...bodyMutations,
}

export const mutationKinds: readonly string[] = Object.keys(mutations)
