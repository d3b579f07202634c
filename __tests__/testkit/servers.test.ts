import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Agent, request } from 'undici'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushOverHttp } from '../../testkit/image/push.ts'
import { createCertificate } from '../../testkit/registry/certificate.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { findCrane, startCraneRegistry } from '../../testkit/servers/crane.ts'
import {
  findDistribution,
  htpasswdUser,
  startDistribution,
} from '../../testkit/servers/distribution.ts'
import { onFreePort } from '../../testkit/servers/free-port.ts'
import { findNginx, startNginx, type NginxOptions } from '../../testkit/servers/nginx.ts'
import { TestProxy } from '../../testkit/servers/proxy.ts'
import { goToolsRequired, realRegistryRequired } from '../../testkit/servers/required.ts'
import { startProgram, type ServerProgram } from '../../testkit/servers/running-program.ts'
import { findTinyproxy, startTinyproxy } from '../../testkit/servers/tinyproxy.ts'
import { findZot, startZot } from '../../testkit/servers/zot.ts'

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource.close()
})

function kept<T extends { close(): Promise<void> }>(resource: T): T {
  open.push(resource)
  return resource
}

/** Where a program is not installed there is nothing to ask; where it must be, starting it fails. */
function describeWith(program: string | undefined, isRequired: boolean) {
  return program === undefined && !isRequired ? describe.skip : describe
}

const image = buildMultiPlatform({ attestations: true })

