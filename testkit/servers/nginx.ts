import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createCertificate, type Certificate } from '../registry/certificate.ts'
import { onFreePort } from './free-port.ts'
import { findProgram } from './programs.ts'
import { startProgram } from './running-program.ts'

export interface NginxOptions {
  /** What it stands in front of: the URL of a server on this machine. */
  readonly upstream: string
  /** PEM; clients have to show a certificate that is or descends from this one. */
  readonly clientAuthority?: string
  /** Basic auth; the registry behind it never sees the login. */
  readonly login?: { readonly user: string; readonly password: string }
  /**
   * The login is asked for at `/v2/` alone: everything else is answered without one, or refused
   * without a challenge.
   */
  readonly atBase?: 'open elsewhere' | 'refused elsewhere'
  /** Bytes of the largest request body, or nginx's own default; default as many as anybody sends. */
  readonly maxBodySize?: number | 'default'
  /** Whether it tells the registry that clients come by https; default it does. */
  readonly forwardsScheme?: boolean
}

/** nginx as people put it in front of a registry: TLS of our authority, perhaps a door or two. */
export interface Nginx {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  readonly url: string
  readonly certificate: Certificate
  /** What it has answered so far: `201 PUT /v2/acme/app/manifests/v1`. */
  readonly answers: () => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

/** Path of nginx, if it is installed. */
export function findNginx(): string | undefined {
  return findProgram('nginx')
}

export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const certificate = await createCertificate()
  return onFreePort(async (port) => {
    const { folder, close } = await startProgram({
      name: 'nginx',
      path: findNginx(),
      prepare: async (own) => {
        const config = join(own, 'nginx.conf')
        await writeFiles(own, certificate, options)
        await writeFile(config, configuration(port, options))
        return ['-e', 'stderr', '-p', own, '-c', config]
      },
      log: 'stderr',
      // It is said after the sockets have been opened.
      ready: /\[notice\].*: nginx\/\d/,
    })
    const host = `127.0.0.1:${port}`
    const answers = async () => (await readFile(join(folder, 'access.log'), 'utf8')).split('\n')
    return { host, url: `https://${host}`, certificate, answers, close }
  })
}

async function writeFiles(folder: string, { cert, key }: Certificate, options: NginxOptions) {
  const { clientAuthority, login } = options
  await writeFile(join(folder, 'tls.crt'), cert)
  await writeFile(join(folder, 'tls.key'), key)
  if (clientAuthority !== undefined) await writeFile(join(folder, 'clients.crt'), clientAuthority)
  if (login !== undefined) {
    await writeFile(join(folder, 'htpasswd'), `${login.user}:{PLAIN}${login.password}\n`)
  }
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** Paths are relative to its folder. It is one process, so that nothing outlives that one. */
function configuration(port: number, options: NginxOptions): string {
  const { upstream, clientAuthority, login, atBase } = options
  const { maxBodySize = 0, forwardsScheme = true } = options
  const gate = login === undefined ? '' : 'auth_basic registry; auth_basic_user_file htpasswd;'
  const pass = `
      proxy_pass ${upstream};
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_set_header Host $http_host;
      ${forwardsScheme ? 'proxy_set_header X-Forwarded-Proto $scheme;' : ''}
      ${login === undefined ? '' : "proxy_set_header Authorization '';"}`
  return `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr notice;
events {}
http {
  log_format short '$status $request_method $uri';
  access_log access.log short;
  ${TEMPORARY.map((what) => `${what}_temp_path ${what};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate tls.crt;
    ssl_certificate_key tls.key;
    ${clientAuthority === undefined ? '' : 'ssl_client_certificate clients.crt; ssl_verify_client on;'}
    ${atBase === undefined ? gate : ''}
    ${maxBodySize === 'default' ? '' : `client_max_body_size ${maxBodySize};`}
    location / {
      ${atBase === 'refused elsewhere' ? "if ($http_authorization = '') { return 401; }" : ''}${pass}
    }
    location = /v2/ {
      ${atBase === undefined ? '' : gate}${pass}
    }
  }
}
`
}
