import { isMap, isScalar, type YAMLMap } from 'yaml'
import { readBundleLock, readImagesLock, readKbldLock } from './carvel.ts'
import { foreignProblem, knownNotation } from './foreign.ts'
import { readImageSyncer } from './image-syncer.ts'
import { isMeantAsObject, readItems, readObject } from './items.ts'
import { isPromoted, readPromoted, readPromoterManifest } from './promoter.ts'
import type { Reading } from './reading.ts'
import { readRegsync } from './regsync.ts'
import type { Member, YamlWalk } from './yaml-walk.ts'

/** Reads a text that is one mapping, in whichever of the known notations that is. */
export function readMapping(walk: YamlWalk, map: YAMLMap): Reading {
  const line = walk.lineOf(map, 1)
  const members = walk.members(map, line)
  const names = new Set(members.map(({ name }) => name))
  const lock = lockReader(members)
  if (lock !== undefined) {
    lock.read(walk, map, line)
    const ignored = [...names].filter((name) => !lock.keys.includes(name))
    return { notation: `${lock.notation} (platforms: all)`, ignored }
  }
  if (names.has('sync')) {
    return { notation: 'a regsync file', ignored: readRegsync(walk, map, line) }
  }
  if (names.has('images') && names.has('registries')) {
    readPromoterManifest(walk, map, line)
    const ignored = [...names].filter((name) => !['images', 'registries'].includes(name))
    return { notation: 'a manifest of the image promoter (platforms: all)', ignored }
  }
  if (isPromoted(members)) {
    readPromoted(walk, members, line)
    return { notation: 'an entry of the image promoter (platforms: all)' }
  }
  const images = members.find(({ name }) => name === 'images')
  const extensions = [...names].filter((name) => name.startsWith('x-'))
  if (images !== undefined && names.size === 1 + extensions.length) {
    return { ...readImages(walk, images), ignored: extensions }
  }
  if (names.has('source') || names.size === 0 || isMeantAsObject(walk, members)) {
    readObject(walk, map, line)
    return {}
  }
  if (isImageSyncer(walk, members)) {
    readImageSyncer(walk, map, line)
    return { notation: 'a mapping of sources to destinations' }
  }
  walk.problem(line, foreignProblem(walk, members))
  return {}
}

/** What a mapping is called that is not read alone, where that can be told by its keys. */
export function notationOf(walk: YamlWalk, members: readonly Member[]): string | undefined {
  const names = new Set(members.map(({ name }) => name))
  const read = lockReader(members)?.notation
  if (read !== undefined) return read
  if (names.has('sync')) return 'a regsync file'
  if (isPromoted(members)) return 'an entry of the image promoter'
  return knownNotation(walk, members)?.what
}

function readImages(walk: YamlWalk, images: Member): Reading {
  const items = walk.items(images.value, images.line)
  if (items === undefined) walk.problem(images.line, 'images: expected a list of images')
  return { notation: 'a mapping with the key images', ...readItems(walk, items ?? []) }
}

interface LockReader {
  readonly notation: string
  readonly keys: readonly string[]
  readonly read: (walk: YamlWalk, map: YAMLMap, line: number) => void
}

/** Locks are known by their API and kind, as everything is that looks like Kubernetes. */
function lockReader(members: readonly Member[]): LockReader | undefined {
  const textOf = (wanted: string): string => {
    const value = members.find(({ name }) => name === wanted)?.value
    return isScalar(value) && typeof value.value === 'string' ? value.value : ''
  }
  const kind = textOf('kind')
  const api = textOf('apiVersion')
  if (api.startsWith('imgpkg.carvel.dev/') && kind === 'ImagesLock') {
    return {
      notation: "imgpkg's ImagesLock",
      keys: ['apiVersion', 'kind', 'images'],
      read: readImagesLock,
    }
  }
  if (api.startsWith('imgpkg.carvel.dev/') && kind === 'BundleLock') {
    return {
      notation: "imgpkg's BundleLock",
      keys: ['apiVersion', 'kind', 'bundle'],
      read: readBundleLock,
    }
  }
  const isKbld = api.startsWith('kbld.k14s.io/') || api.startsWith('kbld.carvel.dev/')
  if (isKbld && members.some(({ name }) => name === 'overrides')) {
    return {
      notation: "kbld's lock",
      keys: ['apiVersion', 'kind', 'overrides'],
      read: readKbldLock,
    }
  }
  return undefined
}

/**
 * Some key looks like a reference, and nothing behind a key is a mapping: the files of other programs
 * have registries as keys too, with what belongs to them inside.
 */
function isImageSyncer(walk: YamlWalk, members: readonly Member[]): boolean {
  return (
    members.some(({ name }) => /[/:@]/.test(name)) &&
    !members.some(({ value, line }) => isMap(walk.follow(value, line)))
  )
}
