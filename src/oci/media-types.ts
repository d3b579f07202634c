/** The media types that the client knows by name (image-spec "Media Types", Docker schema 2). */
export const MediaType = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const

const nonDistributableTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
  'application/vnd.docker.image.rootfs.foreign.diff.tar',
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
])

/**
 * What to ask for in `Accept` whenever a manifest is wanted, on HEAD as well: a registry that misses
 * the index types here may answer with one platform's image or with schema 1.
 */
export const manifestAccept: readonly string[] = [
  MediaType.ociIndex,
  MediaType.dockerList,
  MediaType.ociManifest,
  MediaType.dockerManifest,
]

/** A media type as it is compared: without parameters, trimmed, lower case. */
export function normaliseMediaType(header: string): string {
  const semicolon = header.indexOf(';')
  return (semicolon === -1 ? header : header.slice(0, semicolon)).trim().toLowerCase()
}

/** An OCI image index or a Docker manifest list. */
export function isIndexType(mediaType: string): boolean {
  const type = normaliseMediaType(mediaType)
  return type === MediaType.ociIndex || type === MediaType.dockerList
}

/** The manifest of one image (or artifact): OCI or Docker schema 2. */
export function isImageManifestType(mediaType: string): boolean {
  const type = normaliseMediaType(mediaType)
  return type === MediaType.ociManifest || type === MediaType.dockerManifest
}

/** Docker schema 1, signed or not. */
export function isSchema1Type(mediaType: string): boolean {
  const type = normaliseMediaType(mediaType)
  return type === MediaType.dockerSchema1 || type === MediaType.dockerSchema1Signed
}

/** Any that a registry stores as a manifest, among those that are known. */
export function isManifestType(mediaType: string): boolean {
  return isIndexType(mediaType) || isImageManifestType(mediaType) || isSchema1Type(mediaType)
}

/** Whether an entry of an index can only be a blob, as caches of builds list them. */
export function isBlobType(mediaType: string): boolean {
  return /\.(?:image\.layer|image\.config|image\.rootfs|container\.image)\./.test(mediaType)
}

/** The config of a runnable image, which is the only config that may be parsed. */
export function isImageConfigType(mediaType: string): boolean {
  const type = normaliseMediaType(mediaType)
  return type === MediaType.ociConfig || type === MediaType.dockerConfig
}

/** Layers that must not be uploaded by default ("foreign" in Docker's words). */
export function isNonDistributableType(mediaType: string): boolean {
  return nonDistributableTypes.has(normaliseMediaType(mediaType))
}
