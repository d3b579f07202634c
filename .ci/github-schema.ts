import { registerHooks } from 'node:module'
import type { Problem } from './problem.ts'

// GitHub's parser imports its schema, a JSON file, without the import attribute that Node asks for.
registerHooks({
  load: (url, context, nextLoad) =>
    nextLoad(
      url,
      url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context,
    ),
})

const { parseAction } = await import('@actions/workflow-parser/actions/action-parser')
const { parseWorkflow } = await import('@actions/workflow-parser/workflows/workflow-parser')
const { NoOperationTraceWriter } = await import('@actions/workflow-parser/templates/trace-writer')

/** What GitHub's own schema for action.yml finds. */
export function actionSchemaProblems(file: string, content: string): readonly Problem[] {
  return schemaProblems(file, parseAction({ name: file, content }, new NoOperationTraceWriter()))
}

/** What GitHub's own schema for workflows finds. */
export function workflowSchemaProblems(file: string, content: string): readonly Problem[] {
  return schemaProblems(file, parseWorkflow({ name: file, content }, new NoOperationTraceWriter()))
}

function schemaProblems(
  file: string,
  { context }: ReturnType<typeof parseAction>,
): readonly Problem[] {
  return context.errors
    .getErrors()
    .map(({ rawMessage, range }) => ({ file, line: range?.start.line ?? 0, message: rawMessage }))
}
