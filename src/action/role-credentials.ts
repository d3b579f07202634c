import type { RegistryBase } from '../oci/reference.ts'
import type { Credentials } from '../registry/credentials/login.ts'
import type { Side } from '../registry/errors.ts'
import type { ListItem } from '../sync/image-list.ts'
import { destinationHost } from '../sync/list/pair.ts'
import type { InputReader } from './input-reader.ts'

/** The credentials of one role, with the one host that they may be sent to. */
export interface RoleCredentials extends Credentials {
  readonly registry: string
}

/**
 * The credentials belong to the host of the base when that was given, else to the only host that the
 * input `images` has in this role: a password is never sent to one of several hosts on a guess, and
 * who may edit a file must not choose who gets it.
 */
export function readCredentials(
  reader: InputReader,
  side: Side,
  base: RegistryBase | undefined,
  list: readonly ListItem[],
): RoleCredentials | undefined {
  const login = readLogin(reader, side)
  if (login === undefined) return undefined
  if (base !== undefined && reader.given(`${side}-registry`)) {
    return { registry: base.registry, ...login }
  }
  const inline = list.filter(({ file }) => file === undefined)
  const hosts = [...new Set(inline.map((item) => registryOf(item, side)))]
  const [registry, ...others] = hosts
  if (registry !== undefined && others.length === 0) return { registry, ...login }
  if (registry !== undefined) reader.problem(`${side}-username`, severalHosts(side, hosts))
  else if (list.length > 0) reader.problem(`${side}-username`, fileOnly(side))
  return undefined
}

function severalHosts(side: Side, hosts: readonly string[]): string {
  const named = `${hosts.slice(0, 5).join(', ')}${hosts.length > 5 ? ', …' : ''}`
  return (
    `the list has several ${side} registries (${named}), so it is not clear which one these credentials are for; ` +
    `set ${side}-registry, or use registry-auth`
  )
}

function fileOnly(side: Side): string {
  return (
    'only images-file names registries, and who may edit that file is not to choose which one gets ' +
    `these credentials; set ${side}-registry, or use registry-auth`
  )
}

function registryOf(item: ListItem, side: Side): string {
  return side === 'source' ? item.source.registry : destinationHost(item)
}

function readLogin(reader: InputReader, side: Side): Credentials | undefined {
  const username = reader.text(`${side}-username`)
  const password = reader.text(`${side}-password`)
  if (username === '' && password === '') return undefined
  if (username === '') {
    reader.problem(`${side}-username`, `is empty, but ${side}-password is given; give both or none`)
  } else if (password === '') {
    reader.problem(
      `${side}-password`,
      `is empty, but ${side}-username is given; give both or none ` +
        '(secrets are empty in runs started by forks and by Dependabot)',
    )
  } else if (username.includes(':')) {
    reader.problem(
      `${side}-username`,
      'holds a colon, which basic authentication forbids (RFC 7617)',
    )
  }
  return { username, password }
}
