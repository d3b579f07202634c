import * as v from 'valibot'
import { FormatError } from '../../oci/errors.ts'
import { normaliseRegistry } from '../../oci/reference.ts'
import type { RegistryLogin } from './chain.ts'

const Configuration = v.object({ auths: v.nullish(v.record(v.string(), v.unknown())) })
const Entry = v.object({
  auth: v.optional(v.string()),
  username: v.optional(v.string()),
  password: v.optional(v.string()),
})

/**
 * The logins that stand in a Docker configuration itself (`auths` with `auth` or `username` and
 * `password`). An entry that cannot be read is told to `warn`, without what stands in it, and does
 * not touch the others. Throws a FormatError where the whole file cannot be read.
 */
export function parseDockerConfig(
  text: string,
  warn: (message: string) => void,
): readonly RegistryLogin[] {
  let parsed
  try {
    parsed = v.safeParse(Configuration, JSON.parse(text))
  } catch {
    throw new FormatError('json', 'it is not valid JSON')
  }
  if (!parsed.success) throw new FormatError('json', 'it is not an object with auths')
  return Object.entries(parsed.output.auths ?? {}).flatMap(([key, entry]) => {
    const place = placeOfKey(key)
    const login = v.safeParse(Entry, entry)
    if (place === undefined || !login.success) {
      warn(`an entry of the Docker configuration cannot be read and is not used: ${key}`)
      return []
    }
    const credentials = credentialsOf(login.output)
    if (credentials === 'broken') {
      const reason = 'is not base64 of user:password and is not used'
      warn(`the Docker configuration's auth for ${place.registry} ${reason}`)
      return []
    }
    return credentials === undefined ? [] : [{ ...place, ...credentials }]
  })
}

/**
 * What a key stands for. Docker writes hosts, and URLs (`https://index.docker.io/v1/`), whose paths
 * mean nothing; Podman writes paths of repositories too.
 */
function placeOfKey(key: string): { registry: string; prefix?: string } | undefined {
  const [, scheme, host = '', path = ''] = /^(https?:\/\/)?([^/]*)\/?(.*?)\/*$/is.exec(key) ?? []
  try {
    const registry = normaliseRegistry(host)
    const isRepository = scheme === undefined && path !== '' && !/^v[12]$/.test(path)
    return isRepository ? { registry, prefix: path } : { registry }
  } catch {
    return undefined
  }
}

function credentialsOf(
  entry: v.InferOutput<typeof Entry>,
): { username: string; password: string } | 'broken' | undefined {
  if (entry.auth !== undefined && entry.auth !== '') {
    const text = Buffer.from(entry.auth, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    if (colon < 1) return 'broken'
    // Old clients filled the password up with zeros.
    return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
  }
  const { username = '', password = '' } = entry
  return username === '' || password === '' ? undefined : { username, password }
}
