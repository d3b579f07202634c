/**
 * Checks the workflows and the actions: `node .ci/check-workflows.ts [directory]`, the repository
 * unless told otherwise. Lists every problem and ends with status 1 if there is one.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { actionProblems } from './action-rules.ts'
import { actionlintProblems } from './actionlint.ts'
import { actionSchemaProblems, workflowSchemaProblems } from './github-schema.ts'
import { formatProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { workflowProblems } from './workflow-rules.ts'

const WORKFLOWS = '.github/workflows'
/** The action, and the one that puts reports together, where there is one. */
const ACTION = 'action.yml'
const MERGE_ACTION = 'merge/action.yml'

function workflowFiles(root: string): readonly string[] {
  const directory = join(root, WORKFLOWS)
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => `${WORKFLOWS}/${name}`)
}

async function checkWorkflows(root: string): Promise<readonly Problem[]> {
  const files = workflowFiles(root)
  if (files.length === 0) return [{ file: WORKFLOWS, line: 0, message: 'holds no workflow' }]
  const problems: Problem[] = []
  for (const file of files) {
    const content = readFileSync(join(root, file), 'utf8')
    problems.push(
      ...(await actionlintProblems(file, content)),
      ...workflowSchemaProblems(file, content),
      ...workflowProblems(file, content),
    )
  }
  return problems
}

function actionFiles(root: string): readonly string[] {
  return [ACTION, ...(existsSync(join(root, MERGE_ACTION)) ? [MERGE_ACTION] : [])]
}

function checkAction(root: string, file: string): readonly Problem[] {
  if (!existsSync(join(root, file))) return [{ file, line: 0, message: 'is missing' }]
  const content = readFileSync(join(root, file), 'utf8')
  return [
    ...actionSchemaProblems(file, content),
    ...actionProblems(file, content, (path) => existsSync(join(root, dirname(file), path))),
  ]
}

const repository = join(dirname(fileURLToPath(import.meta.url)), '..')
const root = process.argv[2] ?? repository
const actions = actionFiles(root)
const problems = [
  ...(await checkWorkflows(root)),
  ...actions.flatMap((file) => checkAction(root, file)),
]
for (const problem of problems) console.error(formatProblem(problem))
if (problems.length === 0) {
  console.log(`no problems in ${[...workflowFiles(root), ...actions].join(', ')}`)
} else {
  console.error(`${problems.length} problem${problems.length === 1 ? '' : 's'}`)
  process.exitCode = 1
}
