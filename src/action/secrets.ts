import { type Credentials, secretsOf } from '../registry/credentials/login.ts'
import type { TlsOptions } from '../registry/network/tls.ts'
import { githubCredentials } from './credentials.ts'
import type { ReadAuthFile } from './docker-config-files.ts'
import type { InputSource } from './inputs.ts'
import type { MaskSecret } from './masking.ts'
import { passwordsIn } from './registry-auth.ts'

export { type MaskSecret, maskProxyPasswords, Secrets } from './masking.ts'

/** Whatever of the inputs is secret. */
export interface SecretInputs {
  readonly sourceCredentials?: Credentials
  readonly destinationCredentials?: Credentials
  readonly registryAuth: readonly Credentials[]
  readonly registryTls: ReadonlyMap<string, TlsOptions>
  readonly githubToken?: string
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
