/**
 * The reference of the library, from the comments in its sources: `node .ci/api-reference.ts` writes
 * docs/api.md, `--check` fails where that differs, or where a comment lacks something.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type ApiItem, type ApiModule, readApiModules } from './api-model.ts'

const page = fileURLToPath(new URL('../docs/api.md', import.meta.url))

/** What a comment says, as Markdown: without its stars, and without what is for tools. */
export function commentText({ docComment }: Pick<ApiItem, 'docComment'>): string {
  return docComment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/\s*$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .replaceAll(/^@packageDocumentation$/gm, '')
    .replaceAll(/^@param (\w+) - /gm, '- `$1`: ')
    .replaceAll(/^@throws\s+/gm, 'Throws ')
    .trim()
}

function signature(item: ApiItem): string {
  const text = (item.excerptTokens ?? []).map((token) => token.text).join('')
  return text
    .replace(/^export declare (?:abstract )?/, '')
    .replace(/;$/, '')
    .trim()
}

/** The same as words: a property's type, a method's whole signature. */
function memberHead(item: ApiItem): string {
  return `\`${signature(item).replaceAll(/\s+/g, ' ')}\``
}

const KINDS: readonly (readonly [heading: string, kinds: readonly string[]])[] = [
  ['Classes', ['Class']],
  ['Functions', ['Function']],
  ['Values', ['Variable']],
  ['Types', ['Interface', 'TypeAlias']],
]

/** The whole page. */
export function renderReference(modules: readonly ApiModule[]): string {
  const lines = [
    '# API reference',
    '',
    'Made from the comments in the sources by `npm run docs:api`; do not edit. [library.md](library.md) shows how to use it.',
    '',
  ]
  for (const module of modules) {
    lines.push(`## image-sync-action/${module.name}`, '', commentText(module), '')
    for (const [heading, kinds] of KINDS) {
      const items = module.exports.filter(({ kind }) => kinds.includes(kind))
      if (items.length === 0) continue
      lines.push(`### ${heading} of ${module.name}`, '', ...items.flatMap(renderItem))
    }
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function renderItem(item: ApiItem): readonly string[] {
  const members = (item.members ?? []).filter(({ kind }) => kind !== 'Constructor')
  const constructors = (item.members ?? []).filter(({ kind }) => kind === 'Constructor')
  const declaration = [...constructors, item].map(signature)
  return [
    `#### ${item.name}`,
    '',
    '```ts',
    ...declaration.toReversed(),
    '```',
    '',
    commentText(item),
    '',
    ...members.map((member) => `- ${memberHead(member)}${indented(commentText(member))}`),
    ...(members.length > 0 ? [''] : []),
  ]
}

function indented(text: string): string {
  return text === '' ? '' : `<br>${text.replaceAll(/\s*\n\s*/g, ' ')}`
}

/** A number's unit is in its name or in what is said of it. */
const UNIT_IN_NAME = /(?:Ms|Bytes|Seconds)$/
const UNIT = /\b(?:bytes|milliseconds|seconds|HTTP status|requests|retries|number)\b/i
/** Where a comment names its source. */
const SOURCE = /\b(?:RFC \d+|[a-z]+-spec\b|distribution\/reference|go-containerregistry)/
const THROWS = /\bthrows\b|\brejects\b/i

/** One sentence for each thing that the comments lack. */
export function referenceProblems(modules: readonly ApiModule[]): readonly string[] {
  return modules.flatMap((module) => [
    ...module.messages.map((message) => `${module.name}: ${message}`),
    ...(SOURCE.test(allComments(module)) ? [] : [`${module.name} names no specification`]),
    ...module.exports.flatMap((item) => itemProblems(`${module.name}: ${item.name}`, item)),
  ])
}

function allComments(module: ApiModule): string {
  const collect = (item: ApiItem): string =>
    [item.docComment, ...(item.members ?? []).map(collect)].join('\n')
  return [module.docComment, ...module.exports.map(collect)].join('\n')
}

function itemProblems(name: string, item: ApiItem): readonly string[] {
  const told = commentText(item)
  const members = (item.members ?? []).filter(({ kind }) => kind !== 'Constructor')
  return [
    ...(told === '' ? [`${name} has no comment`] : []),
    ...(mayFail(item) && !THROWS.test(told) ? [`${name} does not say what it throws`] : []),
    ...members.flatMap((member) => {
      const where = `${name}.${member.name}`
      const said = `${commentText(member)} ${told}`
      return [
        ...(isNumber(member) && !UNIT_IN_NAME.test(member.name) && !UNIT.test(said)
          ? [`${where} has no unit`]
          : []),
        ...(mayFail(member) && !THROWS.test(said) ? [`${where} does not say what it throws`] : []),
      ]
    }),
  ]
}

function isNumber(item: ApiItem): boolean {
  return /: number(?: \| undefined)?$/.test(signature(item))
}

/** Functions that read what somebody wrote, and methods that wait for a registry. */
function mayFail(item: ApiItem): boolean {
  if (item.kind === 'Method') return /: Promise</.test(signature(item))
  return item.kind === 'Function' && /^function (?:parse|verify|normalise)/.test(signature(item))
}

function main(isCheck: boolean): void {
  const modules = readApiModules()
  const problems = referenceProblems(modules)
  for (const problem of problems) console.error(problem)
  const text = renderReference(modules)
  if (!isCheck) {
    writeFileSync(page, text)
    return
  }
  if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/api.md is not what the sources say: run npm run docs:api')
    process.exitCode = 1
  }
  if (problems.length > 0) process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv.includes('--check'))
}
