import { isMap, isScalar, parse, parseDocument, visit } from 'yaml'
import { readInputs } from '../src/action/inputs.ts'
import { destinationHost } from '../src/sync/list/pair.ts'

/** How the pages name this action. */
export const THIS_ACTION = 'OWNER/image-sync-action@v1'
export const MERGE_ACTION = 'OWNER/image-sync-action/merge@v1'

export const sampleDigest = `sha256:${'0123456789abcdef'.repeat(4)}`

/** One value of the kind that GitHub would put there, by the form of the expression. */
const SAMPLES: readonly (readonly [RegExp, string])[] = [
  [/^github\.sha$/, '89abcdef'.repeat(5)],
  [/^github\.ref_name$/, 'v1.4.0'],
  [/^github\.token$/, 'ghs_token'],
  [/^github\.workspace$/, '/github/workspace'],
  [/^vars\.[A-Z][A-Z_]*$/, 'acme-sync'],
  [/^secrets\.[A-Z][A-Z_]*$/, 'pa55word'],
  [/^toJSON\(secrets\.[A-Z][A-Z_]*\)$/, '"pa55word"'],
  [/^steps\.meta\.outputs\.tags$/, 'ghcr.io/acme/app:v1.4.0\nghcr.io/acme/app:latest'],
  [/^steps\.[a-z]+\.outputs\.rollback$/, '[]'],
  [/^needs\.[a-z]+\.outputs\.pinned$/, '[]'],
  [/^steps\.[a-z]+\.outputs\.report$/, '/home/runner/work/_temp/report.json'],
  [/^matrix\.part$/, '1'],
  [/^strategy\.job-total$/, '8'],
  [
    /^needs\.[a-z]+\.outputs\.pinned$/,
    `- source: ghcr.io/acme/app@${sampleDigest}\n  destination: ghcr.io/acme/app:v1.4.0\n  platforms: all`,
  ],
  [/^steps\.[a-z]+\.outputs\.(?:password|token|access_token)$/, 't0ken'],
]

/** The text as the step gets it. Throws for an expression of which no sample is known. */
export function evaluated(text: string): string {
  return text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
    const sample = SAMPLES.find(([pattern]) => pattern.test(expression))?.[1]
    if (sample === undefined) throw new Error(`no sample for the expression ${expression}`)
    return sample
  })
}

/** A whole workflow: the example itself, or one job with the steps that it lists. */
export function workflowOf(yaml: string): string {
  if (/^jobs:/m.test(yaml)) return yaml
  const steps = yaml.replaceAll(/^(?=.)/gm, '      ')
  return `on: push\njobs:\n  example:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`
}

/** The `with` of every step that uses this action, or another one that is a part of it. */
export function ownSteps(
  yaml: string,
  action: string = THIS_ACTION,
): readonly Readonly<Record<string, string>>[] {
  const steps: Record<string, string>[] = []
  visit(parseDocument(yaml), {
    Map(_, step) {
      const uses = step.get('uses')
      if (typeof uses !== 'string' || !uses.includes('image-sync-action')) return
      if (uses !== THIS_ACTION && uses !== MERGE_ACTION) {
        throw new Error(`${uses} should be ${THIS_ACTION}`)
      }
      if (uses !== action) return
      const values = step.get('with')
      steps.push(isMap(values) ? Object.fromEntries(values.items.map(textsOf)) : {})
    },
  })
  return steps
}

function textsOf({ key, value }: { key: unknown; value: unknown }): readonly [string, string] {
  return [
    isScalar(key) ? String(key.value) : '',
    isScalar(value) ? evaluated(String(value.value)) : '',
  ]
}

/** What the action would say to the inputs of a step; the defaults are those of action.yml. */
export function inputProblems(
  values: Readonly<Record<string, string>>,
  actionYaml: string,
  workspace: string,
  readFile: (path: string) => string,
): readonly string[] {
  const declared: Record<string, { default?: string }> = parse(actionYaml).inputs
  const problems = Object.keys(values)
    .filter((name) => declared[name] === undefined)
    .map((name) => `there is no input ${name}`)
  try {
    const { list, registryAuth } = readInputs({
      getInput: (name) => values[name] ?? evaluated(declared[name]?.default ?? ''),
      readFile,
      workspace,
    })
    const hosts = list.flatMap((item) => [item.source.registry, destinationHost(item)])
    return [
      ...problems,
      ...registryAuth
        .filter(({ registry }) => !hosts.includes(registry))
        .map(({ registry }) => `credentials for ${registry}, which the list does not name`),
    ]
  } catch (error) {
    return [...problems, error instanceof Error ? error.message : String(error)]
  }
}

/** The scripts of a workflow's steps. */
export function scriptsOf(yaml: string): readonly string[] {
  const scripts: string[] = []
  visit(parseDocument(yaml), {
    Map(_, step) {
      const run = step.get('run')
      if (typeof run === 'string') scripts.push(run)
    },
  })
  return scripts
}

/** The outputs of this action that the rest of a workflow uses. */
export function usedOutputs(yaml: string): readonly string[] {
  const ids: string[] = []
  visit(parseDocument(yaml), {
    Map(_, step) {
      const [uses, id] = [step.get('uses'), step.get('id')]
      if (uses === THIS_ACTION && typeof id === 'string') ids.push(id)
    },
  })
  return ids.flatMap((id) =>
    [...yaml.matchAll(new RegExp(`\\bsteps\\.${id}\\.outputs\\.([\\w-]+)`, 'g'))].map(
      ([, name = '']) => name,
    ),
  )
}
