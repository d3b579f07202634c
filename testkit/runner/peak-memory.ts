import { readFile } from 'node:fs/promises'

/**
 * Flags that make a Node process write its peak of resident memory to `file` when it exits. A module
 * in the command line leaves the environment of the process as it was.
 */
export function peakMemoryFlags(file: string): string[] {
  const source = `
    import { writeFileSync } from 'node:fs'
    process.on('exit', () => {
      writeFileSync(${JSON.stringify(file)}, String(process.resourceUsage().maxRSS))
    })`
  return ['--import', `data:text/javascript,${encodeURIComponent(source)}`]
}

/** Bytes; undefined if the process wrote nothing. */
export async function readPeakMemory(file: string): Promise<number | undefined> {
  const kibibytes = await readFile(file, 'utf8').catch(() => undefined)
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
}
