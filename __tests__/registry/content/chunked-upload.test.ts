import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { copyBlob } from '../../../src/registry/copy/copy-blob.ts'
import { Repository } from '../../../src/registry/http/repository.ts'
import { RegistryHttp } from '../../../src/registry/http/registry-http.ts'
import { digestOf } from '../../../testkit/registry/content.ts'
import { Disconnect, type Middleware } from '../../../testkit/registry/exchange.ts'
import {
  all,
  dropAfterWork,
  dropBeforeHeaders,
  flipBit,
  removeHeader,
  replyWith,
  setHeader,
  setStatus,
} from '../../../testkit/registry/faults.ts'
import { NamedRegistry } from '../named-registry.ts'
import { failureOf, RegistryWorld, type WorldOptions } from '../registry-world.ts'

const MiB = 1024 * 1024
const bytes = Buffer.alloc(20 * MiB, 'a layer of twenty mebibytes')
const blob = { digest: digestOf(bytes) as Digest, size: bytes.length }
const whole = { method: 'PUT', path: '/blobs/uploads/', where: hasBody }
const chunk = { method: 'PATCH', path: '/blobs/uploads/' }

function hasBody({ headers }: { headers: { 'content-length'?: string | undefined } }) {
  return headers['content-length'] !== '0'
}

async function worldWithBlob(options: WorldOptions = {}) {
  const world = await RegistryWorld.start(options)
  world.source.store.putBlob('acme/app', bytes)
  return world
}

function copy(world: RegistryWorld) {
  return copyBlob(world.sourceRepository(), world.destinationRepository(), blob)
}

function ranges(world: RegistryWorld) {
  return world.destination.select('PATCH').map(({ headers }) => headers['content-range'])
}

function isStored(world: RegistryWorld) {
  const stored = world.destination.store.blob('mirror/app', blob.digest)
  return stored !== undefined && Buffer.concat([...stored.read()]).equals(bytes)
}

async function* firstBytes(body: AsyncIterable<Uint8Array>, count: number) {
  let left = count
  for await (const piece of body) {
    yield piece.subarray(0, left)
    left -= piece.length
    if (left <= 0) return
  }
}

/** As gateways do it: by the header, before the body has been read. */
const tooLarge = replyWith(413, { early: true, body: '<html>413 Request Entity Too Large</html>' })

