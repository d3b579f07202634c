import { FormatError } from '../oci/errors.ts'
import { imageOfAddress } from '../oci/pasted-address.ts'
import { isPathComponent } from '../oci/reference.ts'
import { isRegistryHost, normaliseRegistry } from '../oci/registry-host.ts'
import { RuleProblem } from './members.ts'
import { type Pattern, readPattern } from './pattern.ts'

/** What the names of repositories and wildcards consist of. */
const PATH = /^[a-z0-9._*-]+(?:\/[a-z0-9._*-]+)*$/

/**
 * Reads the glob of the repositories that a rule is for. What could never be the name of one is
 * refused: such a rule would be passed by in silence, and the next one, which may accept all, would
 * count.
 * @throws RuleProblem
 */
export function readImages(glob: string): Pattern {
  const pasted = imageOfAddress(glob)
  if (pasted !== undefined) throw problem('the address of a page', pasted)
  if (glob.includes('://')) throw problem('a scheme', glob.replace(/^[^/]*\/\//, ''))
  const [first = '', ...rest] = glob.split('/')
  // Such a beginning stands for any registry, with as much of a path as there is.
  if (first.includes('**')) return readPattern(checkedPath(glob, ''))
  if (!first.includes('*') && !isRegistryHost(first)) {
    throw problem('no registry', `docker.io/${rest.length === 0 ? 'library/' : ''}${glob}`)
  }
  const registry = first.includes('*') ? first.toLowerCase() : registryOf(first)
  const path = rest.join('/')
  if (path === '') throw problem('a registry alone', first === '*' ? '**' : `${registry}/**`)
  const place = `${registry}/`
  if (registry === 'docker.io' && /^[^/]*$/.test(path) && !path.includes('**')) {
    throw problem('no namespace', `${place}${path === '*' ? '**' : `library/${path}`}`)
  }
  return readPattern(`${place}${checkedPath(path, place)}`)
}

/** A path that some repository could have; `place` stands before it. */
function checkedPath(path: string, place: string): string {
  const [name = '', tag] = path.split(/[:@]/)
  if (tag !== undefined) throw problem('a tag or a digest', `${place}${name}`)
  if (path.endsWith('/')) throw problem('a slash at the end', `${place}${path}**`)
  const lower = path.toLowerCase()
  if (path !== lower) throw problem('upper case', `${place}${lower}`)
  if (!PATH.test(path)) {
    throw new RuleProblem(
      'has images with characters that no repository has; only * and ** are wildcards',
    )
  }
  // Whatever the wildcards stand for, the rest has to be a part of such names.
  const isName = path.split('/').every((part) => isPathComponent(part.replaceAll(/\*+/g, 'a')))
  if (isName) return path
  throw new RuleProblem(
    'has images with dots, underscores or dashes where no repository has them: between letters and digits alone',
  )
}

function problem(what: string, meant: string): RuleProblem {
  return new RuleProblem(
    `has images with ${what}, which no repository matches; did you mean ${JSON.stringify(meant)}?`,
  )
}

function registryOf(host: string): string {
  try {
    return normaliseRegistry(host)
  } catch (error) {
    const reason = error instanceof FormatError ? error.message : 'no host'
    throw new RuleProblem(`has images of a registry that is none: ${reason}`)
  }
}
