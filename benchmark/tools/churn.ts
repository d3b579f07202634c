import { isDone } from '../job.ts'
import type { Task, Tool } from './tool.ts'

/** From here on it is the engine that decides on the memory, and not what a program keeps. */
const MANY = 10_000
/** Images that are worked on at one time, and bytes of objects for each, about as the action has it. */
const AT_ONCE = 64
const OBJECTS = 4_000
const KEPT_OBJECTS = 400

const script = `
const images = Array.from({ length: ${AT_ONCE} })
for (let image = 0; image < ${MANY}; image++) {
  const objects = Array.from({ length: ${OBJECTS} }, (_, at) => ({ at, text: 'object ' + at }))
  images[image % ${AT_ONCE}] = objects.slice(0, ${KEPT_OBJECTS})
  if (image % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
}`

/** What Node takes of memory for ten thousand times as many objects, of which it has to keep none. */
export const churn: Pick<Tool, 'command' | 'how' | 'name'> = {
  name: 'churn',
  how: `node, objects for ${MANY} images, ${AT_ONCE} at once, and nothing else`,
  command: async ({ job }: Task) => {
    if (isDone(job) || job.copies.length < MANY) return undefined
    const args = ['--input-type=module', '--eval', script]
    return Promise.resolve({ file: process.execPath, args })
  },
}
