import { type Credentials, secretsOf } from '../registry/credentials/login.ts'
import { type KnownSecrets, knownSecrets } from '../registry/known-secrets.ts'
import { parseProxy, secretsOfProxy } from '../registry/network/proxies.ts'
import type { TlsOptions } from '../registry/network/tls.ts'
import type { Commands } from './commands.ts'
import { githubCredentials } from './credentials.ts'
import type { ReadAuthFile } from './docker-config-files.ts'
import type { InputSource } from './inputs.ts'
import { passwordsIn } from './registry-auth.ts'

/** Hides a value in the log from now on; the same value is announced once. */
export type MaskSecret = (value: string) => void

/** Whatever of the inputs is secret. */
export interface SecretInputs {
  readonly sourceCredentials?: Credentials
  readonly destinationCredentials?: Credentials
  readonly registryAuth: readonly Credentials[]
  readonly registryTls: ReadonlyMap<string, TlsOptions>
  readonly githubToken?: string
}

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

/** Hides what is secret of credentials; never the user name. */
export function maskCredentials(mask: MaskSecret, credentials: Credentials): void {
  for (const secret of secretsOf(credentials)) mask(secret)
}

/** Hides what stands in the files with logins of earlier steps. */
export function maskAuthFiles(mask: MaskSecret, files: readonly ReadAuthFile[]): void {
  for (const { file } of files) {
    for (const value of Object.values(file.headers ?? {})) mask(value)
    for (const login of file.logins) maskCredentials(mask, login)
  }
}

/** Hides every secret of the inputs. To be called before the first request. */
export function maskInputs(mask: MaskSecret, inputs: SecretInputs, actor: string): void {
  for (const credentials of [
    inputs.sourceCredentials,
    inputs.destinationCredentials,
    ...inputs.registryAuth,
  ]) {
    if (credentials !== undefined) maskCredentials(mask, credentials)
  }
  maskKeys(mask, inputs.registryTls)
  if (inputs.githubToken !== undefined) {
    maskCredentials(mask, githubCredentials(inputs.githubToken, actor))
  }
}

/**
 * Hides what is secret among inputs that could not be read, before it is said what is wrong with
 * them: it may stand in another one by mistake.
 */
export function maskUnreadInputs(mask: MaskSecret, source: Pick<InputSource, 'getInput'>): void {
  for (const name of ['source-password', 'destination-password', 'github-token']) {
    mask(source.getInput(name))
  }
  for (const password of passwordsIn(source.getInput('registry-auth'))) mask(password)
}

/** Hides the keys of client certificates. */
export function maskKeys(mask: MaskSecret, hosts: ReadonlyMap<string, TlsOptions>): void {
  for (const { key } of hosts.values()) if (key !== undefined) mask(key)
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
