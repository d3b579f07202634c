import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { htpasswd, htpasswdUser } from './distribution.ts'
import { onFreePort } from './free-port.ts'
import { findProgram } from './programs.ts'
import { startProgram } from './running-program.ts'
import { createSigningKey } from './signing-key.ts'
import type { TokenTrust } from './token-server.ts'

/** cesanta/docker_auth: the token service that people put beside CNCF Distribution. */
export interface DockerAuth {
  readonly trust: TokenTrust
  readonly close: () => Promise<void>
}

const issuer = 'testkit'
const service = 'test-registry'

/** Path of docker_auth, if it is installed; its own name for the program is `auth_server`. */
export function findDockerAuth(): string | undefined {
  return findProgram('docker_auth', 'auth_server')
}

/** Starts it with one user, `htpasswdUser`, who may do that in every repository. */
export async function startDockerAuth(actions: readonly string[] = ['*']): Promise<DockerAuth> {
  const key = await createSigningKey()
  return onFreePort(async (port) => {
    const host = `127.0.0.1:${port}`
    const { close } = await startProgram({
      name: 'docker_auth',
      path: findDockerAuth(),
      prepare: async (folder) => {
        const at = (name: string) => join(folder, name)
        const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' })
        await writeFile(at('token.crt'), key.certificate)
        await writeFile(at('token.key'), pem)
        const [, hash = ''] = htpasswd.trim().split(':')
        const configuration = {
          server: { addr: host },
          token: { issuer, expiration: 300, certificate: at('token.crt'), key: at('token.key') },
          users: { [htpasswdUser.name]: { password: hash } },
          acl: [{ match: { account: htpasswdUser.name }, actions }],
        }
        await writeFile(at('config.yml'), stringify(configuration))
        return ['-logtostderr', at('config.yml')]
      },
      log: 'stderr',
      ready: /Serving on/,
    })
    const realm = `http://${host}/auth`
    return { trust: { realm, service, issuer, certificate: key.certificate }, close }
  })
}
