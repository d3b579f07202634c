import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A folder for PATH with credential helpers in it: real programs, which write down how they are called. */
export interface HelperFolder {
  readonly path: string
  /** PATH with this folder first; the programs themselves need Node. */
  readonly searchPath: string
  /** Adds `docker-credential-NAME`, whose body sees `server` and can `answer` or `refuse`. */
  add(name: string, body: string): Promise<void>
  /** All calls so far, with arguments, what stood on standard input, and the environment. */
  calls(): Promise<readonly HelperCall[]>
  remove(): Promise<void>
}

export interface HelperCall {
  readonly args: readonly string[]
  readonly server: string
  readonly env: Readonly<Record<string, string>>
}

const script = (log: string, body: string) => `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs')
const server = readFileSync(0, 'utf8')
const args = process.argv.slice(2)
appendFileSync(${JSON.stringify(log)}, JSON.stringify({ args, server, env: process.env }) + '\\n')
const answer = (Username, Secret) => console.log(JSON.stringify({ ServerURL: server, Username, Secret }))
const refuse = (text) => { console.log(text); process.exitCode = 1 }
const nothing = () => refuse('credentials not found in native keychain')
${body}
`

export async function createHelperFolder(): Promise<HelperFolder> {
  const path = await mkdtemp(join(tmpdir(), 'credential-helpers-'))
  const log = join(path, 'calls')
  await writeFile(log, '')
  return {
    path,
    searchPath: [path, process.env['PATH'] ?? ''].join(delimiter),
    async add(name, body) {
      const file = join(path, `docker-credential-${name}`)
      await writeFile(file, script(log, body))
      await chmod(file, 0o755)
    },
    async calls() {
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '')
      return lines.map((line) => JSON.parse(line) as HelperCall)
    },
    remove: async () => rm(path, { recursive: true }),
  }
}
