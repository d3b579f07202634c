import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { parseReference } from './reference.ts'
import { commonEnvironment, versionOf, type Task, type Tool } from './tool.ts'

/** No registry of packages has it: it takes part where it is in PATH. */
export function findOcync(): Tool {
  return {
    name: 'ocync',
    role: 'peer',
    how: 'sync without referrers, one call',
    version: versionOf('ocync', 'version'),
    selectsPlatforms: true,
    takesLists: true,
    command: async (task) => {
      const configuration = configurationOf(task)
      if (configuration === undefined) return undefined
      const config = join(task.folder, 'ocync.yml')
      await writeFile(config, stringify(configuration))
      const env = await commonEnvironment(task)
      return { file: 'ocync', args: ['sync', '-c', config], env, cwd: task.folder }
    },
  }
}

/** Undefined for a job that it cannot be told, such as new tags; it speaks to no registry without TLS. */
function configurationOf({ pairs, platforms, authority, login }: Task) {
  if (authority === undefined || login !== undefined) return undefined
  const registries = new Map<string, string>()
  const nameOf = (host: string) => {
    const name = registries.get(host) ?? `registry-${registries.size + 1}`
    registries.set(host, name)
    return name
  }
  const mappings = pairs.map(({ source, targets }) => {
    const from = parseReference(source)
    const to = targets.map(parseReference)
    if (to.some(({ tag }) => tag !== from.tag)) return undefined
    return {
      from: from.repository,
      to: to[0]?.repository,
      source: nameOf(from.host),
      targets: to.map(({ host }) => nameOf(host)),
      tags: { glob: from.tag },
    }
  })
  if (mappings.includes(undefined)) return undefined
  // Without a token it asks each repository for one; registries that want none do not look at it.
  const access = { auth_type: 'static_token', token: 'none' }
  const urls = [...registries].map(([host, name]) => [name, { url: `https://${host}`, ...access }])
  return {
    registries: Object.fromEntries(urls),
    defaults: { artifacts: { enabled: false }, ...(platforms === 'all' ? {} : { platforms }) },
    mappings,
  }
}
