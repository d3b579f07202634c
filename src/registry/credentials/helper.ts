import * as v from 'valibot'
import { cancelled } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { credentialsOf } from './docker-config-entry.ts'
import { keysOf } from './docker-config-key.ts'
import type { Credentials } from './login.ts'
import { findHelperProgram, isHelperName, runHelper } from './helper-program.ts'

/** Helpers of clouds ask their service for a token first; one that takes longer asks a person. */
const TIMEOUT_MS = 30_000

/** What helpers answer that have nothing for a server (docker-credential-helpers, credentials/error.go). */
const NOT_FOUND = 'credentials not found in native keychain'

const Answer = v.object({ Username: v.string(), Secret: v.string() })

export interface HelperOptions {
  /** Where the programs are looked for, and what they are given of it. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly logger: Logger
  /** Told about all credentials as soon as they are read, before anything could print them. */
  readonly mask: (credentials: Credentials) => void
  readonly signal?: AbortSignal
  /** Milliseconds for one answer. */
  readonly timeoutMs?: number
}

/** The credential helpers of a run: each is asked once about a registry. */
export class CredentialHelpers {
  readonly #options: HelperOptions
  readonly #answers = new Map<string, Promise<Credentials | undefined>>()

  constructor(options: HelperOptions) {
    this.#options = options
  }

  /**
   * What a helper has for a registry. That it fails is told to the logger, and is otherwise as if it
   * had nothing. Throws only where the run was cancelled and nothing is known: tags that go back then
   * need the logins that they had.
   */
  async find(helper: string, registry: string): Promise<Credentials | undefined> {
    const key = JSON.stringify([helper, registry])
    const answer = this.#answers.get(key) ?? this.#ask(helper, registry)
    this.#answers.set(key, answer)
    const credentials = await answer
    const { signal } = this.#options
    if (credentials === undefined && signal?.aborted === true) {
      throw cancelled({ operation: 'look for credentials', registry }, signal)
    }
    return credentials
  }

  async #ask(helper: string, registry: string): Promise<Credentials | undefined> {
    const { logger, mask, signal } = this.#options
    const warn = (problem: string): undefined => {
      if (signal?.aborted === true) return undefined
      logger.warning(`the credential helper ${problem}; ${registry} is asked without it`)
      return undefined
    }
    // Its text is not repeated: in a broken file it may be anything.
    if (!isHelperName(helper)) return warn(`for ${registry} has a name that no program may have`)
    const program = await findHelperProgram(helper, this.#options.environment)
    if (program === undefined) {
      return warn(`${helper} is missing: there is no program docker-credential-${helper} in PATH`)
    }
    for (const server of keysOf(registry)) {
      const credentials = await this.#get(program, server)
      if (typeof credentials === 'string') return warn(`${helper} failed: ${credentials}`)
      if (credentials === undefined) continue
      mask(credentials)
      return credentials
    }
    return undefined
  }

  /** Credentials, nothing, or what went wrong in words. */
  async #get(program: string, server: string): Promise<Credentials | string | undefined> {
    const { environment, signal, timeoutMs = TIMEOUT_MS } = this.#options
    const end = await runHelper(program, server, { environment, signal, timeoutMs })
    if ('failure' in end) return end.failure
    const { exitCode, answer } = end
    if (exitCode !== 0) {
      return answer.includes(NOT_FOUND) ? undefined : `it ended with exit code ${exitCode}`
    }
    const parsed = v.safeParse(Answer, parseJson(answer))
    if (!parsed.success) return 'its answer is not a login in JSON'
    const credentials = credentialsOf(parsed.output.Username, parsed.output.Secret)
    return credentials === 'broken' ? 'its user name has a colon' : credentials
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
