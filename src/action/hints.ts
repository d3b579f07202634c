import { isReferrersTag } from '../oci/referrers.ts'
import { ANONYMOUS } from '../registry/credentials/login.ts'
import {
  adviceByWords,
  adviceOf,
  credentialInputs,
  direction,
  lacksContent,
  type RegistryFamily,
} from '../registry/families/family.ts'
import { familyOfHost, familyOfName } from '../registry/families/lookup.ts'
import type { RunContext } from './context.ts'
import {
  type Failure,
  isRefusal,
  leadsToAnother,
  missingLogin,
  notAsked,
  outerAddress,
  wrongAddress,
} from './login-hints.ts'
import { anyWords } from './refusal-words.ts'

export type { Failure } from './login-hints.ts'

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
  wrongAddress,
  notAsked,
  leadsToAnother,
  emptySecrets,
  trustLookUp,
  referrersTag,
  familyWords,
  anyWords,
  noLogin,
  familyAdvice,
  immutableTag,
  anyRefusal,
  anythingElse,
]

function noLogin(failure: Failure, context: RunContext): string | undefined {
  if (!isRefusal(failure) || failure.login !== ANONYMOUS) return undefined
  const inputs = failure.side === undefined ? '' : `${credentialInputs(failure)}, or `
  const give = `Give ${inputs}an entry in \`registry-auth\`.`
  const denied =
    failure.code === 'DENIED'
      ? `Who is not logged in has no right to ${direction(failure)} this repository. `
      : ''
  return `${denied}${missingLogin(failure, context)}. ${familyAdvice(failure, context) ?? give}`
}

/** What belongs to an image is kept under tags that `on-existing` is not about. */
function referrersTag({ code, status, reference }: Failure): string | undefined {
  if (code !== 'EXISTS' || reference === undefined || !isReferrersTag(reference)) return undefined
  return status === undefined
    ? 'Delete the tag at the destination if its signatures are not needed, or name types in `referrers` without `cosign-tags`.'
    : 'Except tags that begin with `sha256-` from those that are immutable, or copy without them: `referrers: none`.'
}

/** What `verify` needs beside the registry. */
function trustLookUp(failure: Failure): string | undefined {
  if (failure.operation === 'get trusted root') {
    return 'The runner has to reach the hosts of trust roots, `tuf-repo-cdn.sigstore.dev` and `tuf-repo.github.com`; `trusted-root` in the rule does without them.'
  }
  if (failure.operation !== 'get attestations') return undefined
  if (isRefusal(failure)) {
    return 'To read attestations of a private repository, the job needs `permissions: attestations: read`, and one of another repository a `github-token` of your own that may read it.'
  }
  return failure.code === 'RATE_LIMITED'
    ? 'GitHub counts the requests of a token for each hour: run again later, or with another `github-token`.'
    : undefined
}

/** A registry that refuses to move a tag, and not us. */
function immutableTag(failure: Failure): string | undefined {
  if (failure.code !== 'EXISTS' || failure.status === undefined) return undefined
  return 'The registry holds this tag as immutable: use another tag, or set `on-existing: skip`.'
}

/** What the makers of the registry say, so to speak. */
function familyAdvice(failure: Failure, { repository }: RunContext): string | undefined {
  const family = familyOf(failure)
  return family && adviceOf(family, { ...failure, workflowRepository: repository })
}

/** The same where the registry's words tell what it is, whoever asked. */
function familyWords(failure: Failure, { repository }: RunContext): string | undefined {
  const family = familyOf(failure)
  return family && adviceByWords(family, { ...failure, workflowRepository: repository })
}

function familyOf({ registry = '', family = '' }: Failure): RegistryFamily | undefined {
  return familyOfHost(registry) ?? familyOfName(family)
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

function anyRefusal(failure: Failure, context: RunContext): string | undefined {
  switch (failure.code) {
    case 'AUTHENTICATION':
      return `Check the credentials: ${credentialInputs(failure)} or \`registry-auth\`, and whether the password or token has expired.`
    case 'DENIED':
      return `The account in use has no right to ${direction(failure)} this repository, or the repository does not exist.`
    case 'NOT_FOUND':
      if (lacksContent(failure)) return undefined
      return failure.side === 'destination'
        ? 'Many registries want the project or repository to be created before the first push.'
        : missingSource(failure, context)
    case 'RATE_LIMITED':
      return 'The registry asks for fewer requests: lower `concurrency`, or run again later.'
    default:
      return undefined
  }
}

function missingSource(failure: Failure, context: RunContext): string {
  const isLoggedIn = failure.login !== undefined && failure.login !== ANONYMOUS
  const hidden = isLoggedIn
    ? 'that the account in use may not read.'
    : 'when credentials are missing.'
  const logins = failure.login === ANONYMOUS ? ` ${missingLogin(failure, context)}.` : ''
  return (
    'Check the spelling of repository and tag. Registries often say the same of a private repository ' +
    `${hidden}${logins}`
  )
}

/** Q36 */
const UNKNOWN_TYPE =
  "Not every registry takes the formats of both Docker and the OCI, or every artifact; zot takes Docker's " +
  'where its configuration says `"compat": ["docker2s2"]`. Nothing is converted here, because that would change the digests.'

/** Q26, Q41 */
const READ_ONLY =
  'The registry takes no writes here: it may be set to read-only, as for maintenance, or be a proxy of ' +
  'another registry.'

/** Statuses that are about room by themselves. */
const NO_ROOM: ReadonlySet<number | undefined> = new Set([402, 413, 507])

function refusedWrite({ code, side, status, operation }: Failure): string | undefined {
  if (side !== 'destination') return undefined
  if (status === 405) return READ_ONLY
  // What is no refusal has nothing to do with what was sent, and to begin an upload nothing is.
  if (operation === 'start upload' && !NO_ROOM.has(status)) return undefined
  const isRefused = status === undefined || status === 507 || (status >= 400 && status < 500)
  return code === 'UPLOAD' && isRefused
    ? 'Proxies often limit the size of a request, and accounts have quotas.'
    : undefined
}

function anythingElse(failure: Failure): string | undefined {
  switch (failure.code) {
    case 'EXISTS':
      return 'Set `on-existing` to `overwrite` to move the tag, or to `skip` to leave it without a failure.'
    case 'TIMEOUT':
      return 'If the registry is only slow, raise `timeout` or lower `concurrency`.'
    case 'PLATFORM':
      return 'Name its platform in `platforms`, or set `platforms: all` to take it as it is.'
    case 'INVALID_MANIFEST':
      // A list is made by the registry, and nothing that could be built again.
      if (failure.operation === 'list referrers') return undefined
      return 'Build the image again with a current tool: registries and engines refuse such a manifest too.'
    case 'UPLOAD':
    case 'REGISTRY':
      return refusedWrite(failure)
    case 'UNSUPPORTED':
      return failure.status === 415 ? UNKNOWN_TYPE : undefined
    case 'REDIRECT':
      return outerAddress('name that host in `registry-tls`')
    case 'TLS':
      return 'For a private certificate authority or a client certificate, use `registry-tls`, NODE_EXTRA_CA_CERTS, or `NODE_USE_SYSTEM_CA: 1` where the runner itself trusts it; for plain HTTP, name the host in `insecure-registries`.'
    case 'NETWORK':
      if (failure.elsewhere !== undefined) return outerAddress('see that the runner can reach it')
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
