import { normaliseRegistry } from '../../oci/reference.ts'

/** A registry, or the repositories beneath a path of it. */
export interface KeyPlace {
  readonly registry: string
  readonly prefix?: string
}

/**
 * What a key of an auth file stands for; undefined where it is no host. Docker writes hosts, and
 * URLs (`https://index.docker.io/v1/`), whose paths mean nothing; Podman writes paths of
 * repositories too.
 */
export function placeOfKey(key: string): KeyPlace | undefined {
  const [, scheme, host = '', path = ''] = /^(https?:\/\/)?([^/]*)\/?(.*?)\/*$/is.exec(key) ?? []
  try {
    const registry = normaliseRegistry(host)
    const isRepository = scheme === undefined && path !== '' && !/^v[12]$/.test(path)
    return isRepository ? { registry, prefix: path } : { registry }
  } catch {
    return undefined
  }
}

/** The names under which Docker keeps the login of a registry, its own one first. */
export function keysOf(registry: string): readonly [string, ...string[]] {
  return registry === 'docker.io'
    ? ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io']
    : [registry]
}
