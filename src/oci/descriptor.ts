import * as v from 'valibot'
import type { SizedDigest } from './digest.ts'
import { parseDigest } from './digest.ts'
import { FormatError } from './errors.ts'
import { type Platform, readPlatform } from './platform.ts'

/** What one document says about another piece of content (image-spec "Descriptors"). */
export interface Descriptor extends SizedDigest {
  readonly mediaType: string
  /** Normalised. */
  readonly platform?: Platform
  /** What of a platform is there, `linux/`, where half of it is missing: it is for none then. */
  readonly incompletePlatform?: string
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
  /** Never fetched from. */
  readonly urls?: readonly string[]
}

/**
 * A media type becomes a request header. RFC 6838 allows 255 characters; registries add parameters
 * such as a charset, which are let through.
 */
const MEDIA_TYPE = /^[\x21-\x7e][\x20-\x7e]{0,511}$/

export const mediaTypeSchema = v.pipe(
  v.string('must be a string'),
  v.regex(MEDIA_TYPE, 'must be a media type in printable ASCII'),
)

const digestSchema = v.pipe(
  v.string('must be a digest in a string'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return parseDigest(dataset.value)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      addIssue({ message: error.message })
      return NEVER
    }
  }),
)

const sizeRule = 'must be an integer from 0 to 2^53 - 1'
const sizeSchema = v.pipe(v.number(sizeRule), v.safeInteger(sizeRule), v.minValue(0, sizeRule))

/** One entry that says half of it does not condemn the index: it is for no platform then. */
const platformSchema = v.looseObject(
  {
    os: v.nullish(v.string('must be a string'), ''),
    architecture: v.nullish(v.string('must be a string'), ''),
    variant: v.nullish(v.string('must be a string'), ''),
    'os.version': v.fallback(v.nullish(v.string(), ''), ''),
    'os.features': v.fallback(v.nullish(v.array(v.string()), []), []),
  },
  'must be an object',
)

/** Go writes null for what is absent, and reads it so. */
const schema = v.looseObject(
  {
    mediaType: mediaTypeSchema,
    digest: digestSchema,
    size: sizeSchema,
    platform: v.nullish(platformSchema),
    artifactType: v.nullish(v.string('must be a string')),
    annotations: v.nullish(v.record(v.string(), v.unknown(), 'must be an object')),
    urls: v.nullish(v.array(v.string('must be a string'), 'must be an array')),
  },
  'must be an object',
)

/** Validates a descriptor of a parsed document; unknown members and media types are accepted. */
export const descriptorSchema = v.pipe(schema, v.transform(toDescriptor))

function toDescriptor(raw: v.InferOutput<typeof schema>): Descriptor {
  const { mediaType, digest, size, platform, artifactType, annotations, urls } = raw
  return {
    mediaType,
    digest,
    size,
    ...(platform && platformOf(platform)),
    ...(artifactType && { artifactType }),
    ...(annotations && { annotations: textsOf(annotations) }),
    ...(urls && { urls }),
  }
}

function platformOf(
  raw: v.InferOutput<typeof platformSchema>,
): Pick<Descriptor, 'platform' | 'incompletePlatform'> {
  const { os, architecture } = raw
  if (os !== '' && architecture !== '') return { platform: readPlatform(raw) }
  return os === '' && architecture === '' ? {} : { incompletePlatform: `${os}/${architecture}` }
}

/** Annotations are strings; other values occur in the wild and mean nothing to us. */
export function textsOf(annotations: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(annotations)) {
    if (typeof value === 'string') texts[name] = value
  }
  return texts
}
