import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from './action/input-reader.ts'
import type { Inputs } from './action/inputs.ts'
import { ruleFiles } from './action/verify-input.ts'
import { WebClient } from './registry/http/web-client.ts'
import type { Logger } from './registry/logger.ts'
import type { Network } from './registry/network/network.ts'
import { TrustGate } from './sync/trust-gate.ts'
import type * as TrustModule from './trust/index.ts'
import type { Rule } from './trust/rule.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The rules of a run, and what they are checked with. */
export interface Trust {
  readonly rules: readonly Rule[]
  readonly module: typeof TrustModule
}

/**
 * Loads what images are verified with, for runs that have rules; undefined for all others.
 * @throws InputError where the rules cannot be used
 */
export async function loadTrust(
  { verify }: Inputs,
  workspace: string,
  logger: Logger,
): Promise<Trust | undefined> {
  if (verify === undefined) return undefined
  // A bundle of its own, which only runs with rules load.
  const module: typeof TrustModule = await import(/* webpackIgnore: true */ './trust/index.ts')
  const { rules, problems, warnings } = module.readRules(verify, ruleFiles(workspace))
  for (const warning of warnings) logger.warning(`Input verify: ${warning}.`)
  if (problems.length === 0) return { rules, module }
  throw new InputError(problems.map((message) => ({ input: 'verify', place: 'verify', message })))
}

/** The gate that images of a run have to pass. */
export function openGate(
  { rules, module }: Trust,
  inputs: Inputs,
  network: Network,
  logger: Logger,
  environment: Environment,
): TrustGate {
  const verification = module.startVerification({
    rules,
    web: new WebClient(network, logger),
    github: {
      serverUrl: environment['GITHUB_SERVER_URL'] || 'https://github.com',
      apiUrl: environment['GITHUB_API_URL'] || 'https://api.github.com',
      token: inputs.githubToken,
    },
    directory: join(environment['RUNNER_TEMP'] || tmpdir(), 'image-sync-trust'),
  })
  return new TrustGate(async (image) => module.verifyImage(verification, image))
}
