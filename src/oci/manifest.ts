import * as v from 'valibot'
import { type Descriptor, descriptorSchema, mediaTypeSchema, textsOf } from './descriptor.ts'
import { FormatError } from './errors.ts'
import {
  isImageManifestType,
  isIndexType,
  isSchema1Type,
  MediaType,
  normaliseMediaType,
} from './media-types.ts'
import { quote } from './quote.ts'
import { formatMember, parseStrictJson } from './strict-json.ts'

/** The spec asks registries for 4 MiB; a few (Gitea, for one) take more, so twice as much is read. */
export const MAX_MANIFEST_BYTES = 8 * 1024 * 1024

/** No spec sets a limit. Real indexes hold some dozens; each child costs at least one request. */
export const MAX_INDEX_CHILDREN = 1000

/** Container runtimes stop at about 128 layers; artifacts with one file a layer go further. */
export const MAX_LAYERS = 1000

/** The manifest of one image or artifact (image-spec "Image Manifest", Docker schema 2). */
export interface ImageManifest {
  readonly kind: 'image'
  /** Under which it has to be pushed again; normalised. */
  readonly mediaType: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly artifactType?: string
}

/** A list of manifests (image-spec "Image Index", Docker manifest list). */
export interface ImageIndex {
  readonly kind: 'index'
  /** Under which it has to be pushed again; normalised. */
  readonly mediaType: string
  readonly manifests: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** A document that a registry stores under a tag or a digest. */
export type Manifest = ImageManifest | ImageIndex

/** What is known about the bytes besides the bytes. */
export interface ManifestHints {
  /** The response header; may be absent, carry parameters, or say nothing (`text/plain`). */
  readonly contentType?: string
  /** The media type that a verified descriptor promised; it outranks what the registry says. */
  readonly expectedType?: string
}

const common = {
  schemaVersion: v.literal(2, 'must be 2'),
  subject: v.nullish(descriptorSchema),
  artifactType: v.nullish(v.string('must be a string')),
  annotations: v.fallback(v.nullish(v.record(v.string(), v.unknown())), undefined),
}

/** Go writes an empty list as null now and then. */
function descriptors(limit: number, what: string): v.GenericSchema<unknown, Descriptor[]> {
  const list = v.pipe(
    v.array(descriptorSchema, 'must be an array'),
    v.maxLength(limit, `has more than ${limit} ${what}`),
  )
  return v.pipe(
    v.nullable(list),
    v.transform((entries) => entries ?? []),
  )
}

const imageSchema = v.looseObject({
  ...common,
  config: descriptorSchema,
  // Artifacts without a layer leave it out.
  layers: v.optional(descriptors(MAX_LAYERS, 'layers'), null),
})

const indexSchema = v.looseObject({
  ...common,
  manifests: descriptors(MAX_INDEX_CHILDREN, 'entries'),
})

const documentSchema = v.record(v.string(), v.unknown())

/**
 * Reads a manifest or index. The bytes are not kept and never written again from what is returned.
 * @throws FormatError of kind `json` or `manifest` that names the place and the rule
 */
export function parseManifest(bytes: Uint8Array, hints: ManifestHints = {}): Manifest {
  if (bytes.byteLength > MAX_MANIFEST_BYTES) {
    throw new FormatError(
      'manifest',
      `the manifest has ${bytes.byteLength} bytes, more than the ${MAX_MANIFEST_BYTES} that are accepted`,
    )
  }
  const document = parseStrictJson(bytes, { freeMaps: ['annotations'] })
  if (!v.is(documentSchema, document) || Array.isArray(document)) {
    throw new FormatError('manifest', 'the manifest must be a JSON object')
  }
  refuseSchema1(document, hints)
  refuseAmbiguous(document)
  const mediaType = decideMediaType(document, hints)
  return isIndexType(mediaType) ? readIndex(document, mediaType) : readImage(document, mediaType)
}

/**
 * Whether an index entry is one of BuildKit's attestations (provenance, bill of materials) rather
 * than an image for a platform.
 */
export function isAttestation(descriptor: Descriptor): boolean {
  const type = descriptor.annotations?.['vnd.docker.reference.type']
  if (type === 'attestation-manifest') return true
  const { platform } = descriptor
  return platform?.os === 'unknown' && platform.architecture === 'unknown'
}

/** The digest of the image that one of BuildKit's attestations is about; undefined for other entries. */
export function attestedImage({ annotations = {} }: Descriptor): string | undefined {
  const isManifest = annotations['vnd.docker.reference.type'] === 'attestation-manifest'
  return isManifest ? annotations['vnd.docker.reference.digest'] : undefined
}

/** The artifact manifest of a draft of OCI 1.1. */
const WITHDRAWN_TYPE = 'application/vnd.oci.artifact.manifest.v1+json'

type Document = Readonly<Record<string, unknown>>

function refuseSchema1(document: Document, hints: ManifestHints): void {
  const promised = hints.expectedType ?? hints.contentType ?? ''
  const stated = document['mediaType']
  if (
    document['schemaVersion'] === 1 ||
    isSchema1Type(promised) ||
    (typeof stated === 'string' && isSchema1Type(stated))
  ) {
    throw new FormatError(
      'manifest',
      'this is a Docker schema 1 manifest, a format that registries no longer accept: pull the image and push it again with a current tool to convert it',
    )
  }
}

/** One document that is an index to some programs and an image to others (CVE-2021-41190). */
function refuseAmbiguous(document: Document): void {
  if (!Object.hasOwn(document, 'manifests')) return
  for (const name of ['config', 'layers']) {
    if (Object.hasOwn(document, name)) {
      throw new FormatError(
        'manifest',
        `the manifest is ambiguous: it has both manifests (an index) and ${name} (an image)`,
      )
    }
  }
}

/**
 * What the document states itself: registries refuse it under any other type (distribution-spec,
 * Pushing Manifests), and descriptors, and what registries say, are off now and then. Only where
 * these call an index an image, or the reverse, is there no telling what is meant (CVE-2021-41190).
 */
function decideMediaType(document: Document, hints: ManifestHints): string {
  const expected = knownType(hints.expectedType)
  const served = knownType(hints.contentType)
  const told = expected ?? served
  const stated = statedType(document, expected !== undefined)
  if (stated === undefined) return told ?? sniffType(document)
  if (told !== undefined && isIndexType(stated) !== isIndexType(told)) {
    const by = expected === undefined ? 'the registry served it as' : 'its descriptor says'
    throw new FormatError('manifest', `mediaType: the manifest says ${stated}, but ${by} ${told}`)
  }
  return stated
}

function knownType(type: string | undefined): string | undefined {
  if (type === undefined || !(isIndexType(type) || isImageManifestType(type))) return undefined
  return normaliseMediaType(type)
}

/** @param isOptional whether an unknown one is passed over, because there is another one to go by */
function statedType(document: Document, isOptional: boolean): string | undefined {
  const value = document['mediaType']
  if (value === undefined || value === null || value === '') return undefined
  const result = v.safeParse(mediaTypeSchema, value)
  const known = result.success ? knownType(result.output) : undefined
  if (known !== undefined || isOptional) return known
  if (value === WITHDRAWN_TYPE) {
    throw new FormatError(
      'manifest',
      `mediaType: ${value} was withdrawn before OCI 1.1, and registries refuse it: push the artifact again with a current tool`,
    )
  }
  const shown = typeof value === 'string' ? quote(value) : 'something else than a string'
  throw new FormatError(
    'manifest',
    `mediaType: must be that of an OCI or Docker manifest or index, not ${shown}`,
  )
}

/** Only Docker's format requires `mediaType`, so that what has none is OCI unless the config is Docker's. */
function sniffType(document: Document): string {
  if (Object.hasOwn(document, 'manifests')) return MediaType.ociIndex
  if (!Object.hasOwn(document, 'config') && !Object.hasOwn(document, 'layers')) {
    throw new FormatError(
      'manifest',
      'this is no manifest: it has neither manifests nor config and layers',
    )
  }
  const { config } = document
  const docker = v.is(v.looseObject({ mediaType: v.literal(MediaType.dockerConfig) }), config)
  return docker ? MediaType.dockerManifest : MediaType.ociManifest
}

function readIndex(document: Document, mediaType: string): ImageIndex {
  const { manifests, subject, artifactType, annotations } = validate(indexSchema, document, 'index')
  refuseTwoSizes([...manifests, ...(subject ? [subject] : [])])
  return {
    kind: 'index',
    mediaType,
    manifests,
    ...optional(subject, artifactType),
    ...(annotations && { annotations: textsOf(annotations) }),
  }
}

function readImage(document: Document, mediaType: string): ImageManifest {
  const { config, layers, subject, artifactType } = validate(imageSchema, document, 'manifest')
  refuseTwoSizes([config, ...layers, ...(subject ? [subject] : [])])
  return { kind: 'image', mediaType, config, layers, ...optional(subject, artifactType) }
}

/** One of them is false, and whoever reads the document takes another one. */
function refuseTwoSizes(listed: readonly Descriptor[]): void {
  const sizes = new Map<string, number>()
  for (const { digest, size } of listed) {
    const other = sizes.get(digest) ?? size
    if (other !== size) {
      const reason = `${digest} is listed with two sizes, ${other} and ${size} bytes`
      throw new FormatError('manifest', reason)
    }
    sizes.set(digest, size)
  }
}

function optional(
  subject: Descriptor | null | undefined,
  artifactType: string | null | undefined,
): { subject?: Descriptor; artifactType?: string } {
  return { ...(subject && { subject }), ...(artifactType && { artifactType }) }
}

function validate<T extends v.GenericSchema>(
  schema: T,
  document: Document,
  what: string,
): v.InferOutput<T> {
  const result = v.safeParse(schema, document, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const path = formatPath(issue.path ?? [])
  const missing = issue.received === 'undefined' || issue.input === undefined
  const rule = missing ? 'is required' : issue.message
  throw new FormatError('manifest', `the ${what} is not valid: ${path}: ${rule}`)
}

function formatPath(items: readonly { readonly key?: unknown }[]): string {
  let path = ''
  for (const { key } of items) {
    path = typeof key === 'number' ? `${path}[${key}]` : formatMember(path, String(key))
  }
  return path
}
