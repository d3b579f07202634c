import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDone } from '../job.ts'
import { blobMoves } from './blob-list.ts'
import type { Task, Tool } from './tool.ts'

const PROGRAM = fileURLToPath(new URL('node-pipe.js', import.meta.url))

/** The blobs of a job through sockets of Node and a sha256: what no program that checks them can do in Node with less. */
export const nodePipe: Pick<Tool, 'command' | 'how' | 'name'> = {
  name: 'node-pipe',
  how: 'sockets of Node and sha256 alone, every blob at once',
  command: async (task: Task) => {
    const moves = blobMoves(task)
    if (isDone(task.job) || moves.length === 0 || task.authority !== undefined) return undefined
    const file = join(task.folder, 'node-pipe.json')
    await writeFile(file, JSON.stringify(moves))
    return { file: process.execPath, args: [PROGRAM, file] }
  },
}
