import { digestOf } from '../../testkit/registry/content.ts'
import type { Store } from '../../testkit/registry/storage.ts'

const oci = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
}

const docker: typeof oci = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
}

/** Images with the lists that go-containerregistry 0.14 to 0.21.5 was seen to write for them. */
export interface GoldenCase {
  readonly name: string
  readonly types: typeof oci
  /** Stands before the closing brace of each manifest. */
  readonly tail: string
  /** Digests of the images for amd64 and arm64. */
  readonly children: readonly [string, string]
  readonly list: { readonly digest: string; readonly size: number }
}

export const goldenCases: readonly GoldenCase[] = [
  {
    name: 'OCI images',
    types: oci,
    tail: '',
    children: [
      'sha256:ce53036bc475d81e3e75c8920df5e85c282233ccf571a7262977fdf749e64658',
      'sha256:09d5536fa05c894f67b05740c4f5f9e87d9cee493441d32539c9f8fa6b3acd5e',
    ],
    list: {
      digest: 'sha256:df23dbefbe760f5d31cd7d9670581cd90f875f65d6352a4c04ea5179f068d64a',
      size: 491,
    },
  },
  {
    name: 'Docker images',
    types: docker,
    tail: '',
    children: [
      'sha256:1e8ca24da758aeabd46bba04c4522ee1a7cbff910561ca83b0e80ed638c2c898',
      'sha256:48c69bf22f308831a917c702433d75d9d44dea4a171e31bc1b75f2e3a0d347d7',
    ],
    list: {
      digest: 'sha256:95566f09d2080cd85557493d10fb0087c6366e2711188f27641167bd99291f5a',
      size: 511,
    },
  },
  {
    name: 'images with annotations',
    types: oci,
    tail: String.raw`,"annotations":{"org.opencontainers.image.title":"a<b & c>d","a":"\u2028é\t"}`,
    children: [
      'sha256:b2e00255a879cf3dd8617f1ec637613a96828f9aa02594c02bced555a90f7979',
      'sha256:c0be9a4de9395e5a2f9b00565e9aa945232889e288a30e832f1e491db71fc74a',
    ],
    list: {
      digest: 'sha256:da2ee798f1d7e05e9988296d65aec579a66b0bd95adf8f1a018446dc643fedfd',
      size: 491,
    },
  },
]

/** The list of the first case, byte for byte. */
export const goldenList =
  '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[' +
  '{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":399,' +
  '"digest":"sha256:ce53036bc475d81e3e75c8920df5e85c282233ccf571a7262977fdf749e64658",' +
  '"platform":{"architecture":"amd64","os":"linux"}},' +
  '{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":399,' +
  '"digest":"sha256:09d5536fa05c894f67b05740c4f5f9e87d9cee493441d32539c9f8fa6b3acd5e",' +
  '"platform":{"architecture":"arm64","os":"linux"}}]}'

/**
 * Puts the images of a case into a registry, under an index as BuildKit writes it: indented, with
 * the variant of arm64, with annotations and with an attestation that is not even there.
 */
export function putGolden(store: Store, repository: string, tag: string, golden: GoldenCase) {
  const manifests = ['amd64', 'arm64'].map((architecture) => {
    const { bytes, digest } = putImage(store, repository, architecture, golden)
    const variant = architecture === 'arm64' ? { variant: 'v8' } : {}
    return {
      mediaType: golden.types.manifest,
      digest,
      size: bytes.length,
      annotations: { 'org.example.note': 'not copied' },
      platform: { os: 'linux', architecture, ...variant },
    }
  })
  const attestation = {
    mediaType: oci.manifest,
    digest: digestOf(Buffer.from('attestation')),
    size: 11,
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    platform: { os: 'unknown', architecture: 'unknown' },
  }
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const index = { schemaVersion: 2, mediaType, manifests: [...manifests, attestation] }
  const bytes = Buffer.from(JSON.stringify(index, undefined, 2))
  store.putManifest(repository, { bytes, mediaType }, tag)
}

/**
 * The images of the first case with two attestations for each, and the list that go-containerregistry
 * 0.21.5 was seen to write for them.
 */
export const goldenAttested = {
  digest: 'sha256:bcabc3a28db6c9dcac5a37a8a26448efa160471f92fbdcde41898beb647bcb8d',
  size: 2101,
  attestations: [
    'sha256:d6232ee6307ca804b6f15e9f3d57cdc2c381e6d6306fe0cd7b04496d078acfed',
    'sha256:292d32b876dc89e58ccb1a7a2ae2f74327a51ef4f28865d5bf177eed6f668ccc',
    'sha256:489e8469be7180d9861a03a1e7121818f0733f13d47a9850d09d9ca402fecc8f',
    'sha256:7a76e867e45f4b1d41e00fda08320413c68e98e2a4803a812fe5b04cd2240fda',
  ],
} as const

/** Puts those into a registry, under an index that lists them in another order. */
export function putAttested(store: Store, repository: string, tag: string) {
  const entries = ['arm64', 'amd64'].flatMap((architecture) => {
    const image = putImage(store, repository, architecture, { types: oci, tail: '' })
    const attestations = ['provenance', 'sbom'].map((kind) => ({
      ...putAttestation(store, repository, `${kind} of ${architecture}\n`, kind === 'sbom'),
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': image.digest,
        'in-toto.io/note': 'not copied',
      },
      platform: { os: 'unknown', architecture: 'unknown' },
    }))
    const { bytes, digest } = image
    const entry = { mediaType: oci.manifest, digest, size: bytes.length }
    return [...attestations, { ...entry, platform: { os: 'linux', architecture } }]
  })
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: entries }))
  store.putManifest(repository, { bytes, mediaType }, tag)
}

function putAttestation(store: Store, repository: string, text: string, isArtifact: boolean) {
  const [type, json] = isArtifact
    ? ['application/vnd.oci.empty.v1+json', '{}']
    : [oci.config, '{"architecture":"unknown","os":"unknown"}']
  const [config, layer] = [Buffer.from(json), Buffer.from(text)]
  store.putBlob(repository, config)
  store.putBlob(repository, layer)
  const bytes = Buffer.from(
    `{"schemaVersion":2,"mediaType":"${oci.manifest}","config":${descriptor(type, config)},` +
      `"layers":[${descriptor('application/vnd.in-toto+json', layer)}]}`,
  )
  const digest = store.putManifest(repository, { bytes, mediaType: oci.manifest })
  return { mediaType: oci.manifest, digest, size: bytes.length }
}

function putImage(
  store: Store,
  repository: string,
  architecture: string,
  { types, tail }: Pick<GoldenCase, 'types' | 'tail'>,
) {
  const config = Buffer.from(`{"architecture":"${architecture}","os":"linux"}`)
  const layer = Buffer.from(`layer ${architecture}\n`)
  store.putBlob(repository, config)
  store.putBlob(repository, layer)
  const bytes = Buffer.from(
    `{"schemaVersion":2,"mediaType":"${types.manifest}",` +
      `"config":${descriptor(types.config, config)},` +
      `"layers":[${descriptor(types.layer, layer)}]${tail}}`,
  )
  const digest = store.putManifest(repository, { bytes, mediaType: types.manifest })
  return { bytes, digest }
}

function descriptor(mediaType: string, bytes: Uint8Array): string {
  return `{"mediaType":"${mediaType}","size":${bytes.length},"digest":"${digestOf(bytes)}"}`
}
