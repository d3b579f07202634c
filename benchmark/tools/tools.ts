import { ours } from './ours.ts'
import { crane, oras, regctl, regsync, skopeo } from './peers.ts'
import type { Tool } from './tool.ts'

export const tools: readonly Tool[] = [ours, skopeo, crane, regctl, regsync, oras]
