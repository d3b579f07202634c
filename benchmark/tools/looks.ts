import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDone } from '../job.ts'
import { originOf, trustOf } from './curl.ts'
import { parseReference } from './reference.ts'
import { REQUESTS, type Task, type Tool } from './tool.ts'

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

/** As few requests as tell that nothing is to be done, by a program that does nothing with the answers. */
export const looks: Pick<Tool, 'command' | 'how' | 'name'> = {
  name: 'looks',
  how: `curl of every tag on both sides, ${REQUESTS} at once at each`,
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
    return `curl ${trustOf(authority)} -sSfI -Z --parallel-max ${REQUESTS} -H 'Accept: ${MANIFESTS}' -K ${file} & looks+=($!)`
  })
  // Each of them has to succeed.
  const ends = 'for look in "${looks[@]}"; do wait "$look" || exit; done'
  const script = [...(await Promise.all(starts)), ends]
  return { file: 'bash', args: ['-c', script.join('\n')] }
}
