import { Disconnect, readBody, type Middleware, type Reply } from '../registry/exchange.ts'
import { garbledJson } from './garbled-json.ts'
import type { Mutation, Scene } from './mutation.ts'

/** More than any blob of these tests. */
const LARGEST = 4 * 1024 * 1024

type Change = (bytes: Buffer, scene: Scene) => Buffer

/** Answers whose bytes are not those that they should be. */
export const bodyMutations: Readonly<Record<string, Mutation>> = {
  'bit-flip': (scene) => changed(scene, flipped),
  'cut-body': (scene) =>
    changed(scene, (bytes, { random }) => bytes.subarray(0, random.below(bytes.length + 1))),
  'longer-body': (scene) =>
    changed(scene, (bytes, { random }) =>
      Buffer.concat([bytes, Buffer.alloc(random.pick([1, 100, 3_000_000]), ' ')]),
    ),
  'other-blob': (scene) => changed(scene, otherBlob),
  'other-manifest': (scene) => changed(scene, otherManifest),
  json: (scene) => changed(scene, (bytes, { random }) => garbledJson(bytes, random)),
  token: (scene) => changed(scene, garbledToken),
  crumbs: crumbs,
}

/** With the length that it has now, or with that which was promised before. */
function changed(scene: Scene, change: Change): Middleware {
  const keepsLength = scene.random.chance(0.2)
  return async (_request, next) => {
    const answer = await next()
    const bytes = await bytesOf(answer)
    if (answer.body === undefined || bytes === undefined) return answer
    const other = change(bytes, scene)
    const { 'content-length': _, ...headers } = answer.headers
    const size = keepsLength ? bytes.length : other.length
    return { ...answer, headers, body: { size, chunks: upTo(size, other) } }
  }
}

/** A connection on which less comes than was promised ends; waiting for more is for stalls. */
function* upTo(size: number, bytes: Buffer) {
  yield bytes
  if (bytes.length < size) throw new Disconnect()
}

async function bytesOf({ body }: Reply): Promise<Buffer | undefined> {
  if (body === undefined) return undefined
  return readBody(asAsync(body.chunks), LARGEST)
}

async function* asAsync(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
  yield* chunks
}

function flipped(bytes: Buffer, { random }: Scene): Buffer {
  const place = random.below(bytes.length)
  return Buffer.from(bytes.map((byte, at) => (at === place ? byte ^ (1 << random.below(8)) : byte)))
}

function otherBlob(bytes: Buffer, { random, store }: Scene): Buffer {
  const blobs = [...store.repositories.values()].flatMap((one) => [...one.blobs.values()])
  if (blobs.length === 0) return bytes
  return Buffer.concat([...random.pick(blobs).read()])
}

function otherManifest(bytes: Buffer, { random, store }: Scene): Buffer {
  const manifests = [...store.repositories.values()].flatMap((one) => [...one.manifests.values()])
  return manifests.length === 0 ? bytes : random.pick(manifests).bytes
}

/** What a token service could answer; only some of it is a token. */
function garbledToken(bytes: Buffer, { random, request }: Scene): Buffer {
  if (!request.path.startsWith('/token')) return garbledJson(bytes, random)
  return Buffer.from(
    random.pick([
      '{}',
      '{"token":null}',
      '{"token":7}',
      '{"token":""}',
      '{"token":"a b\\r\\nx-evil: 1"}',
      `{"token":"${'t'.repeat(300_000)}"}`,
      '{"token":"wrong","expires_in":-1}',
      '{"token":"wrong","expires_in":1e400,"issued_at":"yesterday"}',
      '{"token":"wrong","token":"other"}',
      '{"access_token":["wrong"]}',
      '{"errors":[{"code":"DENIED","message":"::error::no"}]}',
      '[]',
      'token',
    ]),
  )
}

/** In very small pieces. */
function crumbs({ random }: Scene): Middleware {
  const size = 1 + random.below(7)
  return async (_request, next) => {
    const answer = await next()
    if (answer.body === undefined) return answer
    return { ...answer, body: { ...answer.body, chunks: inPieces(answer.body.chunks, size) } }
  }
}

/** Only the start: a megabyte in pieces of a byte would show nothing more. */
const CRUMBS = 500

async function* inPieces(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, size: number) {
  let left = CRUMBS
  for await (const chunk of chunks) {
    let at = 0
    for (; at < chunk.length && left > 0; left--) {
      yield chunk.subarray(at, at + size)
      at += size
    }
    if (at < chunk.length) yield chunk.subarray(at)
  }
}
