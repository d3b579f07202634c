import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { findProgram } from './programs.ts'

const run = promisify(execFile)

/** The height of a page before it is known, in CSS pixels. */
const ANY_HEIGHT = 1_000
/** A page that is longer is shown as far as that: nobody looks at more in one picture. */
const MAX_HEIGHT = 4_000
/** Of the DOM of a page with thousands of rows. */
const MAX_DOM_BYTES = 64 * 1024 * 1024

/** Path of Chromium, if it is installed. */
export function findChromium(): string | undefined {
  return findProgram('chromium', 'chromium-browser', 'google-chrome')
}

/** Shows pages without a window. */
export class Chromium {
  readonly #path: string
  readonly #folder: string

  static async start(): Promise<Chromium> {
    const path = findChromium()
    if (path === undefined) throw new Error('chromium is not in PATH')
    return new Chromium(path, await mkdtemp(join(tmpdir(), 'chromium-')))
  }

  private constructor(path: string, folder: string) {
    this.#path = path
    this.#folder = folder
  }

  /**
   * What a page says of itself when it is laid out, at a width in CSS pixels: the text of its element
   * with the id `measures`, as JSON.
   */
  async measure(html: string, width: number): Promise<unknown> {
    const dom = await this.#show(html, width, ANY_HEIGHT, ['--dump-dom'])
    const text = /<output id="measures">([^<]*)<\/output>/.exec(dom)?.[1]
    if (text === undefined) throw new Error('the page has measured nothing')
    return JSON.parse(text)
  }

  /** Writes a picture of a page as a PNG file. `height` is that of its content. */
  async picture(html: string, width: number, height: number, file: string): Promise<void> {
    const shown = Math.min(Math.ceil(height), MAX_HEIGHT)
    await this.#show(html, width, shown, [`--screenshot=${file}`, '--hide-scrollbars'])
  }

  async #show(
    html: string,
    width: number,
    height: number,
    flags: readonly string[],
  ): Promise<string> {
    const page = join(this.#folder, 'page.html')
    await writeFile(page, html)
    const { stdout } = await run(
      this.#path,
      [
        '--headless',
        // Tests may run as root, and the page is ours.
        '--no-sandbox',
        '--disable-gpu',
        `--user-data-dir=${join(this.#folder, 'profile')}`,
        `--window-size=${width},${height}`,
        ...flags,
        pathToFileURL(page).href,
      ],
      { maxBuffer: MAX_DOM_BYTES },
    )
    return stdout
  }

  async [Symbol.asyncDispose]() {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
