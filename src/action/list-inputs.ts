import { relative, resolve, sep } from 'node:path'
import type { RegistryBase } from '../oci/reference.ts'
import { foreignText } from '../registry/foreign-text.ts'
import {
  ImageListError,
  type ListItem,
  type ListPlace,
  parseImageList,
} from '../sync/image-list.ts'
import { Claims } from '../sync/list/claims.ts'
import type { IsRange } from '../sync/list/collect.ts'
import { isPair } from '../sync/list/pair.ts'
import { readImagesFile } from './images-file.ts'
import type { InputProblem, InputReader } from './input-reader.ts'

/** The registries that shorter references of the list are relative to. */
interface Bases {
  readonly source: RegistryBase
  readonly destination?: RegistryBase
}

/** The parts of an `InputSource` that a list comes from. */
interface ListSource {
  readonly isRange?: IsRange
  readFile(path: string): string | Uint8Array
  readonly workspace: string
}

/** The text of a list, and where it comes from. */
interface ListText {
  /** For people, and for annotations: relative to the workspace. */
  readonly file?: string
  readonly text: string
}

export interface ImageLists {
  readonly items: readonly ListItem[]
  /** What the log is to say of how they were read. */
  readonly notes: readonly string[]
}

/**
 * Reads `images` and `images-file`, each in its own notation and with its own line numbers, and joins
 * them. Problems are noted in the reader.
 */
export function readImageLists(reader: InputReader, source: ListSource, bases: Bases): ImageLists {
  if (!reader.given('images') && !reader.given('images-file')) {
    reader.problem('images', 'no image is named; give images, images-file, or both')
    return { items: [], notes: [] }
  }
  const notes: string[] = []
  const items = textsOf(reader, source).flatMap((list) =>
    parse(reader, list, { bases, notes, isRange: source.isRange }),
  )
  return { items: join(reader, items), notes }
}

function textsOf(reader: InputReader, source: ListSource): readonly ListText[] {
  const texts: ListText[] = []
  if (reader.given('images')) texts.push({ text: reader.rawText('images') })
  if (reader.given('images-file')) {
    const path = reader.text('images-file')
    const name = foreignText(path)
    const read = readImagesFile(path, source.workspace, (absolute) => source.readFile(absolute))
    const way = relative(source.workspace, resolve(source.workspace, path))
    const file = foreignText(way.replaceAll(sep, '/'))
    if ('problem' in read) reader.problem('images-file', read.problem, `images-file ${name}`)
    else texts.push({ file, text: read.text })
  }
  return texts
}

interface ParseOptions {
  readonly bases: Bases
  readonly notes: string[]
  readonly isRange: IsRange | undefined
}

function parse(
  reader: InputReader,
  list: ListText,
  { bases, notes, isRange }: ParseOptions,
): readonly ListItem[] {
  const { file, text } = list
  const inFile = (items: readonly ListItem[]): readonly ListItem[] =>
    file === undefined ? items : items.map((item) => ({ ...item, file }))
  try {
    const name = file === undefined ? 'images' : `images-file ${file}`
    const note = (words: string): void => void notes.push(`${name}: ${words}`)
    return inFile(parseImageList(text, bases, { note, ...(isRange !== undefined && { isRange }) }))
  } catch (error) {
    if (!(error instanceof ImageListError)) throw error
    for (const { line, message } of error.problems) {
      reader.note({ ...placeOf({ line, ...(file !== undefined && { file }) }), message })
    }
    return inFile(error.items)
  }
}

/**
 * Within one list the parser has found repetitions and conflicts; here they are found across lists: a
 * repeated pair is taken once, and two sources for one destination are a problem.
 */
function join(reader: InputReader, items: readonly ListItem[]): readonly ListItem[] {
  const claims = new Claims()
  return items.filter((item) => {
    if (!isPair(item)) return true
    const { isNew, problem } = claims.add(item)
    if (problem !== undefined) reader.note({ ...placeOf(item), message: problem })
    return isNew
  })
}

/** Where a problem of the list is. */
export function placeOf({ file, line }: ListPlace): Omit<InputProblem, 'message'> {
  if (file === undefined) return { input: 'images', place: `images, line ${line}` }
  return { input: 'images-file', place: `images-file ${file}, line ${line}`, file, line }
}
