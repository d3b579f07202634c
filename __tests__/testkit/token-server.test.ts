import { createPublicKey, X509Certificate } from 'node:crypto'
import { afterEach, describe, expect, test } from '@jest/globals'
import { jwtVerify } from 'jose'
import { libtrustKeyId } from '../../testkit/servers/signing-key.ts'
import { TokenServer, type TokenServerOptions } from '../../testkit/servers/token-server.ts'

const open: TokenServer[] = []

async function start(options: Partial<TokenServerOptions> = {}) {
  const server = await TokenServer.start({ users: { robot: 'secret' }, ...options })
  open.push(server)
  return server
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

async function ask(server: TokenServer, scope: string) {
  const query = new URLSearchParams({ service: 'test-registry', scope })
  const authorization = `Basic ${Buffer.from('robot:secret').toString('base64')}`
  const url = `${server.trust.realm}?${query.toString()}`
  const response = await fetch(url, { headers: { authorization } })
  return (await response.json()) as { token: string; expires_in: number; issued_at: string }
}

describe('a token', () => {
  test('is signed by the trusted key and says what it is for', async () => {
    const now = 1_700_000_000_000
    const server = await start({ expiresIn: 120, now: () => now })
    const answer = await ask(server, 'repository:acme/app:pull,push')
    const key = new X509Certificate(server.trust.certificate).publicKey
    const { payload, protectedHeader } = await jwtVerify(answer.token, key, {
      issuer: 'testkit',
      audience: 'test-registry',
      subject: 'robot',
      currentDate: new Date(now),
    })
    expect(payload['access']).toEqual([
      { type: 'repository', name: 'acme/app', actions: ['pull', 'push'] },
    ])
    expect(payload.exp).toBe(now / 1000 + 120)
    expect(protectedHeader.kid).toBe(libtrustKeyId(key))
    expect(answer).toMatchObject({ expires_in: 120, issued_at: new Date(now).toISOString() })
  })

  test('can carry the certificate instead of the key id', async () => {
    const server = await start({ keyHint: 'x5c' })
    const { token } = await ask(server, 'repository:acme/app:pull')
    const key = new X509Certificate(server.trust.certificate).publicKey
    const { protectedHeader } = await jwtVerify(token, key)
    expect(protectedHeader).not.toHaveProperty('kid')
    const inside = new X509Certificate(Buffer.from(protectedHeader.x5c?.[0] ?? '', 'base64'))
    expect(createPublicKey(inside.publicKey.export({ type: 'spki', format: 'pem' }))).toEqual(key)
  })

  test('is had at one place only', async () => {
    const server = await start()
    expect((await fetch(`${server.url}/other`)).status).toBe(404)
    expect(server.requests.map((request) => request.path)).toEqual(['/other'])
    expect(server.grants).toEqual([])
  })
})

test('a key id has twelve groups of four', async () => {
  const server = await start()
  const key = new X509Certificate(server.trust.certificate).publicKey
  expect(libtrustKeyId(key)).toMatch(/^([A-Z2-7]{4}:){11}[A-Z2-7]{4}$/)
})
