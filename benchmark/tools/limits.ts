import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram } from '../../testkit/servers/programs.ts'
import type { Blob } from '../corpus/image.ts'
import { isDone, wantedChildren } from '../job.ts'
import { churn } from './churn.ts'
import { held } from './held.ts'
import { originOf, trustOf } from './curl.ts'
import { looks } from './looks.ts'
import { nodeAlone } from './node-alone.ts'
import { parseReference } from './reference.ts'
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
      const lines = blobLines(task)
      if (isDone(task.job) || lines.length === 0) return undefined
      const file = join(task.folder, name)
      await writeFile(file, scriptOf(script, task.authority))
      await chmod(file, 0o755)
      const list = join(task.folder, 'blobs')
      await writeFile(list, lines.join(''))
      return { file: 'xargs', args: ['-a', list, '-n', '4', '-P', String(sideBySide), file] }
    },
  }))
  return [...moves, ...[looks, nodeAlone, churn, held].map((limit) => ({ ...common, ...limit }))]
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

function blobLines({ job, pairs, platforms, authority }: Task): readonly string[] {
  return job.copies.flatMap(({ image }, index) => {
    const { source = '', targets = [] } = pairs[index] ?? {}
    const [from, to] = [parseReference(source), parseReference(targets[0] ?? '')]
    const blobs = wantedChildren(image, platforms).flatMap((child) => child.blobs)
    return [...distinctFiles(blobs)].map(([digest, file]) =>
      [
        digest,
        `${originOf(from, authority)}/v2/${from.repository}/blobs/${digest}`,
        `${originOf(to, authority)}/v2/${to.repository}/blobs/uploads/`,
        `${file}\n`,
      ].join(' '),
    )
  })
}

/** Configs are too small to matter. */
function distinctFiles(blobs: readonly Blob[]): ReadonlyMap<string, string> {
  const files = blobs.flatMap(({ digest, content }) =>
    'file' in content ? [[digest, content.file] as const] : [],
  )
  return new Map(files)
}
