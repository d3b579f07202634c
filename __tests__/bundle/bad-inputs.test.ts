import { createServer, type AddressInfo, type Server } from 'node:net'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { readActionMetadata } from '../../testkit/runner/action-metadata.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { actionFile, errorsOf, everythingOf, outputsOf } from './bundle.ts'
import { refusals } from './refusals.ts'

/** Stands where the registries of the lists would, and counts who comes. */
let server: Server
let host: string
let connections = 0

beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})

beforeEach(() => {
  connections = 0
})

afterAll(() => {
  server.close()
})

function atHost<Values extends Readonly<Record<string, string | Uint8Array>>>(values: Values) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll('HOST', host) : value,
    ]),
  ) as Record<keyof Values & string, string>
}

describe('the step fails before any network traffic for', () => {
  test.each(Object.entries(refusals))('%s', async (_what, refusal) => {
    const { inputs, lines, says = [], options = {} } = refusal
    const result = await runAction({
      ...options,
      inputs: atHost(inputs),
      ...(options.workspace === undefined ? {} : { workspace: atHost(options.workspace) }),
    })
    expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '', summary: '' })
    const [message = '', ...others] = errorsOf(result)
    expect(others).toEqual([])
    expect(problemsIn(message)).toEqual(lines.map((line) => beginningWith(line)))
    for (const words of says) expect(message).toContain(words)

    expect(outputsOf(result)).toMatchObject({ digest: '', digests: {}, images: [], results: [] })
    expect(everythingOf(result)).not.toContain('pa55-word')
    expect(connections).toBe(0)
  })

  test('a file by its absolute path, without a line of what is there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bad-inputs-'))
    try {
      await writeFile(join(folder, 'secret'), 'TOP SECRET')
      const result = await runAction({ inputs: { 'images-file': join(folder, 'secret') } })
      expect(result.exitCode).toBe(1)
      expect(errorsOf(result)).toEqual([expect.stringContaining('outside of the workspace')])
      expect(everythingOf(result)).not.toContain('TOP SECRET')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

/** One problem is a sentence, several are a list. */
function problemsIn(message: string): string[] {
  const [first = '', ...rest] = message.split('\n')
  if (rest.length === 0) return [first.replace(/^Input /, '')]
  const heading = `${rest.length} problems with the inputs:`
  return first === heading ? rest.map((line) => line.replace(/^- /, '')) : [message]
}

function beginningWith(text: string): unknown {
  const literal = text.replaceAll('HOST', host).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return expect.stringMatching(new RegExp(`^${literal}`))
}

test('every input that can be wrong is wrong in one of these tests', async () => {
  const { inputs } = await readActionMetadata(actionFile)
  const refused = Object.values(refusals).flatMap(({ lines }) =>
    lines.map((line) => /^[a-z-]+/.exec(line)?.[0] ?? ''),
  )
  // A token is whatever it is; only the registry can say that it is wrong.
  const never = ['github-token']
  expect([...inputs.keys()].filter((name) => !refused.includes(name))).toEqual(never)
})
