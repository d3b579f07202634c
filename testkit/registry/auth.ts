import { Accounts, type AccountOptions } from './accounts.ts'
import { BearerGate, type BearerAuth } from './bearer.ts'
import type { RegistryRequest, Reply } from './exchange.ts'
import type { Gate, Scheme, Session } from './gate.ts'
import type { Scope } from './scope.ts'
import { errorReply } from './spec-errors.ts'

export interface BasicAuth extends AccountOptions {
  readonly kind: 'basic'
  /** The answer to a request without credentials, or with wrong ones. */
  readonly refuse?: (cause: 'anonymous' | 'wrong') => Reply
}

export type AuthOptions = BasicAuth | BearerAuth

const openGate: Gate = { admit: () => ({ can: () => true }), challenge: () => unauthorized() }

/** Basic credentials on every request (RFC 7617), as ECR and plain htpasswd registries want them. */
export class BasicGate implements Gate {
  readonly #accounts: Accounts
  readonly #refuse: (cause: 'anonymous' | 'wrong') => Reply

  constructor(options: BasicAuth) {
    this.#refuse = options.refuse ?? unauthorized
    this.#accounts = new Accounts(options)
  }

  admit(request: RegistryRequest, needed: readonly Scope[]): Session | Reply {
    const caller = this.#accounts.identify(request.headers.authorization)
    if (caller.kind === 'refused') return this.#refuse('wrong')
    const user = caller.kind === 'user' ? caller.user : undefined
    const session = {
      can: (repository: string, action: string) => this.#accounts.allows(user, repository, action),
    }
    const allowed = needed.every(({ name, actions }) =>
      actions.every((action) => session.can(name, action)),
    )
    if (allowed && (user !== undefined || this.#accounts.admitsAnonymous)) return session
    if (user === undefined) return this.#refuse('anonymous')
    return errorReply(403, {
      code: 'DENIED',
      message: 'requested access to the resource is denied',
    })
  }

  challenge(): Reply {
    return this.#refuse('anonymous')
  }
}

function unauthorized(): Reply {
  return errorReply(
    401,
    { code: 'UNAUTHORIZED', message: 'authentication required' },
    { 'www-authenticate': 'Basic realm="test registry"' },
  )
}

export function gateOf(
  options: AuthOptions | undefined,
  context: { scheme: Scheme; now: () => number },
): Gate {
  if (options === undefined) return openGate
  if (options.kind === 'basic') return new BasicGate(options)
  return new BearerGate(options, context)
}
