import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BaseFetcher, Updater } from 'tuf-js'
import { DownloadHTTPError } from 'tuf-js/dist/error.js'
import { LookUpError } from './look-up-error.ts'
import type { Web, WebAnswer } from './web.ts'

/** A repository of signed metadata (TUF), and where to begin to believe it. */
export interface TufRepository {
  /** `https://host[/path]`, without a slash at the end. */
  readonly url: string
  /** The first `root.json`, as JSON text. */
  readonly root: string
}

const OPERATION = 'get trusted root'
/** The largest target is the trusted root, which has some ten kilobytes. */
const MAX_BYTES = 5_000_000

/**
 * Fetches a file of a repository, by way of its current metadata. What was fetched before is kept in
 * `directory`, except for the root: a run begins with the one that it was shipped with, whatever
 * somebody has put there.
 * @throws what `web` throws, and the errors of tuf-js for metadata that is old or not signed
 */
export async function fetchTarget(
  { url, root }: TufRepository,
  name: string,
  directory: string,
  web: Web,
): Promise<Buffer> {
  const targets = join(directory, 'targets')
  try {
    await mkdir(targets, { recursive: true, mode: 0o700 })
    await writeFile(join(directory, 'root.json'), root)
  } catch (error) {
    throw failureOf(error, url)
  }
  const fetcher = new WebFetcher(web)
  const updater = new Updater({
    metadataDir: directory,
    metadataBaseUrl: url,
    targetDir: targets,
    targetBaseUrl: `${url}/targets`,
    fetcher,
  })
  try {
    await updater.refresh()
    const info = await updater.getTargetInfo(name)
    if (info === undefined) throw new Error(`${url} has no ${name}`)
    return await readFile(
      (await updater.findCachedTarget(info)) ?? (await updater.downloadTarget(info)),
    )
  } catch (error) {
    // The updater puts some of what the network says into words of its own.
    if (fetcher.failure instanceof Error) throw fetcher.failure
    throw failureOf(error, url)
  }
}

function failureOf(error: unknown, url: string): LookUpError {
  const reason = error instanceof Error ? error.message : String(error)
  return new LookUpError(OPERATION, url, reason, error)
}

/** Everything goes through the network of the run: its proxies, authorities, retries and limits. */
class WebFetcher extends BaseFetcher {
  readonly #web: Web
  /** What the network has thrown, if anything. */
  failure: unknown

  constructor(web: Web) {
    super()
    this.#web = web
  }

  override async fetch(url: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const { status, body } = await this.#get(url)
    // By this the updater knows that there is no newer root.
    if (status !== 200) throw new DownloadHTTPError(`${url} answered ${status}`, status)
    return new Blob([new Uint8Array(body)]).stream()
  }

  async #get(url: string): Promise<WebAnswer> {
    try {
      return await this.#web.get(url, {
        operation: OPERATION,
        maxBytes: MAX_BYTES,
        expect: [403, 404],
      })
    } catch (error) {
      this.failure ??= error
      throw error
    }
  }
}
