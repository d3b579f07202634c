import { bytesSource, type ByteSource } from '../registry/content.ts'
import type { BuiltImage } from './image.ts'
import { allImages } from './multi-platform.ts'
import type { Store } from '../registry/storage.ts'

/** Puts an image with all that hangs on it straight into a registry's storage. No tag: by digest alone. */
export function pushTo(
  store: Store,
  repository: string,
  tag: string | undefined,
  image: BuiltImage,
) {
  for (const part of allImages(image)) {
    for (const [digest, source] of sourcesOf(part)) store.putBlob(repository, source, digest)
    store.putManifest(repository, part.manifest)
  }
  if (tag !== undefined) store.putTag(repository, tag, image.manifest.digest)
}

/** Pushes an image to any registry, in the plainest way: POST and PUT for each blob, children first. */
export async function pushOverHttp(
  url: string,
  repository: string,
  tag: string | undefined,
  image: BuiltImage,
  authorization?: string,
) {
  const headers = authorization === undefined ? {} : { authorization }
  const base = `${url}/v2/${repository}`
  for (const part of allImages(image)) {
    for (const source of sourcesOf(part).values()) await pushBlob(base, source, headers)
    const reference = part === image ? (tag ?? part.manifest.digest) : part.manifest.digest
    const pushed = await fetch(`${base}/manifests/${reference}`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': part.manifest.mediaType },
      body: new Uint8Array(part.manifest.bytes),
    })
    await expectStatus(pushed, 201)
  }
}

async function pushBlob(base: string, source: ByteSource, headers: Record<string, string>) {
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST', headers })
  await expectStatus(begun, 202)
  const location = new URL(begun.headers.get('location') ?? '', base)
  const separator = location.search === '' ? '?' : '&'
  const done = await fetch(`${location.href}${separator}digest=${source.digest}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/octet-stream' },
    body: Buffer.concat([...source.read()]),
  })
  await expectStatus(done, 201)
}

async function expectStatus(response: Response, status: number) {
  const text = await response.text()
  if (response.status === status) return
  throw new Error(`${response.url} answered ${response.status}, not ${status}: ${text}`)
}

function sourcesOf(image: BuiltImage): Map<string, ByteSource> {
  const bytes = [...image.blobs].map(
    ([digest, content]) =>
      [digest, bytesSource(content, digest.startsWith('sha512:') ? 'sha512' : 'sha256')] as const,
  )
  return new Map([...bytes, ...image.synthetic])
}
