import { entries, entry, get, isMapping, items, readYaml, scalar, text } from './yaml-source.ts'
import type { YamlSource } from './yaml-source.ts'
import type { Problem } from './problem.ts'

/** `owner/repository[/path]@` and a whole commit id, the only name of an action that cannot be moved. */
const PINNED_ACTION = /^[\w.-]+\/[\w.-]+(?:\/[\w./-]+)?@[0-9a-f]{40}$/

/** What a reader, and the update robot, need beside the commit id. */
const VERSION_COMMENT = /#\s*v\d+(?:\.\d+)*\s*$/

const PINNED_IMAGE = /@sha256:[0-9a-f]{64}$/

/**
 * The house rules for one workflow, beyond what GitHub itself checks: nothing movable is run, the
 * token can do nothing unless a job says so, and no job waits for ever.
 */
export function workflowProblems(file: string, content: string): readonly Problem[] {
  const source = readYaml(file, content)
  const [syntaxError] = source.document.errors
  if (syntaxError !== undefined) {
    return [source.problemAt(undefined, `is not YAML: ${syntaxError.message}`)]
  }
  const root = source.document.contents
  return [
    ...triggerProblems(source, root),
    ...permissionProblems(source, root),
    ...concurrencyProblems(source, root),
    ...entries(get(root, 'jobs')).flatMap(({ value }) => [
      ...timeoutProblems(source, value),
      ...imageProblems(source, value),
      ...useProblems(source, value),
      ...items(get(value, 'steps')).flatMap((step) => [
        ...useProblems(source, step),
        ...checkoutProblems(source, step),
        ...scriptProblems(source, step),
      ]),
    ]),
  ]
}

/** `pull_request_target` gives a stranger's pull request the repository's own token and secrets. */
function triggerProblems(source: YamlSource, root: unknown): readonly Problem[] {
  const on = entry(root, 'on')
  if (on === undefined) return []
  const triggers = [
    text(on.value),
    ...items(on.value).map((item) => text(item)),
    ...entries(on.value).map(({ key }) => key),
  ]
  return triggers.includes('pull_request_target')
    ? [source.problemAt(on.keyNode, 'pull_request_target is not used here')]
    : []
}

function permissionProblems(source: YamlSource, root: unknown): readonly Problem[] {
  const permissions = entry(root, 'permissions')
  if (permissions === undefined) {
    return [source.problemAt(undefined, 'has no permissions at the top level')]
  }
  if (!isMapping(permissions.value)) {
    return [source.problemAt(permissions.keyNode, 'name each permission instead of all at once')]
  }
  return entries(permissions.value)
    .filter(({ value }) => text(value) === 'write')
    .map(({ key, keyNode }) =>
      source.problemAt(keyNode, `${key}: write belongs to the one job that needs it`),
    )
}

function concurrencyProblems(source: YamlSource, root: unknown): readonly Problem[] {
  return entry(root, 'concurrency') === undefined
    ? [source.problemAt(undefined, 'has no concurrency group')]
    : []
}

/** Without one a job that hangs is ended after six hours. */
function timeoutProblems(source: YamlSource, job: unknown): readonly Problem[] {
  const callsWorkflow = entry(job, 'uses') !== undefined
  return callsWorkflow || entry(job, 'timeout-minutes') !== undefined
    ? []
    : [source.problemAt(job, 'job without timeout-minutes')]
}

function imageProblems(source: YamlSource, job: unknown): readonly Problem[] {
  const containers = [get(job, 'container'), ...entries(get(job, 'services')).map((s) => s.value)]
  return containers.flatMap((container) => {
    const node = isMapping(container) ? get(container, 'image') : container
    const image = text(node)
    return image === undefined || PINNED_IMAGE.test(image)
      ? []
      : [source.problemAt(node, `image ${image} is not pinned to a digest`)]
  })
}

function useProblems(source: YamlSource, jobOrStep: unknown): readonly Problem[] {
  const node = get(jobOrStep, 'uses')
  const used = text(node)
  if (used === undefined || used.startsWith('./')) return []
  if (used.startsWith('docker://')) {
    return PINNED_IMAGE.test(used)
      ? []
      : [source.problemAt(node, `${used} is not pinned to a digest`)]
  }
  if (!PINNED_ACTION.test(used)) {
    return [source.problemAt(node, `${used} is not pinned to a commit`)]
  }
  return VERSION_COMMENT.test(source.lineText(node))
    ? []
    : [source.problemAt(node, `${used} has no comment that names its version`)]
}

/** By default checkout leaves the token in the repository's git configuration, for every later step. */
function checkoutProblems(source: YamlSource, step: unknown): readonly Problem[] {
  const used = text(get(step, 'uses'))
  if (used === undefined || !used.startsWith('actions/checkout@')) return []
  const setting = scalar(get(get(step, 'with'), 'persist-credentials'))
  return setting === false
    ? []
    : [source.problemAt(step, 'checkout without persist-credentials: false')]
}

/** An expression is pasted into the script before the shell reads it; an environment value is not. */
function scriptProblems(source: YamlSource, step: unknown): readonly Problem[] {
  const node = get(step, 'run')
  return text(node)?.includes('${{') === true
    ? [source.problemAt(node, 'expression inside a script: hand it over as an environment value')]
    : []
}
