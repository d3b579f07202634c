import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'

export interface ActionMetadata {
  /** Path of the entry point, relative to the action. */
  readonly main: string
  /** Name to default, the expressions in it not evaluated; undefined where there is none. */
  readonly inputs: ReadonlyMap<string, string | undefined>
  readonly outputs: readonly string[]
}

interface ActionFile {
  readonly inputs?: Record<string, { default?: string | number | boolean | null } | null>
  readonly outputs?: Record<string, unknown>
  readonly runs: { readonly main: string }
}

export async function readActionMetadata(file: string): Promise<ActionMetadata> {
  const content = parse(await readFile(file, 'utf8')) as ActionFile
  const inputs = Object.entries(content.inputs ?? {}).map(([name, input]) => {
    const value = input?.default
    return [name, value === undefined || value === null ? undefined : String(value)] as const
  })
  return {
    main: content.runs.main,
    inputs: new Map(inputs),
    outputs: Object.keys(content.outputs ?? {}),
  }
}

/** Evaluates `${{ github.token }}` and its like; members that the context lacks are empty. */
export function evaluate(text: string, github: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_whole, expression: string) => {
    const member = /^github\.(\w+)$/.exec(expression)?.[1]
    if (member === undefined) throw new Error(`this runner cannot evaluate ${expression}`)
    return github[member] ?? ''
  })
}
