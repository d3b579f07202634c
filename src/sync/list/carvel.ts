import type { YAMLMap } from 'yaml'
import type { Member, YamlWalk } from './yaml-walk.ts'

/** Reads imgpkg's ImagesLock: `images`, each with its `image`, which has a digest. */
export function readImagesLock(walk: YamlWalk, map: YAMLMap, line: number): void {
  readEach(walk, map, line, 'images', 'image')
}

/** Reads kbld's lock: `overrides`, each with the `newImage` that takes an image's place. */
export function readKbldLock(walk: YamlWalk, map: YAMLMap, line: number): void {
  readEach(walk, map, line, 'overrides', 'newImage')
}

/** Reads imgpkg's BundleLock: one `bundle`, with `image` and the `tag` that it was found by. */
export function readBundleLock(walk: YamlWalk, map: YAMLMap, line: number): void {
  const bundle = memberOf(walk, map, line, 'bundle')
  const node = bundle && walk.map(bundle.value, bundle.line)
  if (bundle === undefined || node === undefined) {
    walk.problem(line, 'the lock has no bundle')
    return
  }
  const image = textOf(walk, node, bundle.line, 'image')
  const tag = memberOf(walk, node, bundle.line, 'tag')
  const name = tag && walk.verbatim(tag.value, tag.line, 'tag')
  if (image === undefined) return
  const source = name === undefined ? image : image.replace(/(?=@[^@]*$)/, `:${name}`)
  walk.entries.push({ line: bundle.line, source, platforms: 'all' })
}

function readEach(walk: YamlWalk, map: YAMLMap, line: number, list: string, name: string): void {
  const member = memberOf(walk, map, line, list)
  const items = member && walk.items(member.value, member.line)
  if (items === undefined) walk.problem(member?.line ?? line, `${list}: expected a list of objects`)
  for (const { node, line: at } of items ?? []) {
    if (walk.isExhausted) return
    const entry = walk.map(node, at)
    const source = entry && textOf(walk, entry, at, name)
    if (entry === undefined) walk.problem(at, `expected an object with ${name}`)
    else if (source !== undefined) walk.entries.push({ line: at, source, platforms: 'all' })
  }
}

function textOf(walk: YamlWalk, map: YAMLMap, line: number, name: string): string | undefined {
  const member = memberOf(walk, map, line, name)
  return walk.text(member?.value, member?.line ?? line, name)
}

function memberOf(walk: YamlWalk, map: YAMLMap, line: number, wanted: string): Member | undefined {
  return walk.members(map, line).find(({ name }) => name === wanted)
}
