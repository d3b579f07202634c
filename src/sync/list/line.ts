import { parsePlatform } from '../../oci/platform.ts'
import { quote } from '../../oci/quote.ts'
import { namesRegistry } from '../../oci/reference.ts'
import { commandProblem } from './command.ts'
import { type ListEntry, type ListProblem, splitWords } from './entry.ts'
import { hasLogin, strayWord } from './stray.ts'

const PLATFORM_OPTION = /^\s*--platform(?:=|\s+)(\S*)(.*)$/s

const SYSTEMS = /^(?:linux|windows|darwin|macos|freebsd)\//

/** Architectures for themselves, which are no names of images. */
const ARCHITECTURE = /^(?:amd64|arm64|x86_64|aarch64|arm\/v[5-8]|arm64\/v8|ppc64le|s390x|riscv64)$/

/** A platform that is no repository: `windows/servercore` is one. */
const PLATFORM =
  /^(?:linux|windows|darwin|macos|freebsd)\/(?:386|amd64|arm|arm64|x86_64|aarch64|ppc64le|s390x|riscv64|loong64|mips64le)(?:\/v[0-9])?$/

/** The host of a registry for itself; what has fewer digits behind its colon is a tag (`node.js:20`). */
const HOST = /^(?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]{3,5})?$|^localhost:[0-9]+$/i

/** What items of lists begin with elsewhere. */
const BULLET = /^(?:[-*+•·>;|&]|\(?[0-9]+[.)])$/

/**
 * Reads `[--platform=P] SOURCE [=>] [DESTINATION…]`; the text has no comment and is not blank.
 * Without `=>` only what is unmistakably a destination is taken for one.
 */
export function readLine(text: string, line: number): ListEntry | ListProblem {
  const option = PLATFORM_OPTION.exec(text)
  const words = splitWords((option?.[2] ?? text).replaceAll('=>', ' => '))
  const arrow = words.indexOf('=>')
  const message =
    commandProblem(words) ??
    bulletProblem(words) ??
    strayOption(words) ??
    words
      .filter((word) => word !== '=>')
      .map(strayWord)
      .find((problem) => problem !== undefined) ??
    arrowProblem(words, arrow) ??
    (arrow === -1 ? misreading(words, option?.[1]) : undefined)
  if (message !== undefined) return { line, message }
  const [source] = words
  if (source === undefined) return { line, message: 'no image stands behind --platform' }
  const destinations = words.slice(arrow === -1 ? 1 : 2)
  return {
    line,
    source,
    ...(destinations.length > 0 && { destinations }),
    ...(option?.[1] !== undefined && { platforms: option[1] }),
  }
}

function bulletProblem([bullet = '', ...words]: readonly string[]): string | undefined {
  if (words.length === 0 || !BULLET.test(bullet)) return undefined
  const meant = words.join(' ')
  const isImage = !BULLET.test(words[0] ?? '') && isReadable(meant)
  return `${quote(bullet)} is too much before an image${isImage ? `; write ${quote(meant)}` : ''}`
}

/** Whether to propose a line: one that cannot be read may hold anything, and a secret. */
function isReadable(text: string): boolean {
  return !hasLogin(text) && !('message' in readLine(text, 1))
}

function strayOption(words: readonly string[]): string | undefined {
  const option = words.find((word) => /^--[A-Za-z]/.test(word))?.replace(/=.*$/s, '')
  if (option === undefined) return undefined
  return option === '--platform'
    ? '--platform stands before the image that it is for, at the beginning of the line'
    : `${quote(option)} is no option of a line; only --platform is, before the image`
}

function arrowProblem(words: readonly string[], arrow: number): string | undefined {
  if (arrow === -1) return undefined
  if (words.lastIndexOf('=>') !== arrow) return '"=>" occurs twice; one line names one source'
  if (arrow === 0) return 'no source stands before "=>"'
  if (arrow > 1) return `${arrow} references stand before "=>"; one line names one source`
  if (arrow === words.length - 1) return 'no destination stands after "=>"'
  return undefined
}

/** What may have been meant by words of which one is no source or no destination for certain. */
function misreading(words: readonly string[], option: string | undefined): string | undefined {
  const [source = '', ...others] = words
  if (others.length === 0) return undefined
  const first = platformFirst(words, option) ?? hostFirst(source, others)
  if (first !== undefined) return first
  const word = others.find((other) => !isDestination(other))
  if (word === undefined) return undefined
  return (
    platform(others, source) ??
    tagColumn(words) ??
    tagApart(words) ??
    `${quote(word)} may be a destination or not; write "=>" before the destinations, or name its host`
  )
}

/** It names a host, begins with a colon, or has a tag (or a digest, which is refused later). */
function isDestination(word: string): boolean {
  return word.startsWith(':') || namesRegistry(word) || /[:@][^/]*$/.test(word)
}

function platform(words: readonly string[], source: string): string | undefined {
  const platforms = words.flatMap((word) => platformOf(word) ?? [])
  return platforms.length === 0 ? undefined : platformMessage(platforms, source)
}

/** Platforms in the first column, or behind a blank in the list of those of `--platform`. */
function platformFirst(words: readonly string[], option: string | undefined): string | undefined {
  const end = words.findIndex((word) => !ARCHITECTURE.test(word) && !PLATFORM.test(word))
  if (end < 1) return undefined
  const platforms = words.slice(0, end).flatMap((word) => platformOf(word) ?? [])
  const before = option === undefined ? [] : option.split(',').filter((word) => word !== '')
  return platformMessage([...before, ...platforms], words.slice(end).join(' '))
}

function platformMessage(platforms: readonly string[], image: string): string {
  const names = platforms.join(',')
  const meant = `--platform=${names} ${image}`
  const where = isReadable(meant) ? `write ${quote(meant)}` : 'write --platform= before an image'
  return `${quote(names)} ${platforms.length === 1 ? 'is a platform' : 'are platforms'}; ${where}, or an object with platforms`
}

function platformOf(word: string): string | undefined {
  if (ARCHITECTURE.test(word)) return `linux/${word}`
  try {
    return SYSTEMS.test(word) && parsePlatform(word).os !== '' ? word : undefined
  } catch {
    return undefined
  }
}

/** A host in a column of its own, which a destination without a host tells from a repository. */
function hostFirst(host: string, others: readonly string[]): string | undefined {
  if (!HOST.test(host) || others.some((word) => word.startsWith(':') || namesRegistry(word)))
    return undefined
  const image = others.join(' ')
  const meant = `${host}/${image}`
  return isReadable(meant)
    ? `${quote(host)} looks like a host; write ${quote(meant)}, or ${quote(`${host} => ${image}`)} if it is an image`
    : `${quote(host)} looks like a host, which stands before its repository with a slash between them`
}

/** `SOURCE DESTINATION TAG`, the columns of many a script. */
function tagColumn(words: readonly string[]): string | undefined {
  const [source = '', destination = '', tag = ''] = words
  if (words.length !== 3 || hasTag(source) || hasTag(destination) || !isTag(tag)) return undefined
  return `${quote(tag)} looks like a tag; write ${quote(`${source}:${tag} => ${destination}:${tag}`)}`
}

function tagApart(words: readonly string[]): string | undefined {
  const [source = '', tag = ''] = words
  if (words.length !== 2 || hasTag(source) || !isTag(tag)) return undefined
  return `${quote(tag)} looks like a tag; write ${quote(`${source}:${tag}`)}, or ${quote(`${source} => ${tag}`)} if it is a destination`
}

function hasTag(reference: string): boolean {
  return /[:@][^/]*$/.test(reference)
}

function isTag(word: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(word)
}
