import { type KnownSecrets, knownSecrets } from '../registry/known-secrets.ts'
import { parseProxy, secretsOfProxy } from '../registry/network/proxies.ts'
import type { Commands } from './commands.ts'

/** Hides a value in the log from now on; the same value is announced once. */
export type MaskSecret = (value: string) => void

/**
 * Tells the runner of the secrets of a run, which it then hides in the log. What it does not look
 * through (outputs, the report, the summary) goes without them by foreign-text.ts, which knows the
 * same ones.
 */
export class Secrets {
  readonly #commands: Pick<Commands, 'setSecret'>
  readonly #known: KnownSecrets
  readonly #announced = new Set<string>()

  constructor(commands: Pick<Commands, 'setSecret'>, known: KnownSecrets = knownSecrets) {
    this.#commands = commands
    this.#known = known
  }

  /** Takes in what is never hidden, since the run shows it; to be called before anything is masked. */
  neverMask(texts: Iterable<string>): void {
    this.#known.neverHide(texts)
  }

  /** Hides a secret of the user's from now on. Blank ones are never announced, the others once. */
  readonly mask: MaskSecret = (value) => {
    this.#announce(this.#known.add(value))
  }

  /** Hides a token that a service has given, if it can be one. */
  readonly maskToken: MaskSecret = (value) => {
    this.#announce(this.#known.addToken(value))
  }

  /** The text without any secret, nor the start of one where a text was cut. */
  readonly redact = (text: string): string => this.#known.redact(text)

  #announce(forms: readonly string[]): void {
    for (const form of forms) {
      if (!this.#announced.has(form)) this.#commands.setSecret(form)
      this.#announced.add(form)
    }
  }
}

const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'all_proxy']

/**
 * Hides the passwords in the URLs of proxies, as written there and decoded; where there is none, the
 * user name is a token.
 */
export function maskProxyPasswords(
  mask: MaskSecret,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  for (const name of PROXY_VARIABLES.flatMap((lower) => [lower, lower.toUpperCase()])) {
    const url = parseProxy(environment[name]?.trim() ?? '')
    if (url !== null) for (const secret of secretsOfProxy(url)) mask(secret)
  }
}
