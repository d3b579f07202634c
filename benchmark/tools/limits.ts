import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram } from '../../testkit/servers/programs.ts'
import { isDone } from '../job.ts'
import { blobMoves } from './blob-list.ts'
import { churn } from './churn.ts'
import { trustOf } from './curl.ts'
import { held } from './held.ts'
import { looks } from './looks.ts'
import { nodeAlone } from './node-alone.ts'
import { nodePipe } from './node-pipe.ts'
import type { LimitName, Task, Tool } from './tool.ts'

/** Nothing that speaks HTTP moves blobs faster on this machine than these, which check nothing. */
const limits: readonly { name: LimitName; how: string; script: string; sideBySide: number }[] = [
  { name: 'get', how: 'curl to /dev/null', script: 'fetch "$2" -o /dev/null', sideBySide: 1 },
  { name: 'get-4', how: 'the same, 4 at once', script: 'fetch "$2" -o /dev/null', sideBySide: 4 },
  { name: 'put', how: 'curl of a file in memory', script: 'send "$1" "$3" "$4"', sideBySide: 1 },
  { name: 'put-4', how: 'the same, 4 at once', script: 'send "$1" "$3" "$4"', sideBySide: 4 },
  { name: 'pipe', how: 'curl into curl', script: 'fetch "$2" | send "$1" "$3" -', sideBySide: 1 },
  {
    name: 'pipe-4',
    how: 'the same, 4 at once',
    script: 'fetch "$2" | send "$1" "$3" -',
    sideBySide: 4,
  },
]

export function findLimits(): readonly Tool[] {
  const version = findProgram('curl') === undefined ? undefined : 'curl'
  const common = { role: 'limit' as const, version, selectsPlatforms: true, takesLists: true }
  const moves = limits.map(({ name, how, script, sideBySide }) => ({
    ...common,
    name,
    how,
    command: async (task: Task) => {
      const lines = blobMoves(task).map(
        ({ digest, from, to, file }) => `${digest} ${from} ${to} ${file}\n`,
      )
      if (isDone(task.job) || lines.length === 0) return undefined
      const program = join(task.folder, name)
      await writeFile(program, scriptOf(script, task.authority))
      await chmod(program, 0o755)
      const list = join(task.folder, 'blobs')
      await writeFile(list, lines.join(''))
      return { file: 'xargs', args: ['-a', list, '-n', '4', '-P', String(sideBySide), program] }
    },
  }))
  return [
    ...moves,
    ...[looks, nodeAlone, nodePipe, churn, held].map((limit) => ({ ...common, ...limit })),
  ]
}

/** Its arguments: digest, URL to download from, URL to upload to, file. */
function scriptOf(script: string, authority: string | undefined): string {
  const trust = trustOf(authority)
  return `#!/bin/bash
set -euo pipefail
fetch() { curl ${trust} -sSfg "$@"; }
send() {
  location=$(curl ${trust} -sSfgi -X POST "$2" | tr -d '\\r' | sed -n 's/^[Ll]ocation: //p')
  curl ${trust} -sSfg -o /dev/null -H Expect: -H 'Content-Type: application/octet-stream' -T "$3" "$location&digest=$1"
}
${script}
`
}
