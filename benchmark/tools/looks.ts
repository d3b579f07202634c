import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDone } from '../job.ts'
import { originOf, trustOf } from './curl.ts'
import { parseReference } from './reference.ts'
import type { Task, Tool } from './tool.ts'

/** Requests at once to each side, as many as this action allows itself. */
const AT_ONCE = 16

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

/** As few requests as tell that nothing is to be done, by a program that does nothing with the answers. */
export const looks: Pick<Tool, 'command' | 'how' | 'name'> = {
  name: 'looks',
  how: `curl of every tag on both sides, ${AT_ONCE} at once at each`,
  command: async (task) => (isDone(task.job) ? look(task) : undefined),
}

async function look({ pairs, folder, authority }: Task) {
  const sides = [pairs.map(({ source }) => source), pairs.flatMap(({ targets }) => targets)]
  const starts = sides.map(async (references, side) => {
    const file = join(folder, `looks-${side}`)
    const lines = references.map((text) => {
      const reference = parseReference(text)
      const { repository, tag } = reference
      const url = `${originOf(reference, authority)}/v2/${repository}/manifests/${tag}`
      return `url = ${url}\noutput = /dev/null\n`
    })
    await writeFile(file, lines.join(''))
    return `curl ${trustOf(authority)} -sSfI -Z --parallel-max ${AT_ONCE} -H 'Accept: ${MANIFESTS}' -K ${file} &`
  })
  // Each of them has to succeed.
  const script = [...(await Promise.all(starts)), 'wait -n && wait -n']
  return { file: 'bash', args: ['-c', script.join('\n')] }
}
