import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { withLineFeeds } from '../oci/line-feeds.ts'
import { codeOf, fileProblem } from './workspace-path.ts'
import { LineCounter, parseAllDocuments } from 'yaml'

/** What the input `verify` says, as data, or why it says nothing that could be read. */
export type VerifyInput = { readonly value: unknown } | { readonly problem: string }

/** Of a key or of roots, which have some kilobytes. */
const MAX_FILE_BYTES = 1024 * 1024

/**
 * Reads the YAML of the input. Every scalar is text (failsafe schema); what it means is for those who
 * know rules. The problem repeats nothing of the text.
 */
export function readVerifyInput(text: string): VerifyInput {
  const lineCounter = new LineCounter()
  try {
    const documents = parseAllDocuments(withLineFeeds(text.replace(/^\uFEFF/, '')), {
      schema: 'failsafe',
      merge: true,
      logLevel: 'error',
      lineCounter,
    })
    const [document, second] = Array.isArray(documents) ? documents : []
    if (document === undefined) return { problem: 'holds no rule' }
    if (second !== undefined)
      return { problem: 'holds several documents; put all rules into one list' }
    const [error] = document.errors
    if (error !== undefined) {
      const { line } = lineCounter.linePos(error.pos[0])
      return { problem: `line ${line} is not valid YAML; expected a rule, or a list of rules` }
    }
    const value: unknown = document.toJS()
    return { value }
  } catch {
    return { problem: 'is not valid YAML; expected a rule, or a list of rules' }
  }
}

/** Files that rules name, by paths relative to the workspace. Throws an Error with words for people. */
export function ruleFiles(workspace: string): { read(path: string): string } {
  return {
    read: (path) => {
      const file = resolve(workspace, path)
      let problem: string | undefined
      try {
        problem = fileProblem(file, MAX_FILE_BYTES)
        if (problem === undefined) return readFileSync(file, 'utf8')
      } catch (error) {
        const isMissing = codeOf(error) === 'ENOENT'
        throw new Error(isMissing ? 'does not exist' : 'cannot be read', { cause: error })
      }
      throw new Error(problem)
    },
  }
}
