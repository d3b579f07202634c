import { digestOf } from '../registry/content.ts'
import {
  bareType,
  dockerConfig,
  isIndexType,
  ociConfig,
  ociIndex,
} from '../registry/media-types.ts'
import type { Store } from '../registry/storage.ts'

interface PlatformMember {
  readonly os?: unknown
  readonly architecture?: unknown
  readonly variant?: unknown
}

interface Member {
  readonly mediaType?: unknown
  readonly digest?: unknown
  readonly size?: unknown
  readonly platform?: PlatformMember
  readonly annotations?: Readonly<Record<string, unknown>>
}

interface Document {
  readonly mediaType?: unknown
  readonly config?: Member
  readonly layers?: readonly Member[]
  readonly manifests?: readonly Member[]
}

/** Which platforms are wanted, and whether BuildKit's attestations of them are. */
export interface Selection {
  readonly platforms: 'all' | readonly string[]
  readonly attestations: 'drop' | 'keep'
}

/**
 * The digest that a copy of this document has to get, computed from the promise of docs/digests.md
 * and with none of the action's code; undefined where it is nothing that may be copied.
 */
export function expectedDigest(
  bytes: Buffer,
  { platforms, attestations }: Selection,
  lookUp: (digest: string) => Buffer | undefined,
): string | undefined {
  const document = parsed(bytes)
  if (document === undefined) return undefined
  const isIndex = Array.isArray(document.manifests)
  if (isIndex === Array.isArray(document.layers)) return undefined
  if (platforms === 'all') return digestOf(bytes)
  if (isIndex) {
    return filteredDigest(document, platforms, attestations === 'keep', lookUp)
  }
  const config = parsed(lookUp(textOf(document.config?.digest)) ?? Buffer.alloc(0))
  if (![ociConfig, dockerConfig].includes(textOf(document.config?.mediaType))) {
    return digestOf(bytes)
  }
  const platform = platformOf(config as PlatformMember | undefined)
  return platform === '' || platforms.includes(platform) ? digestOf(bytes) : undefined
}

/** Whether it is the manifest of one image, or of one artifact, and no index. */
export function isOneImage(bytes: Buffer): boolean {
  const { layers, manifests } = parsed(bytes) ?? {}
  return Array.isArray(layers) && !Array.isArray(manifests)
}

function filteredDigest(
  document: Document,
  platforms: readonly string[],
  keepsAttestations: boolean,
  lookUp: (digest: string) => Buffer | undefined,
): string | undefined {
  const found = entriesOf(document, lookUp)
  const chosen = platforms.toSorted().flatMap((wanted) => {
    const first = found.find(({ entry }) => platformOf(entry.platform) === wanted)
    return first === undefined ? [] : [{ ...first, wanted }]
  })
  const images = chosen.flatMap(({ entry, wanted }) => {
    const [os = '', architecture = '', variant] = wanted.split('/')
    const platform = variant === undefined ? { architecture, os } : { architecture, os, variant }
    return written(entry, { platform }, lookUp)
  })
  const attestations = chosen.flatMap(({ entry, siblings }) =>
    siblings
      .filter(({ annotations = {} }) => annotations[ATTESTED] === entry.digest)
      .filter(({ annotations = {} }) => annotations[KIND] === 'attestation-manifest')
      .flatMap((attestation) => {
        const annotations = { [ATTESTED]: entry.digest, [KIND]: 'attestation-manifest' }
        const platform = { architecture: 'unknown', os: 'unknown' }
        return written(attestation, { annotations, platform }, lookUp)
      }),
  )
  const manifests = keepsAttestations ? [...images, ...attestations] : images
  if (images.length === 0) return undefined
  return digestOf(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests })))
}

const ATTESTED = 'vnd.docker.reference.digest'
const KIND = 'vnd.docker.reference.type'

/** An entry of a new index; none where it names nothing that is there. */
function written(
  entry: Member,
  members: object,
  lookUp: (digest: string) => Buffer | undefined,
): object[] {
  const digest = textOf(entry.digest)
  const bytes = lookUp(digest)
  const child = parsed(bytes ?? Buffer.alloc(0))
  if (bytes === undefined || child === undefined) return []
  const configType = textOf(child.config?.mediaType)
  return [
    {
      mediaType: bareType(textOf(child.mediaType)),
      size: bytes.length,
      digest,
      ...members,
      ...([ociConfig, dockerConfig].includes(configType) ? {} : { artifactType: configType }),
    },
  ]
}

/** In order, those of nested indexes where these stand; each with all of its own index. */
function entriesOf(
  document: Document,
  lookUp: (digest: string) => Buffer | undefined,
  depth = 0,
): { readonly entry: Member; readonly siblings: readonly Member[] }[] {
  const siblings = document.manifests ?? []
  return siblings.flatMap((entry) => {
    if (!isIndexType(textOf(entry.mediaType)) || depth > 4) return [{ entry, siblings }]
    const nested = parsed(lookUp(textOf(entry.digest)) ?? Buffer.alloc(0))
    return nested === undefined ? [] : entriesOf(nested, lookUp, depth + 1)
  })
}

/** As the action writes it, for the few platforms that are in these images. */
function platformOf(platform: PlatformMember | undefined): string {
  const { os, architecture, variant } = platform ?? {}
  if (textOf(os) === '' || textOf(architecture) === '') return ''
  const name = `${textOf(os)}/${textOf(architecture)}`.toLowerCase()
  const last = textOf(variant).toLowerCase()
  if (name.endsWith('/arm')) return `${name}/${last === '' ? 'v7' : last}`
  return last === '' || ['v8', 'v1'].includes(last) ? name : `${name}/${last}`
}

function parsed(bytes: Buffer): Document | undefined {
  try {
    const document: unknown = JSON.parse(bytes.toString())
    return typeof document === 'object' && document !== null ? document : undefined
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The true content of a digest, wherever one of the registries has it. */
export function lookUpIn(stores: readonly Store[]): (digest: string) => Buffer | undefined {
  return (digest) => {
    for (const { repositories } of stores) {
      for (const { blobs, manifests } of repositories.values()) {
        const manifest = manifests.get(digest)
        if (manifest !== undefined) return manifest.bytes
        const blob = blobs.get(digest)
        if (blob !== undefined) return Buffer.concat([...blob.read()])
      }
    }
    return undefined
  }
}
