import type { Command } from '../measure/timed.ts'
import { oursCommand } from './ours.ts'
import type { Task, Tool } from './tool.ts'

/** Megabytes that V8 may take for what has lived for some time, and for each half of what is new. */
const FLAGS = ['--max-old-space-size=112', '--max-semi-space-size=16']

/** The action in an engine that is told to be sparing, which shows how much of the memory is the engine's choice. */
export const held: Pick<Tool, 'command' | 'how' | 'name'> = {
  name: 'held',
  how: `this action under NODE_OPTIONS='${FLAGS.join(' ')}'`,
  command: async (task: Task): Promise<Command> => {
    const command = await oursCommand(task)
    return { ...command, env: { ...command.env, NODE_OPTIONS: FLAGS.join(' ') } }
  },
}
