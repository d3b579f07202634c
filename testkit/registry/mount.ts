import { blobCreated } from './blobs.ts'
import type { ByteSource } from './content.ts'
import { invalidDigest, type Context } from './context.ts'
import type { RegistryRequest, Reply } from './exchange.ts'
import { isDigest } from './names.ts'
import { repositoryScope } from './scope.ts'

/**
 * Takes a blob over from another repository (distribution-spec 1.1, "Mounting a blob from another
 * repository"). Undefined where that cannot be: the caller then opens an upload.
 */
export function answerMount(
  request: RegistryRequest,
  context: Context,
  name: string,
): Reply | undefined {
  const { store, settings, session, gate } = context
  const digest = request.params.get('mount') ?? ''
  const from = request.params.get('from')
  if (!isDigest(digest)) return invalidDigest(digest)
  if (!settings.mount) return undefined
  if (from !== null && !session.can(from, 'pull')) {
    if (settings.mountDenied === 'upload') return undefined
    return gate.challenge(request, [
      repositoryScope(name, 'pull', 'push'),
      repositoryScope(from, 'pull'),
    ])
  }
  const blob = from === null ? discovered(context, digest) : store.blob(from, digest)
  if (blob === undefined) return undefined
  const { blobs } = store.createRepository(name)
  // What was there before has not come now.
  if (!blobs.has(digest)) {
    store.events.push({ kind: 'blob', how: 'mount', repository: name, digest, size: blob.size })
  }
  blobs.set(digest, blob)
  return blobCreated(name, digest)
}

function discovered({ store, settings, session }: Context, digest: string): ByteSource | undefined {
  if (!settings.mountDiscovery) return undefined
  for (const { name, blobs } of store.repositories.values()) {
    const blob = blobs.get(digest)
    if (blob !== undefined && session.can(name, 'pull')) return blob
  }
  return undefined
}
