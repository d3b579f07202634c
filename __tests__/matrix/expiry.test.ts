import { describe, expect, test } from '@jest/globals'
import type { RegistryRequest } from '../../testkit/registry/exchange.ts'
import { smallImage } from './images.ts'
import {
  expectCopied,
  digestsIn,
  digestsOf,
  performed,
  ready,
  runTogether,
  sharedWorld,
  type End,
  type Setting,
} from './operation.ts'
import type { Cell } from './table.ts'

const world = sharedWorld()

describe('a token that ends in the middle of a copy is replaced', () => {
  const { cells, endOf, leaks } = performed('expired', world, {
    image: smallImage,
    prepare(setting) {
      ready(setting)
      expireDuringCopy(setting)
    },
    // One role after the other, so that the tokens of a registry end once in a run.
    async run(at, settings) {
      const runs: End[] = []
      for (const together of Map.groupBy(settings, ({ cell }) => cell.role).values()) {
        runs.push(...(await runTogether(at, together)))
      }
      return runs
    },
  })

  test.each(cells)('$title', async (cell) => {
    const end = endOf(cell)
    const stored = await expectCopied(end, end.image.manifest.digest)
    expect(digestsOf(stored)).toEqual(digestsIn(end.image))
    // The request in whose middle it happened was refused, so that something had to be done.
    expect(answers.get(cell)).toBeGreaterThanOrEqual(400)
  })

  test('no secret is anywhere but where it belongs', () => {
    expect(leaks()).toEqual([])
  })
})

/** Status of the answer to the request in whose middle the tokens ended. */
const answers = new Map<Cell, number>()

/** At a destination while it is sent a blob, at a source between the manifest and the first blob. */
function expireDuringCopy({ cell, pair }: Setting) {
  const { at, repository } = pair[cell.role]
  const { store } = at.registry
  const isDownload = ({ method, path }: RegistryRequest) =>
    method === 'GET' && path.startsWith(`/v2/${repository}/blobs/`)
  const isUpload = ({ method, path }: RegistryRequest) =>
    method === 'PUT' &&
    [...store.uploads].some(([id, upload]) => upload.repository === repository && path.includes(id))
  at.registry.fault(
    { where: cell.role === 'source' ? isDownload : isUpload },
    async (_request, next) => {
      at.expireTokens()
      const answer = await next()
      answers.set(cell, answer.status)
      return answer
    },
    { times: 1 },
  )
}
