/** The part of Node's process that tells what happens to it. */
export interface ProcessEvents {
  on(event: string, listener: (value: unknown) => void): unknown
}

export const nodeProcess: ProcessEvents = {
  on: (event, listener) => process.on(event, listener),
}
