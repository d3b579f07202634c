import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDone } from '../job.ts'
import { originOf } from './curl.ts'
import { parseReference } from './reference.ts'
import { REQUESTS, type Task, type Tool } from './tool.ts'

const PROGRAM = fileURLToPath(new URL('node-alone.js', import.meta.url))

/** The requests of a job by a program in Node that does nothing else: what no action can be faster than. */
export const nodeAlone: Pick<Tool, 'command' | 'how' | 'name'> = {
  name: 'node',
  how: `Node and undici alone, ${REQUESTS} requests at once to each registry`,
  command: async ({ job, pairs, folder, authority }: Task) => {
    const placeOf = (text: string) => {
      const reference = parseReference(text)
      return { ...reference, origin: originOf(reference, authority) }
    }
    const images = pairs.map(({ source, targets }) => ({
      source: placeOf(source),
      targets: targets.map(placeOf),
      isThere: isDone(job),
    }))
    const file = join(folder, 'node.json')
    await writeFile(file, JSON.stringify({ images, authority, requests: REQUESTS }))
    return { file: process.execPath, args: [PROGRAM, file] }
  },
}
