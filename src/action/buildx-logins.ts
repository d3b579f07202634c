import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { parseRegistryBase } from '../oci/reference.ts'
import { type LoginScope, narrowestFirst, sidesOf } from '../registry/credentials/login-scope.ts'
import type { Logger } from '../registry/logger.ts'

/** A file with a login for a scope, as docker/login-action writes it. */
export interface ScopedFile {
  readonly path: string
  readonly scope: LoginScope
}

/** No workflow has more logins than that; a folder that has is something else. */
const MAX_FILES = 1_000

/**
 * The files below a folder of Buildx's, `HOST[/PATH][@ACTIONS]/config.json`, those for the least
 * first. None where there is no such folder; what is not named after a scope is told to the logger.
 */
export function scopedFiles(folder: string, logger: Logger): readonly ScopedFile[] {
  const files = configsBelow(folder).slice(0, MAX_FILES)
  const scoped = files.flatMap((path): (ScopedFile & LoginScope)[] => {
    const scope = scopeOf(relative(folder, path).split(sep).slice(0, -1).join('/'))
    if (scope !== undefined) return [{ path, scope, ...scope }]
    logger.warning(`the login of Buildx at ${path} is not for a registry and is not used`)
    return []
  })
  return narrowestFirst(scoped).map(({ path, scope }) => ({ path, scope }))
}

function configsBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name === 'config.json' && !entry.isDirectory())
      .map(({ parentPath }) => join(parentPath, 'config.json'))
      .toSorted()
  } catch {
    return []
  }
}

/** What the path of a folder says: `registry-1.docker.io/acme/app@pull`. */
function scopeOf(path: string): LoginScope | undefined {
  const [place = '', actions, ...more] = path.split('@')
  const sides = actions === undefined ? undefined : sidesOf(actions)
  if (more.length > 0 || (actions !== undefined && sides === undefined)) return undefined
  try {
    const base = parseRegistryBase(place)
    return sides === undefined ? base : { ...base, sides }
  } catch {
    return undefined
  }
}
