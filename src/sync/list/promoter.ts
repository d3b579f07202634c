import type { YAMLMap } from 'yaml'
import { isDigest } from '../../oci/digest.ts'
import type { Member, YamlWalk } from './yaml-walk.ts'

/** Where images are promoted from and to. */
interface Registries {
  readonly source: string | undefined
  readonly destinations: readonly string[]
}

/** Whether the members are those of an entry of the image promoter: `name` and `dmap`. */
export function isPromoted(members: readonly Member[]): boolean {
  return members.some(({ name }) => name === 'dmap')
}

/**
 * Reads an entry of the image promoter: under `dmap` the digests of an image, each with a list of
 * tags. A digest without tags goes to the destination by digest.
 */
export function readPromoted(
  walk: YamlWalk,
  members: readonly Member[],
  line: number,
  { source, destinations }: Registries = { source: undefined, destinations: [] },
): void {
  const member = (wanted: string): Member | undefined => members.find(({ name }) => name === wanted)
  const name = walk.text(member('name')?.value, line, 'name')
  const dmap = walk.map(member('dmap')?.value, line)
  if (dmap === undefined) walk.problem(line, 'dmap: expected a mapping of digests to lists of tags')
  if (name === undefined || dmap === undefined) return
  const repository = source === undefined ? name : `${source}/${name}`
  for (const { name: digest, value, line: at } of walk.members(dmap, line)) {
    if (walk.isExhausted) return
    if (!isDigest(digest)) walk.problem(at, 'dmap: a key is a digest, sha256: and 64 characters')
    else {
      const items = walk.items(value, at)
      const tags = items?.length === 0 ? [undefined] : walk.texts(value, at, 'dmap', true)
      for (const tag of tags) {
        const suffix = tag === undefined ? '' : `:${tag}`
        walk.entries.push({
          line: at,
          source: `${repository}${suffix}@${digest}`,
          ...(destinations.length > 0 && {
            destinations: destinations.map((base) => `${base}/${name}${suffix}`),
          }),
          platforms: 'all',
        })
      }
    }
  }
}

/** Reads a promoter manifest: `registries`, of which one is the source, and `images`. */
export function readPromoterManifest(walk: YamlWalk, map: YAMLMap, line: number): void {
  const members = walk.members(map, line)
  const registries: { readonly name: string; readonly isSource: boolean }[] = []
  const images = members.find(({ name }) => name === 'images')
  const listed = members.find(({ name }) => name === 'registries')
  for (const item of (listed && walk.items(listed.value, listed.line)) ?? []) {
    const registry = walk.map(item.node, item.line)
    const of = registry === undefined ? [] : walk.members(registry, item.line)
    const name = walk.text(of.find((one) => one.name === 'name')?.value, item.line, 'name')
    const isSource = of.some((one) => one.name === 'src' && walk.isTrue(one.value))
    if (name !== undefined) registries.push({ name, isSource })
  }
  if (!registries.some(({ isSource }) => isSource)) {
    walk.problem(listed?.line ?? line, 'registries: none of them is the source (src: true)')
    return
  }
  const bases = {
    source: registries.find(({ isSource }) => isSource)?.name,
    destinations: registries.filter(({ isSource }) => !isSource).map(({ name }) => name),
  }
  for (const item of (images && walk.items(images.value, images.line)) ?? []) {
    if (walk.isExhausted) return
    const image = walk.map(item.node, item.line)
    if (image === undefined) walk.problem(item.line, 'expected an object with name and dmap')
    else readPromoted(walk, walk.members(image, item.line), item.line, bases)
  }
}
