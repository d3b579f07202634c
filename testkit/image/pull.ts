import { algorithmOf, digestOf } from '../registry/content.ts'
import {
  isIndexType,
  isNonDistributable,
  manifestTypes,
  bareType,
} from '../registry/media-types.ts'

export interface PulledBlob {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** A manifest with everything below it, all of it fetched and found to be what it is called. */
export interface PulledImage {
  readonly digest: string
  readonly mediaType: string
  readonly size: number
  readonly bytes: Buffer
  /** Config first, then the layers that a registry has to hold. */
  readonly blobs: readonly PulledBlob[]
  readonly children: readonly PulledImage[]
}

interface Source {
  readonly base: string
  readonly headers: Record<string, string>
}

interface Expected {
  readonly digest: string
  readonly size: number
  readonly mediaType: string
}

/**
 * Pulls an image as a stranger would, with nothing of the client's code, and checks the digest and
 * size of every manifest and blob. Throws where the tree is not closed or not true.
 */
export async function pullAndVerify(
  url: string,
  repository: string,
  reference: string,
  authorization?: string,
): Promise<PulledImage> {
  const headers = authorization === undefined ? {} : { authorization }
  return pullManifest({ base: `${url}/v2/${repository}`, headers }, reference)
}

async function pullManifest(
  source: Source,
  reference: string,
  expected?: Expected,
): Promise<PulledImage> {
  const accept = manifestTypes.join(', ')
  const response = await get(source, `manifests/${reference}`, { accept })
  const bytes = Buffer.from(await response.arrayBuffer())
  const algorithm = algorithmOf(reference)
  const digest = digestOf(bytes, algorithm)
  if (reference.includes(':')) expectEqual(digest, reference, `digest of manifest ${reference}`)
  const told = response.headers.get('docker-content-digest')
  if (told !== null) expectEqual(told, digest, `Docker-Content-Digest of ${reference}`)
  const mediaType = bareType(response.headers.get('content-type') ?? undefined)
  if (expected !== undefined) {
    expectEqual(bytes.length, expected.size, `size of manifest ${reference}`)
    expectEqual(mediaType, expected.mediaType, `type of manifest ${reference}`)
  }
  const below = await pullBelow(source, mediaType, bytes)
  return { digest, mediaType, size: bytes.length, bytes, ...below }
}

async function pullBelow(
  source: Source,
  mediaType: string,
  bytes: Buffer,
): Promise<Pick<PulledImage, 'blobs' | 'children'>> {
  const manifest = JSON.parse(bytes.toString()) as {
    config?: Expected
    layers?: Expected[]
    manifests?: Expected[]
  }
  if (isIndexType(mediaType)) {
    const children: PulledImage[] = []
    for (const child of manifest.manifests ?? []) {
      children.push(await pullManifest(source, child.digest, child))
    }
    return { blobs: [], children }
  }
  const { config, layers = [] } = manifest
  const blobs = [...(config === undefined ? [] : [config]), ...layers]
    .filter((blob) => !isNonDistributable(blob.mediaType))
    .map(({ mediaType: type, digest, size }) => ({ mediaType: type, digest, size }))
  for (const blob of blobs) await verifyBlob(source, blob)
  return { blobs, children: [] }
}

async function verifyBlob(source: Source, { digest, size }: PulledBlob) {
  const response = await get(source, `blobs/${digest}`)
  const bytes = new Uint8Array(await response.arrayBuffer())
  expectEqual(bytes.length, size, `size of blob ${digest}`)
  expectEqual(digestOf(bytes, algorithmOf(digest)), digest, `digest of blob ${digest}`)
}

async function get({ base, headers }: Source, path: string, more: Record<string, string> = {}) {
  const response = await fetch(`${base}/${path}`, {
    headers: { ...headers, ...more, 'accept-encoding': 'identity' },
  })
  if (response.ok) return response
  throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
}

function expectEqual(actual: unknown, expected: unknown, what: string) {
  if (actual === expected) return
  throw new Error(`${what} is ${String(actual)}, not ${String(expected)}`)
}
