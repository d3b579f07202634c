import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { type ActionResult, runAction } from '../../testkit/runner/action-runner.ts'
import { outputNames, startPair } from './bundle.ts'

type Inputs = Readonly<Record<string, string>>

/** The folder of the action that merges reports. */
export const mergeAction = fileURLToPath(new URL('../../merge', import.meta.url))

/** The version of the action. */
export const actionVersion = String(
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version,
)

/** Two registries, of which the first has images of eight repositories, and a list of them. */
export interface MergeWorld {
  readonly source: TestRegistry
  readonly destination: TestRegistry
  readonly images: string
}

const REPOSITORIES = ['db', 'api', 'hub', 'cache', 'gate', 'base', 'front', 'edge'] as const

/**
 * Some of the images are there already, or in another version; one is of several platforms. No two
 * have a blob in common, so that what is moved does not depend on who comes first.
 */
export async function startMergeWorld(): Promise<MergeWorld> {
  const { source, destination } = await startPair()
  for (const name of REPOSITORIES) {
    const now = name === 'base' ? buildMultiPlatform() : imageOf(name, 'new')
    pushTo(source.store, `acme/${name}`, 'v2', now)
    pushTo(source.store, `acme/${name}`, 'v3', imageOf(name, 'newer'))
    if (name === 'cache') pushTo(destination.store, 'prod/cache', 'v2', now)
    if (name > 'cache') pushTo(destination.store, `prod/${name}`, 'v2', imageOf(name, 'old'))
  }
  const lines = ['v2', 'v3'].flatMap((tag) =>
    REPOSITORIES.map(
      (name) => `${source.host}/acme/${name}:${tag} => ${destination.host}/prod/${name}`,
    ),
  )
  return { source, destination, images: lines.join('\n') }
}

function imageOf(name: string, author: string) {
  return buildImage({
    config: { author: `${name} ${author}` },
    layers: [{ files: { name, author } }],
  })
}

/** The report file of a run. */
export function reportOf({ files, outputs }: ActionResult): string {
  return files.get(outputs['report'] ?? '')?.toString() ?? ''
}

/** Runs every shard of a list. Their reports, by the number of the shard. */
export async function runShards(of: number, inputs: Inputs): Promise<readonly string[]> {
  const reports: string[] = []
  for (let part = 1; part <= of; part += 1) {
    reports.push(reportOf(await runAction({ inputs: { ...inputs, shard: `${part}/${of}` } })))
  }
  return reports
}

/**
 * Runs the action that merges on reports that lie in a folder of the workspace.
 *
 * @param files others, by their path from the workspace
 */
export async function runMerge(
  reports: readonly string[] | Readonly<Record<string, string | Uint8Array>>,
  inputs: Inputs = {},
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<ActionResult> {
  const named = Array.isArray(reports)
    ? Object.fromEntries(reports.map((text, index) => [`report-${index + 1}.json`, text]))
    : reports
  const inFolder = Object.fromEntries(
    Object.entries(named).map(([name, text]) => [`reports/${name}`, text]),
  )
  return runAction({
    action: mergeAction,
    workspace: { ...inFolder, ...files },
    inputs: { reports: 'reports/*.json', ...inputs },
    env,
  })
}

/** What a step came to, without what differs from run to run: times, hosts' ports, names of files. */
export function comparable(result: ActionResult, { source, destination }: MergeWorld) {
  const same = (text: string): string =>
    text
      .replaceAll(source.host, 'source.test')
      .replaceAll(destination.host, 'destination.test')
      .replaceAll(/("durationMs": ?)[\d.]+/g, '$10')
      .replaceAll(/\d[\d.]*(?: |&nbsp;)(?:ms|s|min)\b/g, 'TIME')
  const { checksums = '', ...outputs } = result.outputs
  return {
    exitCode: result.exitCode,
    outputs: Object.fromEntries(
      outputNames.map((name) => [name, name === 'report' ? '' : same(outputs[name] ?? '')]),
    ),
    report: same(reportOf(result)),
    checksums: same(result.files.get(checksums)?.toString() ?? ''),
    summary: same(result.summary),
    errors: result.annotations
      .filter(({ level }) => level === 'error')
      .map((annotation) => same(JSON.stringify(annotation))),
    warnings: result.annotations
      .filter(({ level }) => level === 'warning')
      .map(({ message }) => same(message))
      .toSorted(),
  }
}
