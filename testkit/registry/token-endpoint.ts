import { randomBytes } from 'node:crypto'
import type { Accounts } from './accounts.ts'
import { jsonReply, readBody, type RegistryRequest, type Reply } from './exchange.ts'
import { formatScopes, parseScopes, type Scope } from './scope.ts'
import { errorReply } from './spec-errors.ts'

/** Far more than any form of credentials. */
const FORM_LIMIT = 64 * 1024

export interface TokenGrant {
  readonly user: string | undefined
  readonly service: string | undefined
  /** As asked for. */
  readonly requested: readonly Scope[]
  /** What the accounts allow of it: possibly fewer actions, possibly no entry at all. */
  readonly granted: readonly Scope[]
  readonly method: 'GET' | 'POST'
}

export interface TokenEndpointOptions {
  readonly accounts: Accounts
  readonly service: string
  /** Makes the token. Seconds until it expires go into the answer as they are. */
  readonly issue: (grant: TokenGrant) => Promise<IssuedText> | IssuedText
  /** Refresh (identity) token to user name; issued ones are added. */
  readonly refreshTokens: Map<string, string>
}

export interface IssuedText {
  readonly token: string
  /** Seconds. */
  readonly expiresIn: number
  readonly issuedAt: Date
}

interface Ask {
  readonly user: string | undefined
  readonly scopes: readonly Scope[]
  readonly service: string | undefined
  readonly offline: boolean
  readonly method: 'GET' | 'POST'
}

/** distribution's token endpoint: GET with Basic credentials, POST with an OAuth 2 form. */
export async function answerTokenRequest(
  request: RegistryRequest,
  options: TokenEndpointOptions,
): Promise<Reply> {
  if (request.method === 'GET') return answerGet(request, options)
  if (request.method === 'POST') return answerPost(request, options)
  return errorReply(405, { code: 'UNSUPPORTED', message: 'tokens are had by GET or POST' })
}

async function answerGet(request: RegistryRequest, options: TokenEndpointOptions): Promise<Reply> {
  const { params } = request
  const caller = options.accounts.identify(request.headers.authorization)
  if (
    caller.kind === 'refused' ||
    (caller.kind === 'anonymous' && !options.accounts.admitsAnonymous)
  ) {
    return errorReply(
      401,
      { code: 'UNAUTHORIZED', message: 'wrong user name or password' },
      { 'www-authenticate': `Basic realm="${options.service}"` },
    )
  }
  return grant(options, {
    user: caller.kind === 'user' ? caller.user : undefined,
    scopes: params.getAll('scope').flatMap(parseScopes),
    service: params.get('service') ?? undefined,
    offline: params.get('offline_token') === 'true',
    method: 'GET',
  })
}

async function answerPost(request: RegistryRequest, options: TokenEndpointOptions): Promise<Reply> {
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded'))
    return oauthError(415, 'invalid_request')
  const body = await readBody(request.body, FORM_LIMIT)
  if (body === undefined) return oauthError(413, 'invalid_request')
  const form = new URLSearchParams(body.toString())
  if ((form.get('client_id') ?? '') === '') return oauthError(400, 'invalid_request')
  const user = userOfForm(form, options)
  if (user === 'unsupported') return oauthError(400, 'unsupported_grant_type')
  if (user === undefined) return oauthError(401, 'invalid_grant')
  return grant(options, {
    user: user.name,
    scopes: parseScopes(form.get('scope') ?? ''),
    service: form.get('service') ?? undefined,
    offline: form.get('access_type') === 'offline',
    method: 'POST',
  })
}

function userOfForm(
  form: URLSearchParams,
  { accounts, refreshTokens }: TokenEndpointOptions,
): { name: string } | 'unsupported' | undefined {
  switch (form.get('grant_type') ?? '') {
    case 'password': {
      const name = form.get('username') ?? ''
      return accounts.checkPassword(name, form.get('password') ?? '') ? { name } : undefined
    }
    case 'refresh_token': {
      const name = refreshTokens.get(form.get('refresh_token') ?? '')
      return name === undefined ? undefined : { name }
    }
    default:
      return 'unsupported'
  }
}

/** Fewer rights than asked for are no error here: the token is simply weaker. */
async function grant(options: TokenEndpointOptions, ask: Ask): Promise<Reply> {
  if (ask.service !== undefined && ask.service !== options.service) {
    return errorReply(400, { code: 'DENIED', message: `unknown service ${ask.service}` })
  }
  const granted = ask.scopes
    .map((scope) => ({
      ...scope,
      actions: scope.actions.filter((action) =>
        options.accounts.allows(ask.user, scope.name, action),
      ),
    }))
    .filter((scope) => scope.type === 'repository' && scope.actions.length > 0)
  const issued = await options.issue({
    user: ask.user,
    service: ask.service,
    requested: ask.scopes,
    granted,
    method: ask.method,
  })
  return jsonReply(200, {
    access_token: issued.token,
    // Each flow names a member that the other lacks, so a client that reads only one of them is found out.
    ...(ask.method === 'GET' ? { token: issued.token } : { scope: formatScopes(granted) }),
    expires_in: issued.expiresIn,
    issued_at: issued.issuedAt.toISOString(),
    ...(ask.offline && ask.user !== undefined
      ? { refresh_token: newRefreshToken(ask.user, options) }
      : {}),
  })
}

function newRefreshToken(user: string, { refreshTokens }: TokenEndpointOptions): string {
  const token = `refresh-${randomBytes(18).toString('base64url')}`
  refreshTokens.set(token, user)
  return token
}

function oauthError(status: number, error: string): Reply {
  return jsonReply(status, { error })
}
