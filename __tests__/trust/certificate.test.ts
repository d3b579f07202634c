import { X509Certificate } from '@sigstore/core'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { generate } from 'selfsigned'
import { identityOf } from '../../src/trust/certificate.ts'
import { PrivateSigstore } from '../../testkit/signing/sigstore.ts'

type AltNames = readonly { type: 1 | 2 | 6; value: string }[]

/** Whom a certificate names that has these subject alternative names. */
async function nameIn(altNames: AltNames): Promise<string> {
  const extensions = [{ name: 'subjectAltName' as const, altNames: [...altNames] }]
  const { cert } = await generate([{ name: 'commonName', value: 'x' }], { extensions })
  const der = Buffer.from(cert.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
  return identityOf(X509Certificate.parse(der)).identity
}

describe('a certificate', () => {
  test.each<[string, AltNames]>([
    ['dev@example.com', [{ type: 1, value: 'dev@example.com' }]],
    ['https://github.com/acme/app', [{ type: 6, value: 'https://github.com/acme/app' }]],
  ])('names %s', async (name, altNames) => {
    expect(await nameIn(altNames)).toBe(name)
  })

  test.each<[string, AltNames]>([
    [
      'two',
      [
        { type: 1, value: 'dev@example.com' },
        { type: 6, value: 'https://evil.net' },
      ],
    ],
    ['a host', [{ type: 2, value: 'example.com' }]],
  ])('that names %s is nobody’s', async (_, altNames) => {
    await expect(nameIn(altNames)).rejects.toThrow(/names (?:2 identities|somebody in a way)/)
  })
})

describe('what the authority has written', () => {
  let sigstore: PrivateSigstore
  beforeAll(async () => {
    sigstore = await PrivateSigstore.start()
  })

  async function read(claims: Readonly<Record<number, string>>) {
    const who = { identity: 'dev@example.com', issuer: 'https://issuer.example.com', claims }
    const { certificate } = await sigstore.certify(who)
    return identityOf(X509Certificate.parse(Buffer.from(certificate)))
  }

  test('is read from its own members, of which none is there twice', async () => {
    expect(await read({ 12: 'https://github.com/acme/app', 14: 'refs/tags/v1' })).toMatchObject({
      issuer: 'https://issuer.example.com',
      sourceRepository: 'https://github.com/acme/app',
      sourceRef: 'refs/tags/v1',
      sourceDigest: undefined,
    })
    await expect(read({ 8: 'https://evil.net' })).rejects.toThrow('that is there twice')
  })
})
