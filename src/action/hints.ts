import type { Side } from '../registry/errors.ts'
import type { RunContext } from './context.ts'

/** What is known of a failure. Every `RegistryError` has this shape. */
export interface Failure {
  readonly code: string
  readonly side?: Side | undefined
  /** Host, normalised: `docker.io` is Docker Hub. */
  readonly registry?: string | undefined
  readonly repository?: string | undefined
  /** HTTP status. */
  readonly status?: number | undefined
  /** The registry's own error code. */
  readonly registryCode?: string | undefined
}

type Rule = (failure: Failure, context: RunContext) => string | undefined

/** One or two sentences on what to try next, or nothing when there is nothing useful to say. */
export function hintFor(failure: Failure, context: RunContext): string | undefined {
  for (const rule of rules) {
    const hint = rule(failure, context)
    if (hint !== undefined) return hint
  }
  return undefined
}

/** From the most to the least specific; the first that has something to say wins. */
const rules: readonly Rule[] = [
  immutableTag,
  missingEcrRepository,
  rateLimit,
  emptySecrets,
  githubPackages,
  dockerHub,
  ecrAccess,
  anyRefusal,
  anythingElse,
]

function isRefusal(failure: Failure): boolean {
  return ['AUTHENTICATION', 'DENIED'].includes(failure.code)
}

function isMissing(failure: Failure): boolean {
  return failure.code === 'NOT_FOUND'
}

/** ECR and some others answer a second push of an immutable tag with these. */
function immutableTag(failure: Failure): string | undefined {
  const codes = ['TAG_INVALID', 'TAG_IMMUTABLE', 'IMAGE_TAG_ALREADY_EXISTS']
  if (failure.side !== 'destination' || !codes.includes(failure.registryCode ?? ''))
    return undefined
  return 'The registry may hold this tag as immutable: use another tag, or set `on-existing: skip`.'
}

const PRIVATE_ECR =
  /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.(?:aws|amazonwebservices\.com\.cn))$/
const PUBLIC_ECR = 'public.ecr.aws'

function missingEcrRepository(failure: Failure): string | undefined {
  if (failure.side !== 'destination' || !isMissing(failure)) return undefined
  const name = failure.repository ?? 'NAME'
  const region = PRIVATE_ECR.exec(failure.registry ?? '')?.[1]
  if (region !== undefined) {
    return (
      'Amazon ECR does not create a repository on push unless a creation template says so. Create it ' +
      `with \`aws ecr create-repository --region ${region} --repository-name ${name}\`.`
    )
  }
  if (failure.registry !== PUBLIC_ECR) return undefined
  // The first component of a public repository is the alias of the account, not part of its name.
  const shortName = name.includes('/') ? name.slice(name.indexOf('/') + 1) : name
  return (
    'Amazon ECR Public does not create a repository on push. Create it with ' +
    `\`aws ecr-public create-repository --region us-east-1 --repository-name ${shortName}\`.`
  )
}

function rateLimit(failure: Failure): string | undefined {
  if (failure.code !== 'RATE_LIMITED') return undefined
  if (failure.registry === 'docker.io') {
    return (
      'Docker Hub limits pulls per account, and anonymous pulls per network address, which hosted ' +
      `runners share. ${credentialInputs(failure.side)} raises the limit.`
    )
  }
  return 'The registry asks for fewer requests: lower `concurrency`, or run again later.'
}

/** The events for which a run from a fork gets neither secrets nor a token that may write. */
const FORK_EVENTS = new Set(['pull_request', 'pull_request_review', 'pull_request_review_comment'])

function emptySecrets(failure: Failure, context: RunContext): string | undefined {
  if (!isRefusal(failure)) return undefined
  if (context.isFork && FORK_EVENTS.has(context.eventName)) {
    return (
      'This pull request comes from a fork: GitHub leaves its secrets empty and its token read-only. ' +
      'Run the sync on `push` or on a schedule instead.'
    )
  }
  if (!context.isDependabot) return undefined
  return (
    'Dependabot started this run, and to it all secrets are empty except those stored as Dependabot ' +
    'secrets of the repository or organization; its token is read-only unless `permissions` says more.'
  )
}

function githubPackages(failure: Failure, context: RunContext): string | undefined {
  if (failure.registry !== 'ghcr.io') return undefined
  if (!isRefusal(failure) && !isMissing(failure)) return undefined
  const role = failure.side === 'destination' ? 'write' : 'read'
  if (isMissing(failure) && role === 'write') return undefined
  const repository =
    context.repository === '' ? 'this repository' : `the repository ${context.repository}`
  const opening = isMissing(failure)
    ? 'Check the spelling; a private package may look as if it did not exist. To reach one, give'
    : 'Give'
  return (
    `${opening} the job \`permissions: packages: ${role}\`, and give ${repository} the ${role} role ` +
    'under "Manage Actions access" in the settings of the package. A personal token needs ' +
    `\`${role}:packages\`.`
  )
}

function dockerHub(failure: Failure): string | undefined {
  if (failure.registry !== 'docker.io' || !isRefusal(failure)) return undefined
  const right = failure.side === 'destination' ? 'write' : 'read'
  return (
    `Docker Hub refuses a repository that does not exist in the same way as one that it keeps private: ` +
    `check the name first. ${credentialInputs(failure.side)} needs an access token that may ${right}.`
  )
}

function ecrAccess(failure: Failure): string | undefined {
  if (!isRefusal(failure) || !PRIVATE_ECR.test(failure.registry ?? '')) return undefined
  return (
    'Amazon ECR takes the user name `AWS` and the output of `aws ecr get-login-password`, which is ' +
    'valid for 12 hours and for one region; the role behind it needs the ECR permissions to ' +
    `${failure.side === 'destination' ? 'push to' : 'pull from'} the repository.`
  )
}

function anyRefusal(failure: Failure): string | undefined {
  const destination = failure.side === 'destination'
  switch (failure.code) {
    case 'AUTHENTICATION':
      return `Check the credentials: ${credentialInputs(failure.side)} or \`registry-auth\`, and whether the password or token has expired.`
    case 'DENIED':
      return `The account in use has no right to ${destination ? 'push to' : 'pull from'} this repository, or the repository does not exist.`
    case 'NOT_FOUND':
      return destination
        ? 'Many registries want the project or repository to be created before the first push.'
        : 'Check the spelling of repository and tag. Registries often say the same of a private repository when credentials are missing.'
    default:
      return undefined
  }
}

function anythingElse(failure: Failure): string | undefined {
  switch (failure.code) {
    case 'EXISTS':
      return 'Set `on-existing` to `overwrite` to move the tag, or to `skip` to leave it without a failure.'
    case 'TIMEOUT':
      return 'If the registry is only slow, raise `timeout` or lower `concurrency`.'
    case 'TLS':
      return 'For a private certificate authority, set NODE_EXTRA_CA_CERTS to its PEM file; for plain HTTP, name the host in `insecure-registries`.'
    case 'NETWORK':
      return 'Check the name of the host and whether the runner can reach it; proxies come from https_proxy and no_proxy.'
    case 'VERIFICATION':
      return 'Either something else pushed the same tag at the same time, or the registry changes what is pushed to it.'
    case 'DIGEST_MISMATCH':
    case 'SIZE_MISMATCH':
      return 'The bytes were damaged on the way or at the registry. If running again does not help, the image has to be pushed there anew.'
    default:
      return undefined
  }
}

function credentialInputs(side: Side | undefined): string {
  if (side === undefined) return 'Signing in'
  return `\`${side}-username\` with \`${side}-password\``
}
