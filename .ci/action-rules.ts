import { entries, entry, get, isMapping, readYaml, text } from './yaml-source.ts'
import type { Entry, YamlSource } from './yaml-source.ts'
import type { Problem } from './problem.ts'

const TOP_KEYS = ['name', 'description', 'author', 'branding', 'inputs', 'outputs', 'runs']
const INPUT_KEYS = ['description', 'required', 'default', 'deprecationMessage']
const OUTPUT_KEYS = ['description']
const RUNS_KEYS = ['using', 'main']

/** The form of every input and output name here; a workflow's expressions need no quotes for it. */
const KEBAB_CASE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/

/**
 * What action.yml has to hold beyond GitHub's schema, which lets unknown keys of an input pass and
 * knows nothing of the files beside it.
 *
 * @param exists whether a path, relative to the action's directory, is a file
 */
export function actionProblems(
  file: string,
  content: string,
  exists: (path: string) => boolean,
): readonly Problem[] {
  const source = readYaml(file, content)
  const [syntaxError] = source.document.errors
  if (syntaxError !== undefined) {
    return [source.problemAt(undefined, `is not YAML: ${syntaxError.message}`)]
  }
  const root = source.document.contents
  return [
    ...unknownKeys(source, root, TOP_KEYS, 'the action'),
    ...['name', 'description', 'branding', 'runs'].flatMap((key) =>
      entry(root, key) === undefined ? [source.problemAt(undefined, `has no ${key}`)] : [],
    ),
    ...brandingProblems(source, root),
    ...runsProblems(source, root, exists),
    ...entries(get(root, 'inputs')).flatMap((input) => inputProblems(source, input)),
    ...entries(get(root, 'outputs')).flatMap((output) => [
      ...unknownKeys(source, output.value, OUTPUT_KEYS, `output ${output.key}`),
      ...nameAndDescriptionProblems(source, 'output', output),
    ]),
  ]
}

function unknownKeys(
  source: YamlSource,
  node: unknown,
  known: readonly string[],
  owner: string,
): readonly Problem[] {
  return entries(node)
    .filter(({ key }) => !known.includes(key))
    .map(({ key, keyNode }) => source.problemAt(keyNode, `${owner} has the unknown key ${key}`))
}

/** That icon and colour exist is the schema's business; that both are chosen is ours. */
function brandingProblems(source: YamlSource, root: unknown): readonly Problem[] {
  const branding = entry(root, 'branding')
  if (branding === undefined) return []
  return [
    ...unknownKeys(source, branding.value, ['icon', 'color'], 'branding'),
    ...['icon', 'color'].flatMap((key) =>
      entry(branding.value, key) === undefined
        ? [source.problemAt(branding.keyNode, `branding has no ${key}`)]
        : [],
    ),
  ]
}

function runsProblems(
  source: YamlSource,
  root: unknown,
  exists: (path: string) => boolean,
): readonly Problem[] {
  const runs = entry(root, 'runs')
  if (runs === undefined) return []
  const using = text(get(runs.value, 'using'))
  const main = text(get(runs.value, 'main'))
  return [
    ...unknownKeys(source, runs.value, RUNS_KEYS, 'runs'),
    ...(using === 'node24' ? [] : [source.problemAt(runs.keyNode, 'runs.using is not node24')]),
    ...(main !== undefined && exists(main)
      ? []
      : [source.problemAt(runs.keyNode, `runs.main: there is no file ${main ?? ''}`)]),
  ]
}

function inputProblems(source: YamlSource, input: Entry): readonly Problem[] {
  const fallback = entry(input.value, 'default')
  return [
    ...unknownKeys(source, input.value, INPUT_KEYS, `input ${input.key}`),
    ...nameAndDescriptionProblems(source, 'input', input),
    ...(fallback !== undefined && text(fallback.value) === undefined
      ? [source.problemAt(fallback.keyNode, `input ${input.key}: the default is not a string`)]
      : []),
  ]
}

function nameAndDescriptionProblems(
  source: YamlSource,
  kind: 'input' | 'output',
  { key, keyNode, value }: Entry,
): readonly Problem[] {
  const description = isMapping(value) ? text(get(value, 'description')) : undefined
  return [
    ...(KEBAB_CASE.test(key)
      ? []
      : [source.problemAt(keyNode, `${kind} ${key} is not kebab-case`)]),
    ...((description ?? '').trim() === ''
      ? [source.problemAt(keyNode, `${kind} ${key} has no description`)]
      : []),
  ]
}
