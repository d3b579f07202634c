import { type Digest, isDigest, parseDigest } from './digest.ts'
import { FormatError } from './errors.ts'
import { imageOfAddress } from './pasted-address.ts'
import { quote } from './quote.ts'
import { isRegistryHost, normaliseRegistry } from './registry-host.ts'

export { normaliseRegistry } from './registry-host.ts'

/** The name of an image (distribution/reference). With tag and digest the digest decides. */
export interface Reference {
  /** Normalised host with optional port. */
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: Digest
}

/** A registry, or a place in one, that shorter references are relative to. */
export interface RegistryBase {
  readonly registry: string
  readonly prefix?: string
}

const DOCKER_HUB: RegistryBase = { registry: 'docker.io' }

/** Where Docker Hub keeps the images that have no owner. */
const OFFICIAL = 'library/'

/** Host, slash and repository: clients and registries cut or refuse longer names. */
const MAX_NAME_LENGTH = 255
const MAX_TAG_LENGTH = 128

/** Longest name, tag and sha512 digest with room to spare; beyond it nothing is looked at. */
const MAX_REFERENCE_LENGTH = 1024

const COMPONENT = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

/**
 * Reads a reference. Its first component is a registry only if a slash follows it and it has a dot
 * or a colon or is `localhost`; everything else is relative to `base` (Docker Hub unless given).
 * No tag is added where there is none.
 * @throws FormatError of kind `reference` that says what is wrong and, where it can, what was meant
 */
export function parseReference(text: string, base: RegistryBase = DOCKER_HUB): Reference {
  refuseForeignForms(text)
  const at = text.indexOf('@')
  const named = at === -1 ? text : text.slice(0, at)
  const digest = at === -1 ? undefined : readDigest(text.slice(at + 1))
  const { host, path } = splitHost(named)
  const { repository, tag } = splitTag(path, text)
  checkRepository(repository, text, host === undefined ? 0 : host.length + 1)
  if (host === undefined && digest === undefined && /^[0-9a-f]{64}$/.test(text)) {
    throw bad(text, `is a bare digest; write repository@sha256:${text.slice(0, 12)}…`)
  }
  if (host !== undefined) refuseBranch(host, path, text)
  const registry = host === undefined ? base : { registry: normaliseRegistry(host) }
  return {
    ...locate(repository, registry),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  }
}

/** Whether a text may stand between the slashes of a repository's name. */
export function isPathComponent(text: string): boolean {
  return COMPONENT.test(text)
}

/** Whether the reference names its registry itself. */
export function namesRegistry(text: string): boolean {
  return splitHost(text).host !== undefined
}

/**
 * The place of a repository path under a base. On Docker Hub itself a path of one component is an
 * official image and gets `library/`.
 * @throws FormatError of kind `reference` if the whole name becomes too long
 */
export function locate(path: string, base: RegistryBase): { registry: string; repository: string } {
  const joined = base.prefix === undefined ? path : `${base.prefix}/${path}`
  const official = base.registry === DOCKER_HUB.registry && !joined.includes('/')
  const repository = official ? OFFICIAL + joined : joined
  if (base.registry.length + 1 + repository.length > MAX_NAME_LENGTH) {
    throw bad(
      `${base.registry}/${repository}`,
      `is too long: host and repository may have ${MAX_NAME_LENGTH} characters together`,
    )
  }
  return { registry: base.registry, repository }
}

/**
 * The path of a repository as a user of `base` writes it: relative to it where it lies under it, and
 * without `library/` where it is an official image of Docker Hub.
 */
export function relativePath(reference: Reference, base: RegistryBase): string {
  const { registry, repository } = reference
  const prefix = `${base.prefix ?? ''}/`
  if (base.prefix !== undefined && registry === base.registry && repository.startsWith(prefix)) {
    return repository.slice(prefix.length)
  }
  const official = registry === DOCKER_HUB.registry && repository.startsWith(OFFICIAL)
  return official ? repository.slice(OFFICIAL.length) : repository
}

/**
 * Reads a registry host with an optional path, such as `ghcr.io/acme`.
 * @throws FormatError of kind `reference`
 */
export function parseRegistryBase(text: string): RegistryBase {
  const named = text.split(/[\s,;]+/).filter((part) => part !== '')
  if (named.length > 1 && named.every(namesHost)) {
    throw bad(
      text,
      'names more than one registry; write one, and hosts before the images of others',
    )
  }
  refuseForeignForms(text)
  const slash = text.indexOf('/')
  const host = slash === -1 ? text : text.slice(0, slash)
  if (!isRegistryHost(host)) {
    throw bad(
      text,
      `does not start with a registry host; write ${quote(`docker.io/${text}`)} for a namespace of Docker Hub, or ${quote(`${host}:443`)} for a host without a dot`,
    )
  }
  const registry = normaliseRegistry(host)
  if (slash === -1) return { registry }
  const prefix = text.slice(slash + 1)
  if (/[:@]/.test(prefix)) throw bad(text, 'has a tag or digest; only a host and a path are wanted')
  checkRepository(prefix, text, slash + 1)
  return { registry, prefix }
}

