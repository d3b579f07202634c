import { randomBytes } from 'node:crypto'
import type { Accounts } from './accounts.ts'
import { jsonReply, readBody, type RegistryRequest, type Reply } from './exchange.ts'
import { covers, formatScopes, parseScopes, type Scope } from './scope.ts'
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
  /** Undefined takes any. */
  readonly service: string | undefined
  readonly style?: TokenStyle
  /** Makes the token. Seconds until it expires go into the answer as they are. */
  readonly issue: (grant: TokenGrant) => Promise<IssuedText> | IssuedText
  /** Refresh (identity) token to user name; issued ones are added. */
  readonly refreshTokens: Map<string, string>
}

/** What token endpoints differ in. */
export interface TokenStyle {
  /** The JSON of the answer; default both names of the token, and when it ends. */
  readonly body?: (answer: TokenAnswer) => unknown
  /** The answer to wrong credentials, and to none where strangers get no token. */
  readonly refuseLogin?: (cause: 'anonymous' | 'wrong') => Reply
  /** The answer to a form that is not taken; undefined takes it. */
  readonly refusePost?: (form: URLSearchParams) => Reply | undefined
  /** Strangers get a token without rights where they may not even pull. */
  readonly forStrangers?: boolean
  /** Scopes of one request that are looked at, from the first; default all. */
  readonly maxScopes?: number
  /** What comes of asking for a right too many: a weaker token (default), one without rights, or 403. */
  readonly onDenied?: 'less' | 'nothing' | 'refusal'
}

export interface TokenAnswer extends IssuedText {
  readonly method: 'GET' | 'POST'
  readonly granted: readonly Scope[]
  /** Only where one was asked for. */
  readonly refreshToken: string | undefined
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
  const { accounts, style = {} } = options
  const caller = accounts.identify(request.headers.authorization)
  const knowsStrangers = accounts.admitsAnonymous || style.forStrangers === true
  if (caller.kind === 'refused' || (caller.kind === 'anonymous' && !knowsStrangers)) {
    return refusedLogin(options, caller.kind === 'refused' ? 'wrong' : 'anonymous')
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
  const refusal = options.style?.refusePost?.(form)
  if (refusal !== undefined) return refusal
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
  const { service, style = {} } = options
  if (ask.service !== undefined && service !== undefined && ask.service !== service) {
    return errorReply(400, { code: 'DENIED', message: `unknown service ${ask.service}` })
  }
  const allowed = allowedOf(options, ask)
  const isDenied = !covers(allowed, ask.scopes)
  if (isDenied && style.onDenied === 'refusal') {
    return errorReply(403, { code: 'DENIED', message: 'requested access to a resource is denied' })
  }
  const granted = isDenied && style.onDenied === 'nothing' ? [] : allowed
  const issued = await options.issue({
    user: ask.user,
    service: ask.service,
    requested: ask.scopes,
    granted,
    method: ask.method,
  })
  const refreshToken =
    ask.offline && ask.user !== undefined ? newRefreshToken(ask.user, options) : undefined
  const body = style.body ?? fullBody
  return jsonReply(200, body({ ...issued, method: ask.method, granted, refreshToken }))
}

function allowedOf({ accounts, style = {} }: TokenEndpointOptions, ask: Ask): Scope[] {
  return ask.scopes
    .slice(0, style.maxScopes)
    .map((scope) => ({
      ...scope,
      actions: scope.actions.filter((action) => accounts.allows(ask.user, scope.name, action)),
    }))
    .filter((scope) => scope.type === 'repository' && scope.actions.length > 0)
}

function fullBody(answer: TokenAnswer): unknown {
  const { token, method, granted, refreshToken } = answer
  return {
    access_token: token,
    // Each flow names a member that the other lacks, so a client that reads only one of them is found out.
    ...(method === 'GET' ? { token } : { scope: formatScopes(granted) }),
    expires_in: answer.expiresIn,
    issued_at: answer.issuedAt.toISOString(),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  }
}

function refusedLogin(
  { style, service = 'tokens' }: TokenEndpointOptions,
  cause: 'anonymous' | 'wrong',
): Reply {
  return (
    style?.refuseLogin?.(cause) ??
    errorReply(
      401,
      { code: 'UNAUTHORIZED', message: 'wrong user name or password' },
      { 'www-authenticate': `Basic realm="${service}"` },
    )
  )
}

function newRefreshToken(user: string, { refreshTokens }: TokenEndpointOptions): string {
  const token = `refresh-${randomBytes(18).toString('base64url')}`
  refreshTokens.set(token, user)
  return token
}

function oauthError(status: number, error: string): Reply {
  return jsonReply(status, { error })
}
