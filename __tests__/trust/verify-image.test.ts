import { describe, expect, test } from '@jest/globals'
import { cosignDocument, keyBundle, statementOf } from '../../testkit/signing/bundles.ts'
import { judge, newKey, publicPem, SignedImage } from './signed-image.ts'

const privateKey = newKey()
const key = publicPem(privateKey)

function signed(content?: string): SignedImage {
  const image = new SignedImage(content)
  image.addBundle(keyBundle(privateKey, statementOf(image.subject)))
  return image
}

describe('an image', () => {
  test('that no rule is for is refused', async () => {
    const verdict = await judge(signed(), { images: 'quay.io/**', key })
    expect(verdict).toEqual({ isTrusted: false, reason: 'no rule is for ghcr.io/acme/app' })
  })

  test('that a rule accepts passes, and nothing is looked at', async () => {
    const image = new SignedImage()
    expect(await judge(image, { accept: 'true' })).toEqual({ isTrusted: true, verified: undefined })
    expect(image.looks).toEqual([])
  })

  test('that a rule rejects does not, however it is signed', async () => {
    const image = signed()
    const verdict = await judge(image, [{ images: 'ghcr.io/**', reject: 'true' }, { key }])
    expect(verdict).toEqual({ isTrusted: false, reason: 'rule 1 rejects it' })
    expect(image.looks).toEqual([])
  })

  test('is judged by the first rule that matches alone', async () => {
    const rules = [{ images: 'ghcr.io/**', key: publicPem(newKey()) }, { key }]
    expect((await judge(signed(), rules)).isTrusted).toBe(false)
  })

  test('passes with any of the alternatives', async () => {
    const any = [{ key: publicPem(newKey()) }, { key }]
    expect((await judge(signed(), { any })).isTrusted).toBe(true)
  })

  test('without signatures is told to have none', async () => {
    expect(await judge(new SignedImage(), { key })).toMatchObject({
      reason: expect.stringContaining('no signature was found'),
    })
  })

  test('with one of the Notary Project is told that this is not verified', async () => {
    const image = new SignedImage()
    image.addReferrer(
      'application/vnd.cncf.notary.signature',
      [Buffer.from('{}')],
      'application/jose+json',
    )
    expect(await judge(image, { key })).toMatchObject({
      isTrusted: false,
      reason: expect.stringContaining('is of the Notary Project, which is not verified'),
    })
  })

  test('is told of five signatures at most', async () => {
    const image = new SignedImage()
    for (let count = 0; count < 8; count++) {
      image.addBundle(keyBundle(newKey(), statementOf(image.subject)))
    }
    const verdict = await judge(image, { key })
    const reason = verdict.isTrusted ? '' : verdict.reason
    expect(reason.match(/is not made with a key/g)).toHaveLength(5)
    expect(reason).toMatch(/; and 3 more$/)
  })

  test('is looked at for a hundred signatures, and no further', async () => {
    const image = new SignedImage()
    image.addReferrer(
      'application/vnd.dev.sigstore.bundle.v0.3+json',
      Array.from({ length: 150 }, (_, index) => Buffer.from(`{"n":${index}}`)),
    )
    image.sign(privateKey, cosignDocument(image.subject.digest))
    const verdict = await judge(image, { key })
    expect(verdict.isTrusted).toBe(false)
    expect(image.looks.filter((look) => look.startsWith('fetchBlob')).length).toBeLessThanOrEqual(
      101,
    )
  })
})

describe('a look-up that failed', () => {
  test.each(['list', 'fetch', 'fetchCosign', 'fetchBlob'] as const)(
    'is never a verdict: %s',
    async (name) => {
      const image = new SignedImage()
      image.addBundle(keyBundle(newKey(), statementOf(image.subject)))
      image.failures.set(name, new Error(`HTTP 500 for ${name}`))
      await expect(judge(image, { key })).rejects.toThrow(`HTTP 500 for ${name}`)
    },
  )

  test('does not matter beside a signature that counts', async () => {
    const image = new SignedImage()
    image.addBundle(keyBundle(newKey(), statementOf(image.subject)))
    image.sign(privateKey, cosignDocument(image.subject.digest))
    image.failures.set('list', new Error('HTTP 500'))
    expect((await judge(image, { key })).isTrusted).toBe(true)
  })
})

describe('the images of an index', () => {
  test('count in its place only where the rule says so, and all of them have to', async () => {
    const image = new SignedImage('index')
    const [amd64, arm64] = [new SignedImage('amd64'), new SignedImage('arm64')]
    image.platforms = [amd64.subject, arm64.subject]
    const list = (parts: readonly SignedImage[]) => {
      const { source } = image
      const all = {
        ...source,
        list: async (digest: Parameters<typeof source.list>[0]) =>
          (await Promise.all(parts.map(async (part) => part.source.list(digest)))).flat(),
        fetch: async (...[subject, entry]: Parameters<typeof source.fetch>) => {
          const part = parts.find((one) => one.subject.digest === subject)
          return part?.source.fetch(subject, entry)
        },
        fetchBlob: async (blob: Parameters<typeof source.fetchBlob>[0]) => {
          for (const part of parts) {
            const bytes = await part.source.fetchBlob(blob)
            if (bytes.length > 0) return bytes
          }
          return Buffer.alloc(0)
        },
      }
      Object.defineProperty(image, 'source', { value: all, configurable: true })
    }
    amd64.addBundle(keyBundle(privateKey, statementOf(amd64.subject)))
    list([amd64, arm64])
    const rule = { key, platforms: 'true' }
    expect(await judge(image, rule)).toMatchObject({
      isTrusted: false,
      reason: expect.stringContaining(`, nor for its image ${arm64.subject.digest}: `),
    })
    arm64.addBundle(keyBundle(privateKey, statementOf(arm64.subject)))
    expect(await judge(image, rule)).toMatchObject({
      isTrusted: true,
      verified: { digest: image.subject.digest },
    })
    expect((await judge(image, { key })).isTrusted).toBe(false)
  })
})
