import { quote } from '../../oci/quote.ts'
import { hasLogin, strayWord } from './stray.ts'

/** Programs, and what they are told, in lines that were copied from a script. */
const PROGRAM = /^(?:docker|podman|nerdctl|crane|skopeo|regctl|oras|ctr|crictl|buildah)$/
const VERB = /^(?:pull|push|tag|run|copy|cp|create|image|images|sync|buildx|imagetools)$/
/** As the first word they are no image without a tag. */
const FIRST = /^(?:FROM|from|pull|push|image|images|copy|cp|tag|retag|run|sync|mirror)$/
const TWO_IMAGES = /^(?:tag|retag|copy|cp|sync|mirror|create)$/

/** What a line of a script may begin with. */
const PROMPT = /^(?:sudo|exec|\$|>|-)$/

/** Where a command ends: at the next one, a pipe or a redirection. */
const END = /^[;&|<>\\]|;$/

/** Options without a value of their own. Whatever stands behind another one may be a secret. */
const FLAG =
  /^-(?:[adfiqrtx]|it|-(?:all|all-tags|force|insecure|interactive|multi-arch|preserve-digests|quiet|recursive|rm|tty))$/

/** What a line says that is a command of another program, where that can be told, and what to write. */
export function commandProblem(written: readonly string[]): string | undefined {
  const words = written.slice(written.findIndex((word) => !PROMPT.test(word)))
  const [program = '', ...others] = words
  if (FIRST.test(program) && others.length > 0 && !isImage(program, others)) {
    return message(program, imagesOf(others).slice(0, TWO_IMAGES.test(program) ? 2 : 1))
  }
  if (!PROGRAM.test(program) || !VERB.test(others[0] ?? '')) return undefined
  const end = others.findIndex((word) => END.test(word))
  const command = end === -1 ? others : others.slice(0, end)
  const verbs = command.filter((word) => VERB.test(word))
  return message([program, ...verbs].join(' '), meantBy(program, verbs, command))
}

/** Whether the first word is an image all the same: one whose copy has its name. */
function isImage(name: string, others: readonly string[]): boolean {
  const [, last] = /\/([^/:@]+)(?:[:@][^/]*)?$/.exec(others[0] ?? '') ?? []
  return others.includes('=>') || (others.length === 1 && last === name)
}

function meantBy(
  program: string,
  verbs: readonly string[],
  words: readonly string[],
): readonly string[] {
  const rest = words.filter((word) => !VERB.test(word))
  if (program === 'skopeo') return rest.filter((word) => word.startsWith('docker://'))
  if (verbs.includes('create')) {
    const tags = rest.filter((_, index) => /^(?:-t|--tag)$/.test(rest[index - 1] ?? ''))
    const sources = imagesOf(rest).filter((image) => !tags.includes(image))
    return tags.length > 0 && sources.length === 1 ? [...sources, ...tags] : []
  }
  const count = verbs.some((verb) => TWO_IMAGES.test(verb)) ? 2 : 1
  const images = imagesOf(rest).slice(0, count)
  return images.length === count ? images : []
}

function imagesOf(words: readonly string[]): readonly string[] {
  return words.filter((word, index) => {
    const before = words[index - 1] ?? ''
    return (
      !word.startsWith('-') &&
      (!before.startsWith('-') || FLAG.test(before) || before.includes('='))
    )
  })
}

function message(name: string, images: readonly string[]): string {
  const bare = images.map((image) => image.replace(/^docker:\/\//, ''))
  const [source, ...destinations] = bare
  const isClear =
    source !== undefined &&
    bare.every((image) => strayWord(image) === undefined && !hasLogin(image))
  const line = [source, ...(destinations.length === 0 ? [] : ['=>', ...destinations])].join(' ')
  const meant = isClear ? `; write ${quote(line)}` : ''
  return `${quote(name)} is a command, and a line holds references only${meant}`
}
