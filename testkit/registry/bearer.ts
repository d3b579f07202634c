import { randomBytes } from 'node:crypto'
import { Accounts, type AccountOptions } from './accounts.ts'
import type { RegistryRequest, Reply } from './exchange.ts'
import type { Gate, Scheme, Session } from './gate.ts'
import { covers, formatScopes, repositoryScope, type Scope } from './scope.ts'
import { errorReply } from './spec-errors.ts'
import { answerTokenRequest, type IssuedText, type TokenGrant } from './token-endpoint.ts'

export interface BearerAuth extends AccountOptions {
  readonly kind: 'bearer'
  /** Seconds that a token lives by the registry's clock; default 300. */
  readonly expiresIn?: number
  /** Default `test-registry`. */
  readonly service?: string
  /** URL of another token endpoint to name in challenges; default `/token` at the host that was asked. */
  readonly realm?: string
  /** Identity token to user name, for those that exist from the start. */
  readonly refreshTokens?: Readonly<Record<string, string>>
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
  readonly #accounts: Accounts
  readonly #expiresIn: number
  readonly #service: string
  readonly #realm: string | undefined
  readonly #scheme: Scheme
  readonly #now: () => number

  constructor(options: BearerAuth, context: { scheme: Scheme; now: () => number }) {
    this.#accounts = new Accounts(options)
    this.#expiresIn = options.expiresIn ?? DEFAULT_EXPIRES_IN
    this.#service = options.service ?? 'test-registry'
    this.#realm = options.realm
    this.#scheme = context.scheme
    this.#now = context.now
    this.refreshTokens = new Map(Object.entries(options.refreshTokens ?? {}))
  }

  admit(request: RegistryRequest, needed: readonly Scope[]): Session | Reply {
    const presented = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (presented === undefined) return this.challenge(request, needed)
    const token = this.issued.find((issued) => issued.token === presented)
    if (token === undefined || token.expiresAt <= this.#now()) {
      return this.challenge(request, needed, 'invalid_token')
    }
    if (!covers(token.granted, needed)) return this.challenge(request, needed, 'insufficient_scope')
    return {
      can: (repository, action) => covers(token.granted, [repositoryScope(repository, action)]),
    }
  }

  challenge(
    request: RegistryRequest,
    needed: readonly Scope[],
    error?: 'invalid_token' | 'insufficient_scope',
  ): Reply {
    const realm = this.#realm ?? `${this.#scheme}://${request.headers.host}/token`
    const scope = formatScopes(needed)
    const challenge = [
      `Bearer realm="${realm}"`,
      `service="${this.#service}"`,
      ...(scope === '' ? [] : [`scope="${scope}"`]),
      ...(error === undefined ? [] : [`error="${error}"`]),
    ].join(',')
    return errorReply(
      401,
      { code: 'UNAUTHORIZED', message: 'authentication required', detail: needed },
      { 'www-authenticate': challenge },
    )
  }

  async answerTokenRequest(request: RegistryRequest): Promise<Reply> {
    return answerTokenRequest(request, {
      accounts: this.#accounts,
      service: this.#service,
      refreshTokens: this.refreshTokens,
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
