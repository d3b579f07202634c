import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where what takes minutes to make is kept between runs: outside the checkout, so that no clone makes it twice. */
export async function cacheFolder(...names: readonly string[]): Promise<string> {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const folder = join(base, 'image-sync-action', 'benchmark', ...names)
  await mkdir(folder, { recursive: true })
  return folder
}
