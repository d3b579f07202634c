import type { Content } from '../oci/digest.ts'
import { type Address, withParameter } from './address.ts'
import { pullScope } from './auth/scope.ts'
import { discard } from './body.ts'
import type { Repository } from './repository.ts'

/** Registries hash and store a blob before they answer; the slowest seen need about a second for this many bytes. */
const SLOWEST_FINISH_BYTES_PER_MS = 16_000

/** A registry's answer to the wish to put a blob: it has it by now, or it waits for it at an address. */
export type UploadStart =
  | { readonly mounted: true }
  | { readonly mounted: false; readonly session: Address }

/** Opens an upload session (distribution-spec, Pushing blobs). Needs a slot held by the caller; one try. */
export async function startUpload(repository: Repository): Promise<UploadStart & { mounted: false }> {
  const place = repository.place('start upload')
  const answer = await repository.http.exchange({
    method: 'POST',
    target: repository.path('blobs/uploads/'),
    scopes: [repository.scope],
    place,
  })
  await discard(answer)
  const origin = await repository.http.network.originOf(repository.http.registry)
  return { mounted: false, session: repository.http.location(answer, origin, place) }
}

/**
 * Asks the registry to take a blob over from another of its repositories (distribution-spec, Mounting a blob from
 * another repository). Where it will not, its 202 is an upload session like any other.
 */
export async function mountBlob(repository: Repository, blob: Content, from: string): Promise<UploadStart> {
  const place = repository.place('mount blob', blob.digest)
  const query = `mount=${encodeURIComponent(blob.digest)}&from=${encodeURIComponent(from)}`
  const answer = await repository.http.exchange({
    method: 'POST',
    target: repository.path(`blobs/uploads/?${query}`),
    scopes: [repository.scope, pullScope(from)],
    place,
  })
  await discard(answer)
  if (answer.status === 201) return { mounted: true }
  const origin = await repository.http.network.originOf(repository.http.registry)
  return { mounted: false, session: repository.http.location(answer, origin, place) }
}

/**
 * Sends a whole blob in one request (distribution-spec, Pushing a blob monolithically): the one way that every large
 * registry takes. Needs a slot held by the caller; one try. `open` is called for each time the body has to be sent.
 */
export async function putBlob(
  repository: Repository,
  session: Address,
  blob: Content,
  open: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  const place = repository.place('upload blob', blob.digest)
  const answer = await repository.http.exchange({
    method: 'PUT',
    target: { origin: session.origin, path: withParameter(session.path, 'digest', blob.digest) },
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(blob.size) },
    body: open,
    scopes: [repository.scope],
    place,
    answerTimeoutMs: repository.http.network.timeoutMs + blob.size / SLOWEST_FINISH_BYTES_PER_MS,
  })
  await discard(answer)
}

/** Gives a session back that will not be used (distribution-spec 1.2). Not every registry knows how, so nothing depends on it. */
export async function cancelUpload(repository: Repository, session: Address): Promise<void> {
  const place = repository.place('cancel upload')
  try {
    const answer = await repository.http.exchange({
      method: 'DELETE',
      target: session,
      scopes: [repository.scope],
      place,
    })
    await discard(answer)
  } catch {
    // Sessions expire by themselves.
  }
}
