import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { Accounts, type AccountOptions } from '../registry/accounts.ts'
import { reply, type RegistryRequest, type Reply } from '../registry/exchange.ts'
import { startServer, type RunningServer } from '../registry/http-server.ts'
import { RequestLog, type RecordedRequest } from '../registry/request-log.ts'
import { createSigningKey, type SigningKey } from './signing-key.ts'
import { answerTokenRequest, type IssuedText, type TokenGrant } from '../registry/token-endpoint.ts'

export interface TokenServerOptions extends AccountOptions {
  /** The audience of the tokens; default `test-registry`. */
  readonly service?: string
  /** Default `testkit`. */
  readonly issuer?: string
  /** Seconds; default 300. Distribution goes on accepting a token for a minute after its end. */
  readonly expiresIn?: number
  /** How a token names the key that signed it; default `kid`. */
  readonly keyHint?: 'kid' | 'x5c'
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly now?: () => number
}

/** What a registry has to be told to trust the server. */
export interface TokenTrust {
  readonly realm: string
  readonly service: string
  readonly issuer: string
  /** PEM. */
  readonly certificate: string
}

/** A token server of its own that signs JWTs (distribution's "Token Authentication Specification"). */
export class TokenServer {
  /** What each token was issued for, in order. */
  readonly grants: TokenGrant[] = []
  readonly refreshTokens = new Map<string, string>()
  readonly #options: TokenServerOptions
  readonly #accounts: Accounts
  readonly #key: SigningKey
  readonly #log = new RequestLog()
  #server: RunningServer | undefined

  static async start(options: TokenServerOptions): Promise<TokenServer> {
    const server = new TokenServer(options, await createSigningKey())
    server.#server = await startServer((request) => server.#answer(request), server.#log)
    return server
  }

  private constructor(options: TokenServerOptions, key: SigningKey) {
    this.#options = options
    this.#accounts = new Accounts(options)
    this.#key = key
  }

  get url(): string {
    if (this.#server === undefined) throw new Error('the token server is closed')
    return this.#server.url
  }

  get trust(): TokenTrust {
    const { service = 'test-registry', issuer = 'testkit' } = this.#options
    return { realm: `${this.url}/token`, service, issuer, certificate: this.#key.certificate }
  }

  get requests(): readonly RecordedRequest[] {
    return this.#log.requests
  }

  async close() {
    await this.#server?.close()
    this.#server = undefined
  }

  async #answer(request: RegistryRequest): Promise<Reply> {
    if (request.path !== '/token') return reply(404, {}, 'tokens are at /token')
    return answerTokenRequest(request, {
      accounts: this.#accounts,
      service: this.trust.service,
      refreshTokens: this.refreshTokens,
      issue: async (grant) => this.#issue(grant),
    })
  }

  async #issue(grant: TokenGrant): Promise<IssuedText> {
    const { expiresIn = 300, keyHint = 'kid', now = Date.now } = this.#options
    const { service, issuer } = this.trust
    const seconds = Math.floor(now() / 1000)
    const { keyId, x5c, privateKey } = this.#key
    const header = keyHint === 'kid' ? { kid: keyId } : { x5c: [...x5c] }
    const token = await new SignJWT({ access: grant.granted })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...header })
      .setIssuer(issuer)
      .setSubject(grant.user ?? '')
      .setAudience(service)
      .setJti(randomUUID())
      .setIssuedAt(seconds)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + expiresIn)
      .sign(privateKey)
    this.grants.push(grant)
    return { token, expiresIn, issuedAt: new Date(seconds * 1000) }
  }
}