function basic(user: string, password: string) {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** Puts the image into a registry; what it gives back for it. */
async function takenAndGiven(url: string, authorization?: string) {
  await pushOverHttp(url, 'acme/app', 'v1', image, authorization)
  return pullAndVerify(url, 'acme/app', 'v1', authorization)
}

/** A program that Node runs, and that is ready when it says `ready on` and a number. */
function node(script: string): ServerProgram {
  return {
    name: 'a script',
    path: process.execPath,
    prepare: () => ['-e', script],
    log: 'stdout',
    ready: /ready on (\d+)/,
  }
}

describe('a program', () => {
  test('is there from the line on that says so', async () => {
    const { ready } = kept(
      await startProgram(node("console.log('ready on 7'); setInterval(() => {}, 1000)")),
    )
    expect(ready[1]).toBe('7')
  })

  test('is gone after it is closed, and its folder too, and may be closed twice', async () => {
    const script = "console.log('ready on ' + process.pid); setInterval(() => {}, 1000)"
    const { ready, folder, close } = await startProgram(node(script))
    expect(existsSync(folder)).toBe(true)
    await close()
    await close()
    expect(existsSync(folder)).toBe(false)
    expect(() => process.kill(Number(ready[1]), 0)).toThrow('ESRCH')
  })

  test('says why it did not start', async () => {
    const script = "console.error('no such thing'); process.exitCode = 1"
    await expect(startProgram(node(script))).rejects.toThrow(
      'a script did not start:\nno such thing',
    )
  })

  test('says that it is not installed', async () => {
    const program = { ...node(''), path: undefined }
    await expect(startProgram(program)).rejects.toThrow('a script is not in PATH')
  })
})

describe('a free port', () => {
  test('is one that nobody listens on', async () => {
    const port = await onFreePort(async (free) => {
      const server = createServer().listen(free, '127.0.0.1')
      await once(server, 'listening')
      const taken = (server.address() as AddressInfo).port
      server.close()
      return taken
    })
    expect(port).toBeGreaterThan(1023)
  })

  test('is another one where somebody was faster', async () => {
    const ports: number[] = []
    await onFreePort((port) => {
      ports.push(port)
      if (ports.length === 3) return Promise.resolve()
      return Promise.reject(new Error('bind() failed: Address already in use'))
    })
    expect(ports).toHaveLength(3)
  })

  test('does not help against any other failure', async () => {
    const ports: number[] = []
    const failing = onFreePort((port) => {
      ports.push(port)
      return Promise.reject(new Error('no such file'))
    })
    await expect(failing).rejects.toThrow('no such file')
    expect(ports).toHaveLength(1)
  })
})

describeWith(findDistribution(3), goToolsRequired())('Distribution 3', () => {
  test('takes an image and gives it back', async () => {
    const { url } = kept(await startDistribution({ version: 3, auth: 'htpasswd' }))
    const pulled = await takenAndGiven(url, basic(htpasswdUser.name, htpasswdUser.password))
    expect(pulled.bytes).toEqual(image.manifest.bytes)
    expect((await fetch(`${url}/v2/`)).status).toBe(401)
  })
})

describeWith(findCrane(), goToolsRequired())("crane's registry", () => {
  test('takes an image and gives it back', async () => {
    const { url } = kept(await startCraneRegistry())
    const pulled = await takenAndGiven(url)
    expect(pulled.bytes).toEqual(image.manifest.bytes)
  })
})

describeWith(findZot(), false)('zot', () => {
  const docker = buildMultiPlatform({ format: 'docker' })

  test('takes an image and gives it back', async () => {
    const { url } = kept(await startZot({ auth: 'htpasswd' }))
    const pulled = await takenAndGiven(url, basic(htpasswdUser.name, htpasswdUser.password))
    expect(pulled.bytes).toEqual(image.manifest.bytes)
    expect((await fetch(`${url}/v2/`)).status).toBe(401)
  })

  test("takes Docker's media types where it is told to", async () => {
    const { url } = kept(await startZot({ takesDocker: true }))
    await pushOverHttp(url, 'acme/app', 'v1', docker)
    const pulled = await pullAndVerify(url, 'acme/app', 'v1')
    expect(pulled.digest).toBe(docker.manifest.digest)
  })

  test("refuses Docker's media types as it comes (Q36)", async () => {
    const { url } = kept(await startZot())
    await expect(pushOverHttp(url, 'acme/app', 'v1', docker)).rejects.toThrow('answered 415')
  })
})

async function startBehindNginx(options: Omit<NginxOptions, 'upstream'> = {}) {
  const registry = kept(await TestRegistry.start())
  const nginx = kept(await startNginx({ upstream: registry.url, ...options }))
  return { registry, nginx }
}

/** The status of a request to it, made with a client of these properties. */
async function statusOf(
  { url, certificate }: { url: string; certificate: { ca: string } },
  {
    body,
    authorization,
    ...client
  }: Partial<Record<'authorization' | 'body' | 'cert' | 'key', string>> = {},
) {
  const dispatcher = kept(new Agent({ connect: { ca: certificate.ca, ...client } }))
  const answer = await request(`${url}/v2/`, {
    dispatcher,
    method: body === undefined ? 'GET' : 'POST',
    headers: authorization === undefined ? {} : { authorization },
    body: body ?? null,
  })
  await answer.body.dump()
  return answer.statusCode
}

describeWith(findNginx(), realRegistryRequired())('nginx', () => {
  test('speaks TLS with our certificate in front of a registry, and keeps a record', async () => {
    const { registry, nginx } = await startBehindNginx()
    expect(await statusOf(nginx)).toBe(200)
    expect(registry.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v2/'])
    expect(await nginx.answers()).toContain('200 GET /v2/')
  })

  test('wants the certificate of a client', async () => {
    const { key, cert, ca } = await createCertificate({ names: ['client.test'] })
    const stranger = await createCertificate({ names: ['client.test'], selfSigned: true })
    const { nginx } = await startBehindNginx({ clientAuthority: ca })
    expect(await statusOf(nginx, { key, cert })).toBe(200)
    expect(await statusOf(nginx, { key: stranger.key, cert: stranger.cert })).toBe(400)
    expect(await statusOf(nginx)).toBe(400)
  })

  test('wants a login, which the registry never sees', async () => {
    const { registry, nginx } = await startBehindNginx({
      login: { user: 'alice', password: 'secret' },
    })
    expect(await statusOf(nginx)).toBe(401)
    expect(await statusOf(nginx, { authorization: basic('alice', 'wrong') })).toBe(401)
    expect(await statusOf(nginx, { authorization: basic('alice', 'secret') })).toBe(200)
    expect(registry.requests).toHaveLength(1)
    expect(registry.requests[0]?.headers['authorization']).toBeUndefined()
  })

  test('refuses bodies above its limit', async () => {
    const { nginx } = await startBehindNginx({ maxBodySize: 1000 })
    expect(await statusOf(nginx, { body: 'x'.repeat(1001) })).toBe(413)
    expect(await statusOf(nginx, { body: 'x'.repeat(1000) })).not.toBe(413)
  })

  test('leaves nothing behind', async () => {
    const { nginx } = await startBehindNginx()
    await nginx.close()
    await expect(statusOf(nginx)).rejects.toThrow('ECONNREFUSED')
    await expect(nginx.answers()).rejects.toThrow('ENOENT')
  })
})

/** The status of a request for a host that only the proxy behind it knows. */
async function statusThrough(url: string) {
  const { hostname, port, username, password } = new URL(url)
  const asked = get({
    host: hostname,
    port,
    path: 'http://registry.test/v2/',
    headers: { 'proxy-authorization': basic(username, password), host: 'registry.test' },
  })
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  return answer.statusCode
}

describeWith(findTinyproxy(), realRegistryRequired())('tinyproxy', () => {
  test('wants its login, and leads to a name that nobody else knows', async () => {
    const registry = kept(await TestRegistry.start())
    const outer = kept(await TestProxy.start({ routes: { 'registry.test:80': registry.host } }))
    const { url } = kept(
      await startTinyproxy({
        login: { user: 'alice', password: 'secret' },
        upstream: { hosts: ['registry.test'], url: outer.url },
      }),
    )
    expect(await statusThrough(url)).toBe(200)
    expect(await statusThrough(url.replace('secret', 'wrong'))).toBe(401)
    expect(outer.requests).toHaveLength(1)
  })
})
