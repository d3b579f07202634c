import { FormatError } from './errors.ts'
import { quote } from './quote.ts'

/** An operating system and a processor, normalised (image-spec "Image Index", `platform`). */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  /** Of Windows alone: the build that its kernel has to have, `10.0.20348.1906`. */
  readonly osVersion?: string
  /** Of Windows alone: what its kernel has to have, `win32k`. */
  readonly osFeatures?: readonly string[]
}

/** What a document says about a platform, as it says it. */
export interface RawPlatform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string | undefined
  readonly 'os.version'?: string | undefined
  readonly 'os.features'?: readonly string[] | undefined
}

/** The platforms that are wanted; `all` takes an index as it is. */
export type PlatformFilter = 'all' | readonly Platform[]

const COMPONENT = /^[A-Za-z0-9_.-]+$/

/** Far above any real platform; what is longer is not looked at. */
const MAX_PLATFORM_LENGTH = 128

const architectureAliases: ReadonlyMap<string, string> = new Map([
  ['aarch64', 'arm64'],
  ['x86_64', 'amd64'],
  ['x86-64', 'amd64'],
  ['i386', '386'],
])

/** Debian's names for two kinds of 32-bit Arm, which imply the variant. */
const armAliases: ReadonlyMap<string, string> = new Map([
  ['armhf', 'v7'],
  ['armel', 'v6'],
])

/**
 * One spelling for each platform, so that comparing is equality: lower case, the usual aliases
 * (`aarch64`, `x86_64`, `armhf`, `macos`, …) replaced, `arm` always with a variant, and the variants
 * that say nothing (`arm64/v8`, `amd64/v1`) dropped.
 */
export function normalisePlatform(platform: {
  readonly os: string
  readonly architecture: string
  readonly variant?: string | undefined
}): Platform {
  const system = platform.os.toLowerCase()
  const os = system === 'macos' ? 'darwin' : system
  const named = platform.architecture.toLowerCase()
  const armVariant = armAliases.get(named)
  if (armVariant !== undefined) return { os, architecture: 'arm', variant: armVariant }
  const architecture = architectureAliases.get(named) ?? named
  const variant = normaliseVariant(architecture, (platform.variant ?? '').toLowerCase())
  return variant === '' ? { os, architecture } : { os, architecture, variant }
}

function normaliseVariant(architecture: string, variant: string): string {
  switch (architecture) {
    case 'arm':
      if (variant === '') return 'v7'
      return /^[5-8]$/.test(variant) ? `v${variant}` : variant
    case 'arm64':
      return variant === '8' || variant === 'v8' ? '' : variant
    case 'amd64':
      return variant === 'v1' ? '' : variant
    default:
      return variant
  }
}

/**
 * The platform of an index's entry or of an image's config. The version of the operating system is
 * part of it for Windows, whose images run on kernels of their own version (image-spec "Image Index",
 * `os.version`).
 */
export function readPlatform(raw: RawPlatform): Platform {
  const platform = normalisePlatform(raw)
  const { 'os.version': osVersion = '', 'os.features': osFeatures = [] } = raw
  if (platform.os !== 'windows') return platform
  return {
    ...platform,
    ...(osVersion !== '' && { osVersion }),
    ...(osFeatures.length > 0 && { osFeatures }),
  }
}

/**
 * Tells platforms apart that are both kept when an index is filtered: as `formatPlatform`, and for
 * Windows with `:` and the version behind it.
 */
export function platformKey(platform: Platform): string {
  const name = formatPlatform(platform)
  const { osVersion } = platform
  return osVersion === undefined ? name : `${name}:${encodeURIComponent(osVersion.toWellFormed())}`
}

/**
 * `os/architecture[/variant]` of the normalised platform. A part that is no plain word (an index may
 * hold any text there) is percent-encoded, so that two platforms never share one string and the
 * string is plain ASCII.
 */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalisePlatform(platform)
  const parts = variant === undefined ? [os, architecture] : [os, architecture, variant]
  return parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/')
}

/**
 * Reads `os/architecture[/variant]` and normalises it.
 * @throws FormatError of kind `platform`
 */
export function parsePlatform(text: string): Platform {
  const [os, architecture, variant, ...rest] =
    text.length <= MAX_PLATFORM_LENGTH ? text.split('/') : []
  if (
    !isComponent(os) ||
    !isComponent(architecture) ||
    (variant !== undefined && !isComponent(variant)) ||
    rest.length > 0
  ) {
    throw new FormatError(
      'platform',
      `platform ${quote(text)} is malformed: expected os/architecture or os/architecture/variant, such as linux/arm64 or linux/arm/v7`,
    )
  }
  return normalisePlatform({ os, architecture, variant })
}

function isComponent(text: string | undefined): text is string {
  return text !== undefined && COMPONENT.test(text)
}

/**
 * Reads platforms separated by commas and white space, or the word `all`. The result is sorted by
 * platform string and holds each platform once.
 * @throws FormatError of kind `platform`, for an empty list as well
 */
export function parsePlatformFilter(text: string): PlatformFilter {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  if (words.length === 0) {
    throw new FormatError('platform', 'no platform is named: expected os/architecture, or all')
  }
  if (words.some((word) => word.toLowerCase() === 'all')) {
    if (words.length === 1) return 'all'
    throw new FormatError('platform', 'all cannot be combined with other platforms')
  }
  const platforms = new Map<string, Platform>()
  for (const word of words) {
    const platform = parsePlatform(word)
    platforms.set(formatPlatform(platform), platform)
  }
  return [...platforms].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, platform]) => platform)
}
