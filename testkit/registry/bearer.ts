import { randomBytes } from 'node:crypto'
import { Accounts, type AccountOptions } from './accounts.ts'
import type { RegistryRequest, Reply } from './exchange.ts'
import type { Gate, Scheme, Session, TokenPath } from './gate.ts'
import { covers, formatScopes, repositoryScope, type Scope } from './scope.ts'
import { errorReply } from './spec-errors.ts'
import {
  answerTokenRequest,
  type IssuedText,
  type TokenGrant,
  type TokenStyle,
} from './token-endpoint.ts'

export interface BearerAuth extends AccountOptions {
  readonly kind: 'bearer'
  /** Seconds that a token lives by the registry's clock; default 300. */
  readonly expiresIn?: number
  /** Default `test-registry`. False names none in challenges and takes any. */
  readonly service?: string | false
  /** URL of another token endpoint to name in challenges; default `/token` at the host that was asked. */
  readonly realm?: string
  readonly tokenPath?: TokenPath
  readonly token?: TokenStyle
  /** Basic credentials are taken on every request as well. */
  readonly takesBasic?: boolean
  /** The answer to a request whose token is missing, over, or too weak; default as distribution has it. */
  readonly refuse?: (challenge: Challenge) => Reply
  /** Identity token to user name, for those that exist from the start. */
  readonly refreshTokens?: Readonly<Record<string, string>>
}

/** What a refused request is told. */
export interface Challenge {
  readonly request: RegistryRequest
  readonly needed: readonly Scope[]
  readonly realm: string
  readonly service: string | undefined
  /** `needed` as text; empty where nothing in particular is needed. */
  readonly scope: string
  /** Absent where there was no token at all. */
  readonly error: 'invalid_token' | 'insufficient_scope' | undefined
}

/** The value of `WWW-Authenticate` as distribution writes it. */
export function formatChallenge({
  realm,
  service,
  scope,
  error,
}: Pick<Challenge, 'realm' | 'service' | 'scope' | 'error'>): string {
  const parts = [
    `Bearer realm="${realm}"`,
    ...(service === undefined ? [] : [`service="${service}"`]),
    ...(scope === '' ? [] : [`scope="${scope}"`]),
    ...(error === undefined ? [] : [`error="${error}"`]),
  ]
  return parts.join(',')
}

/** Docker Hub's lifetime. */
const DEFAULT_EXPIRES_IN = 300

export interface IssuedToken extends TokenGrant {
  readonly token: string
  /** Milliseconds of the registry's clock. */
  readonly expiresAt: number
}

/** Tokens of the distribution token flow, made and remembered by the registry itself. */
export class BearerGate implements Gate {
  /** Every token ever issued, in order. */
  readonly issued: IssuedToken[] = []
  readonly refreshTokens: Map<string, string>
  readonly tokenPath: TokenPath
  /** How many of the issued tokens, from the first, were taken back. */
  #revoked = 0
  readonly #refuse: (challenge: Challenge) => Reply
  readonly #style: TokenStyle
  readonly #accounts: Accounts
  readonly #takesBasic: boolean
  readonly #expiresIn: number
  readonly #service: string | undefined
  readonly #realm: string | undefined
  readonly #scheme: Scheme
  readonly #now: () => number

  constructor(options: BearerAuth, context: { scheme: Scheme; now: () => number }) {
    this.#accounts = new Accounts(options)
    this.#expiresIn = options.expiresIn ?? DEFAULT_EXPIRES_IN
    const { service = 'test-registry' } = options
    this.#service = service === false ? undefined : service
    this.#takesBasic = options.takesBasic ?? false
    this.tokenPath = options.tokenPath ?? '/token'
    this.#style = options.token ?? {}
    this.#refuse = options.refuse ?? unauthorized
    this.#realm = options.realm
    this.#scheme = context.scheme
    this.#now = context.now
    this.refreshTokens = new Map(Object.entries(options.refreshTokens ?? {}))
  }

  admit(request: RegistryRequest, needed: readonly Scope[]): Session | Reply {
    const user = this.#basicUser(request)
    if (user !== undefined) return this.#admitUser(user, request, needed)
    const presented = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (presented === undefined) return this.challenge(request, needed)
    const index = this.issued.findIndex((issued) => issued.token === presented)
    const token = this.issued[index]
    if (token === undefined || index < this.#revoked || token.expiresAt <= this.#now()) {
      return this.challenge(request, needed, 'invalid_token')
    }
    if (!covers(token.granted, needed)) return this.challenge(request, needed, 'insufficient_scope')
    return {
      can: (repository, action) => covers(token.granted, [repositoryScope(repository, action)]),
    }
  }

  #admitUser(user: string, request: RegistryRequest, needed: readonly Scope[]): Session | Reply {
    const can = (name: string, action: string) => this.#accounts.allows(user, name, action)
    const isAllowed = needed.every(({ name, actions }) => actions.every((one) => can(name, one)))
    return isAllowed ? { can } : this.challenge(request, needed, 'insufficient_scope')
  }

  #basicUser(request: RegistryRequest): string | undefined {
    if (!this.#takesBasic) return undefined
    const caller = this.#accounts.identify(request.headers.authorization)
    return caller.kind === 'user' ? caller.user : undefined
  }

  challenge(
    request: RegistryRequest,
    needed: readonly Scope[],
    error?: 'invalid_token' | 'insufficient_scope',
  ): Reply {
    const realm = this.#realm ?? `${this.#scheme}://${request.headers.host}/token`
    const scope = formatScopes(needed)
    return this.#refuse({ request, needed, realm, service: this.#service, scope, error })
  }

  revokeAll() {
    this.#revoked = this.issued.length
  }

  async answerTokenRequest(request: RegistryRequest): Promise<Reply> {
    return answerTokenRequest(request, {
      accounts: this.#accounts,
      service: this.#service,
      refreshTokens: this.refreshTokens,
      style: this.#style,
      issue: (grant) => this.#issue(grant),
    })
  }

  #issue(grant: TokenGrant): IssuedText {
    const token = randomBytes(24).toString('base64url')
    const now = this.#now()
    this.issued.push({ ...grant, token, expiresAt: now + this.#expiresIn * 1000 })
    return { token, expiresIn: this.#expiresIn, issuedAt: new Date(now) }
  }
}

function unauthorized(challenge: Challenge): Reply {
  return errorReply(
    401,
    { code: 'UNAUTHORIZED', message: 'authentication required', detail: challenge.needed },
    { 'www-authenticate': formatChallenge(challenge) },
  )
}