function namesHost(text: string): boolean {
  return isRegistryHost(text.replace(/^[a-z]+:\/\//i, '').split('/', 1)[0] ?? '')
}

/** `host/repository[:tag][@digest]`, which reads back as the same reference whatever the base. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`
  return repositoryName(reference) + tag + digest
}

/** `host/repository` */
export function repositoryName(reference: Reference): string {
  return `${reference.registry}/${reference.repository}`
}

function refuseForeignForms(text: string): void {
  if (text === '') throw new FormatError('reference', 'the reference is empty')
  if (text.length > MAX_REFERENCE_LENGTH) {
    throw new FormatError(
      'reference',
      `the reference is too long: it has more than ${MAX_REFERENCE_LENGTH} characters`,
    )
  }
  const image = imageOfAddress(text)
  if (image !== undefined) {
    throw new FormatError(
      'reference',
      `a reference is no address of a page or of a registry's API; write ${quote(image)}`,
    )
  }
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.exec(text)?.[0]
  if (scheme !== undefined) throw urlError(text, scheme)
  const at = text.indexOf('@')
  if (at !== -1 && text.includes('/', at)) {
    // What stands before the @ may be a password, so that the text is not repeated.
    throw new FormatError(
      'reference',
      'a reference has a "/" after its "@": only a digest may follow "@", and user names and passwords have inputs of their own',
    )
  }
  if (/\s/.test(text)) throw bad(text, 'has white space in it')
}

/** The message leaves out what a URL may have of secrets: user information, query, fragment. */
function urlError(text: string, scheme: string): FormatError {
  const bare = text.slice(scheme.length).replace(/\/?(?:[?#\s].*)?$/s, '')
  const at = bare.lastIndexOf('@')
  const nameEnd = isDigest(bare.slice(at + 1)) ? at : bare.length
  const meant = bare.slice(bare.lastIndexOf('@', nameEnd - 1) + 1)
  const advice = meant === '' ? 'a reference has no scheme' : `write ${quote(meant)} without it`
  return new FormatError(
    'reference',
    `a reference is no URL: ${quote(scheme)} is too much; ${advice}`,
  )
}

function readDigest(text: string): Digest {
  try {
    return parseDigest(text)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new FormatError('reference', error.message, { cause: error })
  }
}

function splitHost(text: string): { host: string | undefined; path: string } {
  const slash = text.indexOf('/')
  const first = text.slice(0, Math.max(slash, 0))
  // Dots alone are a slip in the path, not a host.
  if (slash === -1 || !isRegistryHost(first) || /^\.+$/.test(first)) {
    return { host: undefined, path: text }
  }
  return { host: first, path: text.slice(slash + 1) }
}

function splitTag(path: string, text: string): { repository: string; tag: string | undefined } {
  const colon = path.indexOf(':')
  if (colon === -1) return { repository: path, tag: undefined }
  const tag = path.slice(colon + 1)
  if (tag === '') throw bad(text, 'ends with a colon; a tag must follow it')
  if (tag.includes('/')) throw bad(text, slashBehindColon(tag))
  if (tag.length > MAX_TAG_LENGTH) {
    throw bad(text, `has a tag of ${tag.length} characters; ${MAX_TAG_LENGTH} are allowed`)
  }
  if (!TAG.test(tag)) {
    throw bad(
      text,
      `has the tag ${quote(tag)}; a tag has letters, digits, "_", "." and "-", and does not start with one of the last two`,
    )
  }
  return { repository: path.slice(0, colon), tag }
}

/** `app:feature/x`: what stands before the slash looks like a host, and its tag like a port. */
function refuseBranch(host: string, path: string, text: string): void {
  const [, tag] = /^[^.:[\]]+:([^:]*[^0-9:][^:]*)$/.exec(host) ?? []
  if (tag !== undefined) throw bad(text, slashBehindColon(`${tag}/${path}`))
}

/** The name of a branch in the place of a tag, or a colon that is no such thing as a port's. */
function slashBehindColon(tag: string): string {
  const meant = tag.replaceAll('/', '-')
  const asTag = TAG.test(meant) && !tag.includes(':') ? `, or a tag such as ${quote(meant)}` : ''
  return `has a "/" behind its colon, where a tag has none: only a host has a port, and a repository no colon; write it without the colon${asTag}`
}

/** `start` is the position of the repository in `text`, which the messages show whole. */
function checkRepository(repository: string, text: string, start: number): void {
  if (repository === '') throw bad(text, 'names no repository')
  for (const component of repository.split('/')) {
    if (component === '') throw bad(text, 'has an empty component (a slash too many)')
    if (component === '.' || component === '..') throw bad(text, `has the component "${component}"`)
    if (COMPONENT.test(component)) continue
    if (COMPONENT.test(component.toLowerCase())) {
      const rest = text.slice(start + repository.length)
      const lower = text.slice(0, start) + repository.toLowerCase() + rest
      throw bad(text, `has upper case in the repository; write ${quote(lower)}`)
    }
    const wildcards = component.includes('*') ? '; only tags may have wildcards' : ''
    throw bad(
      text,
      `has the component ${quote(component)}; a component has lower-case letters and digits, with one ".", one or two "_" or any number of "-" between them${wildcards}`,
    )
  }
}

function bad(text: string, problem: string): FormatError {
  return new FormatError('reference', `reference ${quote(text)} ${problem}`)
}
