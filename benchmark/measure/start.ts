import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { oursCommand } from '../tools/ours.ts'

/** So often that one disturbance does not move the median. */
const STARTS = 11

/** Milliseconds from the start of the step's process to its first connection to a registry. */
export async function measureStarts(): Promise<readonly number[]> {
  const starts: number[] = []
  for (let start = 0; start < STARTS; start++) starts.push(await measureStart())
  return starts
}

async function measureStart(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'benchmark-'))
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const { file, args, env, cwd } = await oursCommand({
      job: { copies: [], stock: [], destinations: 1, sameRegistry: false },
      pairs: [{ source: `${host}/a:1`, targets: [`${host}/b:1`] }],
      platforms: 'all',
      hosts: [host],
      login: undefined,
      authority: undefined,
      isFlaky: false,
      folder,
    })
    const startedAt = performance.now()
    const child = spawn(file, args, { cwd, env: { ...env }, stdio: 'ignore' })
    const exited = once(child, 'exit')
    const [socket] = await Promise.race([
      once(server, 'connection'),
      exited.then(() => Promise.reject(new Error('the step ended without a connection'))),
    ])
    const milliseconds = performance.now() - startedAt
    child.kill('SIGKILL')
    await exited
    socket.destroy()
    return milliseconds
  } finally {
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}
