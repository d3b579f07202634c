import { bytesSource, digestOf, type ByteSource } from './content.ts'
import { UploadSession } from './upload-session.ts'

export interface StoredManifest {
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly mediaType: string
  readonly bytes: Buffer
}

export interface Repository {
  readonly name: string
  readonly blobs: Map<string, ByteSource>
  readonly manifests: Map<string, StoredManifest>
  /** Tag to digest. */
  readonly tags: Map<string, string>
}

/** What clients changed, in the order in which it became visible. Direct writes of a test are not in it. */
export type StoreEvent =
  | { kind: 'blob'; how: 'upload' | 'mount'; repository: string; digest: string; size: number }
  | { kind: 'manifest'; repository: string; digest: string; mediaType: string }
  | { kind: 'tag'; repository: string; tag: string; digest: string; previous?: string }
  | {
      kind: 'upload-opened' | 'upload-cancelled' | 'upload-refused'
      repository: string
      id: string
    }
  | { kind: 'blob-deleted' | 'manifest-deleted'; repository: string; digest: string }
  | { kind: 'tag-deleted'; repository: string; tag: string }

type EventOf<Kind extends StoreEvent['kind']> = Extract<StoreEvent, { kind: Kind }>

/** Everything a registry holds, in memory. Several registries may share one store. */
export class Store {
  readonly repositories = new Map<string, Repository>()
  /** Upload sessions that are open now, by id. */
  readonly uploads = new Map<string, UploadSession>()
  readonly events: StoreEvent[] = []

  repository(name: string): Repository | undefined {
    return this.repositories.get(name)
  }

  createRepository(name: string): Repository {
    const existing = this.repositories.get(name)
    if (existing !== undefined) return existing
    const created = { name, blobs: new Map(), manifests: new Map(), tags: new Map() }
    this.repositories.set(name, created)
    return created
  }

  blob(repository: string, digest: string): ByteSource | undefined {
    return this.repository(repository)?.blobs.get(digest)
  }

  /** By tag or by digest. */
  manifest(repository: string, reference: string): StoredManifest | undefined {
    const found = this.repository(repository)
    return found?.manifests.get(found.tags.get(reference) ?? reference)
  }

  tag(repository: string, tag: string): string | undefined {
    return this.repository(repository)?.tags.get(tag)
  }

  tags(repository: string): string[] {
    return [...(this.repository(repository)?.tags.keys() ?? [])].sort()
  }

  /** Puts a blob there without HTTP, under `digest` even where that is a lie. */
  putBlob(repository: string, content: ByteSource | Uint8Array, digest?: string): string {
    const source = content instanceof Uint8Array ? bytesSource(content) : content
    const name = digest ?? source.digest
    this.createRepository(repository).blobs.set(name, source)
    return name
  }

  /** Puts a manifest there without HTTP and without any check, under `digest` even where that is a lie. */
  putManifest(
    repository: string,
    manifest: { bytes: Uint8Array; mediaType: string; digest?: string },
    tag?: string,
  ): string {
    const bytes = Buffer.from(manifest.bytes)
    const digest = manifest.digest ?? digestOf(bytes)
    const { mediaType } = manifest
    const target = this.createRepository(repository)
    target.manifests.set(digest, { digest, size: bytes.length, mediaType, bytes })
    if (tag !== undefined) target.tags.set(tag, digest)
    return digest
  }

  putTag(repository: string, tag: string, digest: string) {
    this.createRepository(repository).tags.set(tag, digest)
  }

  openUpload(repository: string): UploadSession {
    const session = new UploadSession(repository)
    this.uploads.set(session.id, session)
    this.events.push({ kind: 'upload-opened', repository, id: session.id })
    return session
  }

  /** Digests of the blobs that clients completed or mounted, in order, repeats included. */
  completedBlobs(repository?: string): string[] {
    return this.eventsOf('blob', repository).map((event) => event.digest)
  }

  /** Digests of the manifests that clients pushed, in order, repeats included. */
  completedManifests(repository?: string): string[] {
    return this.eventsOf('manifest', repository).map((event) => event.digest)
  }

  tagWrites(repository?: string): EventOf<'tag'>[] {
    return this.eventsOf('tag', repository)
  }

  eventsOf<Kind extends StoreEvent['kind']>(kind: Kind, repository?: string): EventOf<Kind>[] {
    return this.events.filter(
      (event): event is EventOf<Kind> =>
        event.kind === kind && (repository === undefined || event.repository === repository),
    )
  }
}
