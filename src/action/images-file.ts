import { realpathSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'

/** More than the list parser takes; a larger file is a mistake in the path, and is not even read. */
export const MAX_IMAGES_FILE_BYTES = 8 * 1024 * 1024

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
    const root = realpathSync(workspace)
    if (!contains(root, resolve(root, path))) return { problem: 'lies outside of the workspace' }
    const file = realpathSync(resolve(root, path))
    if (!contains(root, file)) {
      return { problem: 'leads out of the workspace through a symbolic link' }
    }
    const { size, kind } = describe(file)
    if (kind === 'directory') return { problem: 'is a directory, not a file' }
    if (kind === 'other') return { problem: 'is not a regular file' }
    return size > MAX_IMAGES_FILE_BYTES ? tooLarge(size) : decode(readFile(file))
  } catch (error) {
    return { problem: unreadable(error) }
  }
}

function contains(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function describe(path: string): { size: number; kind: 'file' | 'directory' | 'other' } {
  const stats = statSync(path)
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other'
  return { size: stats.size, kind }
}

function decode(content: string | Uint8Array): ImagesFile {
  // The file may have grown since its size was asked for.
  if (content.length > MAX_IMAGES_FILE_BYTES) return tooLarge(content.length)
  if (typeof content === 'string') return { text: content }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(content) }
  } catch {
    return { problem: 'is not UTF-8 text' }
  }
}

function tooLarge(bytes: number): ImagesFile {
  return { problem: `has ${bytes} bytes; at most ${MAX_IMAGES_FILE_BYTES} are accepted` }
}

function unreadable(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return 'does not exist in the workspace; is the repository checked out before this step?'
  }
  return `cannot be read${code === undefined ? '' : ` (${code})`}`
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
