import { formatPlatform } from '../../../src/oci/platform.ts'
import { formatReference, parseRegistryBase } from '../../../src/oci/reference.ts'
import { parseDestinationBase } from '../../../src/sync/list/placeholders.ts'
import { ImageListError, type ListItem, parseImageList } from '../../../src/sync/image-list.ts'
import { isSelection } from '../../../src/sync/list/pair.ts'
import { ruleText } from '../../../src/sync/tags/rule.ts'
import { thrownBy } from '../../oci/thrown-by.ts'

/** The bases that the inputs source-registry and destination-registry stand for. */
export function basesOf(source = 'docker.io', destination?: string) {
  const base = parseRegistryBase(source)
  if (destination === undefined) return { source: base }
  return { source: base, destination: parseDestinationBase(destination) }
}

/** `source => destination (platforms)`; of a selection with its rule, and where the tag `any` goes. */
export function show(item: ListItem): string {
  const { platforms } = item
  const filter = platforms === 'all' ? ['all'] : platforms?.map((one) => formatPlatform(one))
  const suffix = filter === undefined ? '' : ` (${filter.join(' ')})`
  const source = formatReference(item.source)
  if (!isSelection(item)) return `${source} => ${formatReference(item.destination)}${suffix}`
  const rule = ruleText(item.tags)
  return `${source} [${rule}] => ${formatReference(item.destinationOf('any'))}${suffix}`
}

/** What a list comes to. */
export function read(text: string, source?: string, destination?: string): string[] {
  return parseImageList(text, basesOf(source, destination)).map(show)
}

/** What is wrong with a list. */
export function problemsOf(text: string, source?: string, destination?: string): string[] {
  const error = thrownBy(() => read(text, source, destination), ImageListError)
  return error.problems.map(({ line, message }) => `line ${line}: ${message}`)
}
