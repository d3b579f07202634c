import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { findOcync } from './ocync.ts'
import {
  commonEnvironment,
  REQUESTS,
  SIDE_BY_SIDE,
  sideBySide,
  versionOf,
  type Task,
  type Tool,
} from './tool.ts'

/** Tries of a request, where a tool can be told and the registries are flaky. */
const RETRIES = 5

const skopeo = (): Tool => ({
  name: 'skopeo',
  role: 'peer',
  how: `copy --all --preserve-digests, ${SIDE_BY_SIDE} at once`,
  version: versionOf('skopeo', '--version'),
  selectsPlatforms: false,
  takesLists: false,
  command: async (task) => {
    const env = await commonEnvironment(task)
    const plain = task.authority === undefined
    const flags = [
      '--insecure-policy',
      'copy',
      '--quiet',
      '--all',
      '--preserve-digests',
      ...(plain ? ['--src-tls-verify=false', '--dest-tls-verify=false'] : []),
      ...(task.login ? ['--authfile', join(env.DOCKER_CONFIG, 'config.json')] : []),
      ...(task.isFlaky ? ['--retry-times', String(RETRIES)] : []),
    ]
    return { ...(await sideBySide(task, ['skopeo', ...flags], 'docker://')), env }
  },
})

const crane = (): Tool => ({
  name: 'crane',
  role: 'peer',
  how: `copy --jobs 4, ${SIDE_BY_SIDE} at once`,
  version: versionOf('crane', 'version'),
  selectsPlatforms: false,
  takesLists: false,
  command: async (task) => {
    const flags = ['copy', '--jobs', '4', ...(task.authority === undefined ? ['--insecure'] : [])]
    return { ...(await sideBySide(task, ['crane', ...flags])), env: await commonEnvironment(task) }
  },
})

const regctl = (): Tool => ({
  name: 'regctl',
  role: 'peer',
  how: `image copy with ${REQUESTS} requests a registry, ${SIDE_BY_SIDE} at once`,
  version: versionOf('regctl', 'version'),
  selectsPlatforms: false,
  takesLists: false,
  command: async (task) => {
    const config = join(task.folder, 'regctl.json')
    const tls = task.authority === undefined ? 'disabled' : 'enabled'
    const hosts = task.hosts.map((host) => [host, { tls, hostname: host, reqConcurrent: REQUESTS }])
    await writeFile(config, JSON.stringify({ hosts: Object.fromEntries(hosts) }))
    const env = { ...(await commonEnvironment(task)), REGCTL_CONFIG: config }
    const flags = task.job.referrers === true ? ['--referrers', '--digest-tags'] : []
    return { ...(await sideBySide(task, ['regctl', 'image', 'copy', ...flags])), env }
  },
})

const regsync = (): Tool => ({
  name: 'regsync',
  role: 'peer',
  how: `once with parallel: ${REQUESTS} and ${REQUESTS} requests a registry`,
  version: versionOf('regsync', 'version'),
  selectsPlatforms: false,
  takesLists: true,
  command: async (task) => {
    const config = join(task.folder, 'regsync.yml')
    await writeFile(config, stringify(regsyncConfiguration(task)))
    const env = await commonEnvironment(task)
    return { file: 'regsync', args: ['once', '--config', config], env }
  },
})

function regsyncConfiguration({ job, hosts, authority, login, pairs }: Task) {
  const { referrers = false } = job
  return {
    version: 1,
    creds: hosts.map((registry) => ({
      registry,
      tls: authority === undefined ? 'disabled' : 'enabled',
      reqConcurrent: REQUESTS,
      ...(login === undefined ? {} : { user: login.user, pass: login.password }),
    })),
    defaults: { parallel: REQUESTS, referrers, digestTags: referrers },
    sync: pairs.flatMap(({ source, targets }) =>
      targets.map((target) => ({ source, target, type: 'image' })),
    ),
  }
}

const oras = (): Tool => ({
  name: 'oras',
  role: 'peer',
  how: `cp --concurrency ${SIDE_BY_SIDE}, ${SIDE_BY_SIDE} at once`,
  version: versionOf('oras', 'version'),
  selectsPlatforms: false,
  takesLists: false,
  command: async (task) => {
    const plain = task.authority === undefined ? ['--from-plain-http', '--to-plain-http'] : []
    const recursive = task.job.referrers === true ? ['--recursive'] : []
    const flags = ['cp', ...recursive, '--no-tty', '--concurrency', String(SIDE_BY_SIDE), ...plain]
    return { ...(await sideBySide(task, ['oras', ...flags])), env: await commonEnvironment(task) }
  },
})

export function findPeers(): readonly Tool[] {
  return [
    imagesAlone(skopeo()),
    imagesAlone(crane()),
    regctl(),
    regsync(),
    oras(),
    imagesAlone(findOcync()),
  ]
}

/** A tool that cannot be told, or not of a single tag, to take along what belongs to an image. */
function imagesAlone(tool: Tool): Tool {
  return {
    ...tool,
    command: async (task) => (task.job.referrers === true ? undefined : tool.command(task)),
  }
}
