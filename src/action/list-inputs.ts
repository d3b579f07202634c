import { formatPlatform } from '../oci/platform.ts'
import { formatReference, type RegistryBase } from '../oci/reference.ts'
import { foreignText } from '../registry/foreign-text.ts'
import { ImageListError, type ImagePair, parseImageList } from '../sync/image-list.ts'
import { readImagesFile } from './images-file.ts'
import type { InputName } from './input-names.ts'
import type { InputReader } from './input-reader.ts'

/** The registries that shorter references of the list are relative to. */
interface Bases {
  readonly source: RegistryBase
  readonly destination?: RegistryBase
}

/** The parts of an `InputSource` that a list comes from. */
interface ListSource {
  readFile(path: string): string | Uint8Array
  readonly workspace: string
}

interface List {
  readonly input: InputName
  /** How messages name it: `images`, `images-file lists/app.txt`. */
  readonly name: string
  readonly pairs: readonly ImagePair[]
}

/**
 * Reads `images` and `images-file`, each in its own notation and with its own line numbers, and joins
 * them. Problems are noted in the reader.
 */
export function readImageLists(
  reader: InputReader,
  source: ListSource,
  bases: Bases,
): readonly ImagePair[] {
  if (!reader.given('images') && !reader.given('images-file')) {
    reader.problem('images', 'no image is named; give images, images-file, or both')
    return []
  }
  const lists: List[] = []
  if (reader.given('images')) {
    const text = reader.rawText('images')
    lists.push(parse(reader, { input: 'images', name: 'images', text }, bases))
  }
  if (reader.given('images-file')) {
    const path = reader.text('images-file')
    const name = `images-file ${foreignText(path)}`
    const file = readImagesFile(path, source.workspace, (absolute) => source.readFile(absolute))
    if ('problem' in file) reader.problem('images-file', file.problem, name)
    else lists.push(parse(reader, { input: 'images-file', name, text: file.text }, bases))
  }
  return join(reader, lists)
}

function parse(
  reader: InputReader,
  { text, ...list }: Omit<List, 'pairs'> & { readonly text: string },
  bases: Bases,
): List {
  try {
    return { ...list, pairs: parseImageList(text, bases) }
  } catch (error) {
    if (!(error instanceof ImageListError)) throw error
    for (const { line, message } of error.problems) {
      reader.problem(list.input, message, `${list.name}, line ${line}`)
    }
    return { ...list, pairs: [] }
  }
}

/**
 * Within one list the parser has found repetitions and conflicts; here they are found across lists: a
 * repeated pair is taken once, and two sources for one destination are a problem.
 */
function join(reader: InputReader, lists: readonly List[]): readonly ImagePair[] {
  const first = new Map<string, { readonly list: List; readonly pair: ImagePair }>()
  return lists.flatMap((list) =>
    list.pairs.filter((pair) => {
      const key = target(pair)
      const known = first.get(key)
      if (known === undefined) first.set(key, { list, pair })
      if (known === undefined || known.list === list) return true
      if (wish(known.pair) !== wish(pair)) {
        reader.problem(
          list.input,
          `${formatReference(pair.destination)} has another source in ${known.list.name}, line ${known.pair.line}`,
          `${list.name}, line ${pair.line}`,
        )
      }
      return false
    }),
  )
}

/** What a pair writes to. Without a tag that is the digest, so that any number of sources fit. */
function target({ source, destination }: ImagePair): string {
  const name = formatReference(destination)
  return destination.tag === undefined ? `${name} ${formatReference(source)}` : name
}

function wish({ source, platforms }: ImagePair): string {
  const wanted =
    platforms === undefined || platforms === 'all' ? [platforms] : platforms.map(formatPlatform)
  return [formatReference(source), ...wanted].join(' ')
}
