import { sep } from 'node:path'
import { quote } from '../oci/quote.ts'
import { codeOf, fileProblem, locateInWorkspace, tooLarge } from './workspace-path.ts'

/** More than the list parser takes; a larger file is a mistake in the path, and is not even read. */
export const MAX_IMAGES_FILE_BYTES = 64 * 1024 * 1024

/** The text of the file, or what is wrong with it in words that follow the name of the file. */
export type ImagesFile = { readonly text: string } | { readonly problem: string }

/**
 * Reads the file of an image list. It must lie in the workspace, also after symbolic links are
 * followed: a list in a pull request must not pull in other files of the runner, whose lines would
 * then show up in error messages.
 *
 * @param path as given by the user; relative ones start at the workspace
 */
export function readImagesFile(
  path: string,
  workspace: string,
  readFile: (path: string) => string | Uint8Array,
): ImagesFile {
  try {
    const located = locateInWorkspace(path, workspace)
    if ('problem' in located) return located
    const problem = fileProblem(located.file, MAX_IMAGES_FILE_BYTES)
    return problem === undefined ? decode(readFile(located.file)) : { problem }
  } catch (error) {
    return { problem: unreadable(error, path) }
  }
}

function decode(content: string | Uint8Array): ImagesFile {
  // The file may have grown since its size was asked for.
  if (content.length > MAX_IMAGES_FILE_BYTES) {
    return { problem: tooLarge(content.length, MAX_IMAGES_FILE_BYTES) }
  }
  if (typeof content === 'string') return { text: content }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(content) }
  } catch {
    return { problem: 'is not UTF-8 text' }
  }
}

function unreadable(error: unknown, path: string): string {
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return `does not exist in the workspace; ${whyMissing(path)}`
  }
  return `cannot be read${code === undefined ? '' : ` (${code})`}`
}

function whyMissing(path: string): string {
  if (/[\n*?]/.test(path)) return 'it is the path of one file, without wildcards'
  if (sep !== '\\' && path.includes('\\')) {
    return `write ${quote(path.replaceAll('\\', '/'))} if that is meant`
  }
  return 'is the repository checked out before this step?'
}
