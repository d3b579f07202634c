export const MiB = 1024 * 1024

export const ociIndex = 'application/vnd.oci.image.index.v1+json'
export const ociManifest = 'application/vnd.oci.image.manifest.v1+json'
export const ociConfig = 'application/vnd.oci.image.config.v1+json'
export const ociEmpty = 'application/vnd.oci.empty.v1+json'
export const ociLayer = 'application/vnd.oci.image.layer.v1.tar'
export const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json'
export const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json'
export const dockerConfig = 'application/vnd.docker.container.image.v1+json'
export const dockerLayer = 'application/vnd.docker.image.rootfs.diff.tar'
export const inTotoLayer = 'application/vnd.in-toto+json'

export const manifestTypes: readonly string[] = [ociIndex, ociManifest, dockerList, dockerManifest]

export function isIndexType(mediaType: string): boolean {
  return mediaType === ociIndex || mediaType === dockerList
}

/** Layers that a registry need not hold (image-spec, "Non-Distributable Layers"). */
export function isNonDistributable(mediaType: string): boolean {
  return mediaType.includes('.nondistributable.') || mediaType.includes('.foreign.')
}

/** A Content-Type without its parameters. */
export function bareType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}
