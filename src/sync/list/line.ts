import { parsePlatform } from '../../oci/platform.ts'
import { quote } from '../../oci/quote.ts'
import { namesRegistry } from '../../oci/reference.ts'
import { type ListEntry, type ListProblem, splitWords } from './entry.ts'
import { strayWord } from './stray.ts'

const PLATFORM_OPTION = /^\s*--platform(?:=|\s+)(\S*)(.*)$/s

/** Programs, and what they are told, in lines that were copied from a script. */
const PROGRAM = /^(?:docker|podman|nerdctl|crane|skopeo|regctl|oras|ctr|crictl|buildah)$/
const VERB = /^(?:pull|push|tag|run|copy|cp|create|image|images|sync|buildx|imagetools)$/
/** As the first word they are no image without a tag. */
const FIRST = /^(?:FROM|from|pull|push|image|images|copy)$/
const TWO_IMAGES = /^(?:tag|copy|cp|sync)$/

const SYSTEMS = /^(?:linux|windows|darwin|macos|freebsd)\//

/**
 * Reads `[--platform=P] SOURCE [=>] [DESTINATION…]`; the text has no comment and is not blank.
 * Without `=>` only what is unmistakably a destination is taken for one.
 */
export function readLine(text: string, line: number): ListEntry | ListProblem {
  const option = PLATFORM_OPTION.exec(text)
  const words = splitWords((option?.[2] ?? text).replaceAll('=>', ' => '))
  const arrow = words.indexOf('=>')
  const message =
    strayOption(words) ??
    words
      .filter((word) => word !== '=>')
      .map(strayWord)
      .find((problem) => problem !== undefined) ??
    arrowProblem(words, arrow) ??
    (arrow === -1 ? misreading(words) : undefined)
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

function strayOption(words: readonly string[]): string | undefined {
  const option = words.find((word) => word.startsWith('--'))?.replace(/=.*$/s, '')
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

/** What may have been meant by words of which one is no destination for certain. */
function misreading(words: readonly string[]): string | undefined {
  const [source = '', ...others] = words
  if (FIRST.test(source) && others.length > 0) return commandMessage(source, others.slice(0, 1))
  const word = others.find((other) => !isDestination(other))
  if (word === undefined) return undefined
  return (
    command(words) ??
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

function command([program = '', ...words]: readonly string[]): string | undefined {
  const verbs = words.filter((word) => VERB.test(word))
  if (!PROGRAM.test(program) || verbs[0] !== words[0]) return undefined
  const images = words.filter((word) => !VERB.test(word) && !word.startsWith('-'))
  const count = verbs.some((verb) => TWO_IMAGES.test(verb)) ? 2 : 1
  return commandMessage([program, ...verbs].join(' '), images.slice(0, count))
}

function commandMessage(name: string, images: readonly string[]): string {
  const bare = images.map((image) => image.replace(/^docker:\/\//, ''))
  const meant = bare.length === 0 ? '' : `; write ${quote(bare.join(' => '))}`
  return `${quote(name)} is a command, and a line holds references only${meant}`
}

function platform(words: readonly string[], source: string): string | undefined {
  const platforms = words.filter(isPlatform)
  if (platforms.length === 0) return undefined
  const names = platforms.join(',')
  return `${quote(names)} ${platforms.length === 1 ? 'is a platform' : 'are platforms'}; write ${quote(`--platform=${names} ${source}`)}, or an object with platforms`
}

function isPlatform(word: string): boolean {
  try {
    return SYSTEMS.test(word) && parsePlatform(word).os !== ''
  } catch {
    return false
  }
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
