import { execFileSync } from 'node:child_process'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findLimits } from './limits.ts'
import { ours } from './ours.ts'
import { findPeers } from './peers.ts'
import type { Tool } from './tool.ts'

const INSTALL = fileURLToPath(new URL('../../.ci/install-go-tools', import.meta.url))
/** Of what is written in Go, what takes part; each is built once per machine. */
const GO_TOOLS = ['crane', 'registry', 'regctl', 'regsync', 'oras']

export interface Tools {
  readonly ours: Tool
  /** Those that are not installed have no version. */
  readonly peers: readonly Tool[]
  readonly limits: readonly Tool[]
}

/** Finds what can take part; builds what has to be built. */
export function findTools(): Tools {
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const folders = execFileSync(INSTALL, GO_TOOLS, { encoding: 'utf8', stdio: [...stdio] })
  const path = [process.env['PATH'] ?? '', ...folders.trim().split('\n')]
  process.env['PATH'] = path.filter((folder) => folder !== '').join(delimiter)
  return { ours, peers: findPeers(), limits: findLimits() }
}
