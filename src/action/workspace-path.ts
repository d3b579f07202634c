import { realpathSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'

/** The absolute path of a file, or why it is none of the workspace's in words that follow its name. */
export type WorkspacePath = { readonly file: string } | { readonly problem: string }

/**
 * Finds a file that must lie in the workspace, also after symbolic links are followed. Throws what the
 * file system throws, for one that is not there above all.
 *
 * @param path as given by the user; relative ones start at the workspace
 */
export function locateInWorkspace(path: string, workspace: string): WorkspacePath {
  const root = realpathSync(workspace)
  if (!contains(root, resolve(root, path))) return { problem: 'lies outside of the workspace' }
  const file = realpathSync(resolve(root, path))
  if (!contains(root, file)) {
    return { problem: 'leads out of the workspace through a symbolic link' }
  }
  return { file }
}

function contains(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** What is wrong with a path that is to lead to a file of so many bytes at most; throws as above. */
export function fileProblem(path: string, maxBytes: number): string | undefined {
  const stats = statSync(path)
  if (stats.isDirectory()) return 'is a directory, not a file'
  // What has no end, such as a device, is not even begun to be read.
  if (!stats.isFile()) return 'is not a regular file'
  return stats.size > maxBytes ? tooLarge(stats.size, maxBytes) : undefined
}

export function tooLarge(bytes: number, maxBytes: number): string {
  return `has ${bytes} bytes; at most ${maxBytes} are accepted`
}

/** The code of an error of the file system; undefined for any other. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
