import type { Credentials } from '../registry/credentials/login.ts'
import { parseProxy, proxyLogin } from '../registry/network/proxies.ts'
import type { TlsOptions } from '../registry/network/tls.ts'
import type { ResultError } from '../sync/report.ts'
import type { Commands } from './commands.ts'
import { githubCredentials } from './credentials.ts'
import type { ReadAuthFile } from './docker-config-files.ts'

/**
 * Shorter lines of a multi-line secret are punctuation more often than secrets (the `{` of a JSON
 * key), and hiding them everywhere would make a log unreadable.
 */
const SHORTEST_LINE = 4

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

/** What the runner writes where a secret stood. */
const REDACTED = '***'
/** Stands where a text of a registry was cut (foreign-text.ts). */
const CUT = '…'

/**
 * Knows the secrets of a run. The runner hides them in the log; in what it does not look through
 * (outputs, the report, the summary) a registry could repeat what it was sent.
 */
export class Secrets {
  readonly #commands: Pick<Commands, 'setSecret'>
  /** The longest first, since one may stand in another. */
  #known: readonly string[] = []

  constructor(commands: Pick<Commands, 'setSecret'>) {
    this.#commands = commands
  }

  /** Hides a value from now on. Blank ones are never announced, the others once. */
  readonly mask: MaskSecret = (value) => {
    const forms = formsOf(value).filter((form) => !this.#known.includes(form))
    for (const form of new Set(forms)) this.#commands.setSecret(form)
    const spellings = forms.flatMap((form) => [form, encodeURIComponent(form)])
    const known = new Set([...this.#known, ...spellings])
    this.#known = [...known].toSorted((a, b) => b.length - a.length)
  }

  /** The text without any secret, nor the start of one where a text was cut. */
  readonly redact = (text: string): string => {
    const parts = text.split(CUT)
    const uncut = parts.map((part, index) =>
      index < parts.length - 1 ? this.#withoutStart(part) : part,
    )
    return this.#known.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), uncut.join(CUT))
  }

  #withoutStart(text: string): string {
    for (const secret of this.#known) {
      for (let length = secret.length - 1; length >= SHORTEST_LINE; length--) {
        if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}${REDACTED}`
      }
    }
    return text
  }
}

/** An error without any secret that was repeated in it. */
export function redacted(error: ResultError, redact: (text: string) => string): ResultError {
  return { ...error, message: redact(error.message) }
}

/** Hides the password and what basic authentication makes of it (RFC 7617); never the user name. */
export function maskCredentials(
  mask: MaskSecret,
  { username, password, headers }: Credentials,
): void {
  maskHeaders(mask, headers)
  if (password.trim() === '') return
  mask(password)
  mask(Buffer.from(`${username}:${password}`).toString('base64'))
}

/** Hides what stands in the files with logins of earlier steps. */
export function maskAuthFiles(mask: MaskSecret, files: readonly ReadAuthFile[]): void {
  for (const { file } of files) {
    maskHeaders(mask, file.headers)
    for (const login of file.logins) maskCredentials(mask, login)
  }
}

/** A header may hold a key, but its value is as often `1` or `yes`, and no secret is that short. */
function maskHeaders(mask: MaskSecret, headers: Credentials['headers'] = {}): void {
  for (const value of Object.values(headers)) {
    if (value.trim().length >= SHORTEST_LINE) mask(value)
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
  for (const { key } of inputs.registryTls.values()) if (key !== undefined) mask(key)
  if (inputs.githubToken !== undefined) {
    maskCredentials(mask, githubCredentials(inputs.githubToken, actor))
  }
}

const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'all_proxy']

/** Hides the passwords in the URLs of proxies, as written there and decoded. */
export function maskProxyPasswords(
  mask: MaskSecret,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  for (const name of PROXY_VARIABLES.flatMap((lower) => [lower, lower.toUpperCase()])) {
    const url = parseProxy(environment[name]?.trim() ?? '')
    if (url === null || url.password === '') continue
    mask(url.password)
    maskCredentials(mask, proxyLogin(url))
  }
}

/**
 * The strings to announce for one secret. The runner splits a value of several lines and hides every
 * line of it, however short; where that would hide a brace everywhere, only the longer lines and the
 * one-line spellings of the whole are announced.
 */
function formsOf(value: string): readonly string[] {
  const secret = value.trim()
  if (secret === '') return []
  const lines = secret
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length === 1) return [secret]
  const longLines = lines.filter((line) => line.length >= SHORTEST_LINE)
  const whole =
    longLines.length === lines.length
      ? [secret]
      : [JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')]
  return [...whole, ...longLines]
}
