import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { pullAndVerify } from '../../testkit/image/pull.ts'

interface Hello {
  readonly host: string
  readonly url: string
  readonly pid: number
  readonly images: readonly string[]
}

async function serve(options: unknown) {
  const script = fileURLToPath(new URL('../../testkit/serve.ts', import.meta.url))
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const stop = async () => {
    const exited = once(child, 'exit')
    child.stdin.end()
    return exited
  }
  return { hello: JSON.parse(line) as Hello, pid: child.pid, stop }
}

describe('a registry in its own process', () => {
  test('says where it is and ends with its standard input', async () => {
    const { hello, pid, stop } = await serve({})
    expect(hello.pid).toBe(pid)
    expect(hello.url).toBe(`http://${hello.host}`)
    expect((await fetch(`${hello.url}/v2/`)).status).toBe(200)
    expect(await stop()).toEqual([0, null])
    await expect(fetch(`${hello.url}/v2/`)).rejects.toThrow('fetch failed')
  })

  test('has the images that it was asked for', async () => {
    const { hello, stop } = await serve({
      images: [
        { repository: 'acme/app', tag: 'v1', layerSizes: [1000, 300_000] },
        { repository: 'acme/one', tag: 'v1', layerSizes: [10], platforms: ['linux/s390x'] },
      ],
    })
    const [app, one] = await Promise.all(
      ['acme/app', 'acme/one'].map((name) => pullAndVerify(hello.url, name, 'v1')),
    )
    expect(hello.images).toEqual([`acme/app@${app?.digest}`, `acme/one@${one?.digest}`])
    expect(app?.children[1]?.blobs.map((blob) => blob.size).slice(1)).toEqual([1000, 300_000])
    expect(one?.children).toEqual([])
    await stop()
  })
})
