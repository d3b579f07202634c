import type { ProfileName } from '../profiles.ts'
import type { Traffic } from '../measure/stage.ts'
import type { ServerName } from '../registries/server.ts'
import type { ShapeName } from '../shapes.ts'
import type { ToolName } from '../tools/tool.ts'

/** Which platforms are wanted: those of the corpus, or amd64 and arm64. */
export type Selection = 'all' | 'two'

/** One run of one tool. */
export interface Measurement {
  readonly server: ServerName
  readonly shape: ShapeName
  readonly profile: ProfileName
  readonly selection: Selection
  readonly tool: ToolName
  /** What the tool itself says of the run. */
  readonly exitCode: number
  /** Seconds. */
  readonly wall: number
  readonly cpu: number
  /** Bytes. */
  readonly memory: number | undefined
  /** Targets, and how many of them were not right in the end. */
  readonly targets: number
  readonly wrong: number
  readonly traffic: Traffic | undefined
}