describe('a blob that is refused for its size', () => {
  test('is sent in chunks, in order, and closed by an empty request (Q18, Q45)', async () => {
    await using world = await worldWithBlob()
    world.destination.fault(whole, tooLarge)
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
    expect(ranges(world)).toEqual(['0-8388607', '8388608-16777215', '16777216-20971519'])
    for (const { headers, bodyBytes } of world.destination.select('PATCH')) {
      expect(headers['content-length']).toBe(String(bodyBytes))
      expect(headers['transfer-encoding']).toBeUndefined()
      expect(headers['content-type']).toBe('application/octet-stream')
    }
    const closing = world.destination.select('PUT').at(-1)
    expect(closing?.headers['content-length']).toBe('0')
    expect(world.destination.store.uploads.size).toBe(0)
  })

  test.each([405, 501])(
    'is sent in chunks also where that is said with %i (Q32)',
    async (status) => {
      await using world = await worldWithBlob()
      world.destination.fault(whole, replyWith(status))
      expect(await copy(world)).toBe('copied')
      expect(isStored(world)).toBe(true)
    },
  )

  test('costs one attempt in a run, not one for each blob', async () => {
    await using world = await worldWithBlob()
    const refused = world.destination.fault(whole, tooLarge)
    await copy(world)
    const other = Buffer.alloc(21 * MiB, 'another one')
    world.source.store.putBlob('acme/app', other)
    const content = { digest: digestOf(other) as Digest, size: other.length }
    await copyBlob(world.sourceRepository(), world.destinationRepository(), content)
    expect(refused.hits).toBe(1)
  })

  test('does not make smaller ones go in chunks', async () => {
    await using world = await worldWithBlob()
    world.destination.fault(whole, tooLarge, { times: 1 })
    await copy(world)
    const small = Buffer.from('small')
    world.source.store.putBlob('acme/app', small)
    const before = world.destination.count('PATCH')
    const content = { digest: digestOf(small) as Digest, size: small.length }
    await copyBlob(world.sourceRepository(), world.destinationRepository(), content)
    expect(world.destination.count('PATCH')).toBe(before)
  })

  test('goes in chunks after two broken connections in a row, and not after one (Q18)', async () => {
    await using world = await worldWithBlob({ network: { retries: 3 } })
    const broken = world.destination.fault(whole, dropBeforeHeaders({ requestBytes: MiB }))
    expect(await copy(world)).toBe('copied')
    expect(broken.hits).toBe(2)
    expect(isStored(world)).toBe(true)
  })

  test('goes on whole where chunks are refused, and connections were broken by chance', async () => {
    await using world = await worldWithBlob({ network: { retries: 3 } })
    world.destination.fault(whole, dropBeforeHeaders({ requestBytes: MiB }), { times: 2 })
    world.destination.fault(chunk, replyWith(416))
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
  })

  test.each([
    ['chunks that are at least', { 'oci-chunk-min-length': String(12 * MiB) }, 12 * MiB],
    ['chunks that are at most', { 'oci-chunk-max-length': String(5 * MiB) }, 5 * MiB],
    ['nonsense for', { 'oci-chunk-min-length': 'None' }, 8 * MiB],
    ['nothing for', { 'oci-chunk-max-length': '0' }, 8 * MiB],
  ])('goes in %s the size that the registry wants (Q46)', async (_what, headers, size) => {
    await using world = await worldWithBlob()
    world.destination.fault(whole, tooLarge)
    for (const [name, value] of Object.entries(headers)) {
      world.destination.fault({ method: 'POST' }, setHeader(name, value))
    }
    await copy(world)
    expect(ranges(world)[0]).toBe(`0-${size - 1}`)
    expect(isStored(world)).toBe(true)
  })

  test.each(['1', '100', '65535'])(
    'is not sent where the registry takes chunks of %s bytes at the most',
    async (most) => {
      await using world = await worldWithBlob()
      world.destination.fault(whole, tooLarge)
      world.destination.fault({ method: 'POST' }, setHeader('oci-chunk-max-length', most))
      const error = await failureOf(copy(world))
      expect(error).toMatchObject({ code: 'UPLOAD', side: 'destination', transient: false })
      expect(error.message).toContain(`takes chunks of at most ${most} bytes`)
      expect(world.destination.count('PATCH')).toBe(0)
      expect(world.destination.store.uploads.size).toBe(0)
    },
  )

  test.each([
    ['the smallest chunks that are sent', bytes, '65536', 320],
    ['one chunk that has room for all of it', Buffer.from('a small layer'), '13', 1],
  ])('goes in %s', async (_what, content, most, count) => {
    await using world = await worldWithBlob()
    world.source.store.putBlob('acme/app', content)
    world.destination.fault(whole, tooLarge)
    world.destination.fault({ method: 'POST' }, setHeader('oci-chunk-max-length', most))
    const wanted = { digest: digestOf(content) as Digest, size: content.length }
    await copyBlob(world.sourceRepository(), world.destinationRepository(), wanted)
    expect(world.destination.count('PATCH')).toBe(count)
    expect(world.destination.store.blob('mirror/app', wanted.digest)?.size).toBe(content.length)
  })

  test('is one chunk where the registry wants chunks without end', async () => {
    await using world = await worldWithBlob()
    world.destination.fault(whole, tooLarge)
    const endless = setHeader('oci-chunk-min-length', '999999999999999')
    world.destination.fault({ method: 'POST' }, endless)
    await copy(world)
    expect(ranges(world)).toEqual([`0-${bytes.length - 1}`])
  })

  test.each<[string, Middleware]>([
    ['another status of success (Q01)', setStatus(201)],
    ['a range that lags behind (Q01)', setHeader('range', '0-8388607')],
    ['the range of an empty session (Q35)', setHeader('range', '0--1')],
    ['the range of no byte or one (Q37)', setHeader('range', '0-0')],
    ['no range', removeHeader('range')],
    ['no other location', removeHeader('location')],
  ])('goes on after a chunk that is answered with %s', async (_what, behaviour) => {
    await using world = await worldWithBlob()
    world.destination.fault(whole, tooLarge)
    world.destination.fault(chunk, behaviour)
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
  })

  test('sends each chunk to the newest location', async () => {
    await using world = await worldWithBlob()
    world.destination.fault(whole, tooLarge)
    let step = 0
    world.destination.fault(chunk, async (_request, next) => {
      const answer = await next()
      const location = `${String(answer.headers['location'])}&step=${++step}`
      return { ...answer, headers: { ...answer.headers, location } }
    })
    await copy(world)
    const queries = [...world.destination.select('PATCH'), ...world.destination.select('PUT')]
    expect(queries.map(({ query }) => /step=(\d)/.exec(query)?.[1])).toEqual([
      undefined,
      '1',
      '2',
      undefined,
      '3',
    ])
  })

  test('is never completed with bytes that are not right', async () => {
    await using world = await worldWithBlob({ network: { retries: 1 } })
    world.destination.fault(whole, tooLarge)
    world.source.fault({ method: 'GET', path: blob.digest }, flipBit(19 * MiB))
    expect(await failureOf(copy(world))).toMatchObject({ code: 'DIGEST_MISMATCH', side: 'source' })
    expect(world.destination.store.completedBlobs()).toEqual([])
    expect(world.destination.select('PUT').filter(({ headers }) => !hasBody({ headers }))).toEqual(
      [],
    )
    expect(world.destination.store.uploads.size).toBe(0)
  })

  test('goes on in the middle of a chunk where the connection broke there', async () => {
    await using world = await worldWithBlob({ network: { retries: 2 } })
    world.destination.fault(whole, tooLarge)
    // What has arrived stays in the session, and nobody hears of it.
    const broken = world.destination.fault({ ...chunk, nth: 2 }, async (request, next) => {
      const { body } = request
      await next({
        ...request,
        headers: { ...request.headers, 'content-range': undefined },
        body: firstBytes(body, 3 * MiB),
      })
      throw new Disconnect()
    })
    expect(await copy(world)).toBe('copied')
    expect(broken.hits).toBe(1)
    expect(isStored(world)).toBe(true)
    expect(ranges(world)).toEqual([
      '0-8388607',
      '8388608-16777215',
      `${11 * MiB}-16777215`,
      '16777216-20971519',
    ])
    expect(world.source.count('GET', blob.digest)).toBe(2)
  })

  test('goes on with the next chunk where only the answer was lost', async () => {
    await using world = await worldWithBlob({ network: { retries: 2 } })
    world.destination.fault(whole, tooLarge)
    world.destination.fault({ ...chunk, nth: 2 }, dropAfterWork())
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
    expect(world.destination.count('PATCH')).toBe(3)
  })

  test('starts over where the registry has forgotten the upload, or does not say', async () => {
    await using world = await worldWithBlob({ network: { retries: 2 } })
    world.destination.fault(whole, tooLarge)
    world.destination.fault({ ...chunk, nth: 2 }, dropBeforeHeaders())
    world.destination.fault({ method: 'GET', path: '/blobs/uploads/' }, replyWith(404))
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
    expect(ranges(world).filter((range) => range?.startsWith('0-'))).toHaveLength(2)
  })

  test('goes on where a token ends between two chunks', async () => {
    const users = { robot: 'hunter2' }
    await using world = await worldWithBlob({
      destination: { auth: { kind: 'bearer', users } },
      destinationLogin: { username: 'robot', password: 'hunter2' },
      network: { retries: 1 },
    })
    world.destination.fault(whole, tooLarge)
    const realm = `Bearer realm="${world.destination.url}/token",error="invalid_token"`
    const ended = replyWith(401, { headers: { 'www-authenticate': realm } })
    const fault = world.destination.fault({ ...chunk, nth: 2 }, ended)
    expect(await copy(world)).toBe('copied')
    expect(fault.hits).toBe(1)
    expect(isStored(world)).toBe(true)
  })

  test('goes in smaller chunks where the usual ones are too large as well (Q45)', async () => {
    await using world = await worldWithBlob()
    const isLarge = ({ headers }: { headers: { 'content-length'?: string | undefined } }) =>
      Number(headers['content-length']) > MiB
    const refused = world.destination.fault({ where: isLarge }, tooLarge)
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
    expect(refused.hits).toBe(2)
    expect(ranges(world).at(-1)).toBe(`${19 * MiB}-${20 * MiB - 1}`)
  })

  test('goes in smaller chunks also where another blob has found that out just before', async () => {
    await using world = await worldWithBlob()
    const other = Buffer.alloc(20 * MiB, 'another layer of twenty mebibytes')
    world.source.store.putBlob('acme/app', other)
    const content = { digest: digestOf(other) as Digest, size: other.length }
    world.destination.fault(whole, tooLarge)
    // Both first chunks are under way before either is refused.
    const waiting = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let arrived = 0
    const isLarge = ({ headers }: { headers: { 'content-length'?: string | undefined } }) =>
      Number(headers['content-length']) > MiB
    world.destination.fault({ method: 'PATCH', where: isLarge }, async (request, next) => {
      waiting[arrived++]?.resolve()
      await Promise.all(waiting.map(({ promise }) => promise))
      return tooLarge(request, next)
    })
    const second = copyBlob(world.sourceRepository(), world.destinationRepository(), content)
    expect(await Promise.all([copy(world), second])).toEqual(['copied', 'copied'])
    expect(isStored(world)).toBe(true)
    expect(arrived).toBe(2)
  })

  test('is refused for good where the registry wants no chunk as small as that', async () => {
    await using world = await worldWithBlob()
    world.destination.fault(whole, tooLarge)
    world.destination.fault({ method: 'POST' }, setHeader('oci-chunk-min-length', String(5 * MiB)))
    const refused = world.destination.fault(chunk, replyWith(413))
    expect(await failureOf(copy(world))).toMatchObject({ status: 413, operation: 'upload blob' })
    expect(refused.hits).toBe(2)
  })

  test('is refused for good where no chunk is small enough', async () => {
    await using world = await worldWithBlob()
    world.destination.fault(whole, tooLarge)
    const refused = world.destination.fault(chunk, replyWith(413))
    expect(await failureOf(copy(world))).toMatchObject({ status: 413, operation: 'upload blob' })
    expect(refused.hits).toBe(2)
  })

  test('is refused for good where chunks are refused, too', async () => {
    await using world = await worldWithBlob()
    world.destination.fault(whole, tooLarge)
    const body = JSON.stringify({ errors: [{ code: 'UNSUPPORTED', message: 'no chunks' }] })
    world.destination.fault(chunk, all(replyWith(416, { body })))
    expect(await failureOf(copy(world))).toMatchObject({
      code: 'UPLOAD',
      status: 416,
      registryMessage: 'no chunks',
    })
    expect(world.destination.store.uploads.size).toBe(0)
  })

  test.each([
    ['Amazon ECR loses them (Q01)', '123456789012.dkr.ecr.eu-west-1.amazonaws.com'],
    ['GHCR loses them (Q11)', 'ghcr.io'],
    ['Google refuses them (Q15)', 'europe-docker.pkg.dev'],
  ])('is not sent in chunks where %s', async (_why, host) => {
    await using named = await NamedRegistry.start(host)
    await using world = await worldWithBlob()
    const { network, log } = named
    const http = new RegistryHttp(host, { credentials: undefined, origin: '' }, network, log)
    named.registry.fault(whole, replyWith(413))
    const destination = new Repository(http, 'mirror/app', 'destination')
    const copying = copyBlob(world.sourceRepository(), destination, blob)
    expect(await failureOf(copying)).toMatchObject({ status: 413 })
    expect(named.registry.count('PATCH')).toBe(0)
  })
})
