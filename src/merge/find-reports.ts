import { globSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { foreignText } from '../registry/foreign-text.ts'
import { codeOf, locateInWorkspace } from '../action/workspace-path.ts'

/** More files than a list has parts are a mistake in the pattern. */
const MAX_FILES = 10_000

/** A file that a pattern has found. */
export interface FoundFile {
  /** For people: relative to the workspace where it lies in there. */
  readonly name: string
  /** Absolute, after symbolic links were followed. */
  readonly path: string
}

export interface FoundFiles {
  /** Each once, in the order of their names. */
  readonly files: readonly FoundFile[]
  /** Lines that no file was found for. */
  readonly unmatched: readonly string[]
  /** What is wrong with others, in words. */
  readonly problems: readonly string[]
}

/** Where files may lie. */
export interface Places {
  readonly workspace: string
  /** Where the reports of the steps of this job are (RUNNER_TEMP). */
  readonly temporary: string
}

/**
 * Finds files by paths and globs (`*`, `?`, `**`, `[…]`, `{…}`) that are relative to the workspace;
 * on Windows either slash separates. What is the path of a file is no glob.
 */
export function findReports(lines: readonly string[], places: Places): FoundFiles {
  const files = new Map<string, FoundFile>()
  const unmatched: string[] = []
  const problems: string[] = []
  for (const line of lines) {
    const found = pathsFor(line, places.workspace)
    if (found.length === 0) unmatched.push(foreignText(line))
    if (found.length > MAX_FILES) {
      problems.push(
        `${foreignText(line)}: ${found.length} files; at most ${MAX_FILES} are accepted`,
      )
      continue
    }
    for (const path of found) {
      const name = nameOf(path, places.workspace)
      const located = locate(path, places)
      if ('problem' in located) problems.push(`${name} ${located.problem}`)
      else files.set(located.file, { name, path: located.file })
    }
  }
  const sorted = [...files.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return { files: sorted, unmatched, problems }
}

/** Absolute. A directory that is named by itself is found, to be refused by that name. */
function pathsFor(line: string, workspace: string): readonly string[] {
  const literal = resolve(workspace, line)
  if (statSync(literal, { throwIfNoEntry: false }) !== undefined) return [literal]
  return globSync(line, { cwd: workspace, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
}

function nameOf(path: string, workspace: string): string {
  const way = relative(workspace, path)
  return foreignText((way.startsWith('..') ? path : way).replaceAll(sep, '/'))
}

function locate(
  path: string,
  { workspace, temporary }: Places,
): ReturnType<typeof locateInWorkspace> {
  try {
    const located = locateInWorkspace(path, workspace)
    if (!('problem' in located)) return located
    const inTemporary = locateInWorkspace(path, temporary)
    return 'problem' in inTemporary ? located : inTemporary
  } catch (error) {
    return { problem: `cannot be read (${codeOf(error) ?? 'no code'})` }
  }
}
