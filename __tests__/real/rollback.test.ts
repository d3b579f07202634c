import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { RealPair, type Step } from './real-pair.ts'
import { isWanted, type RegistryKind } from './real-registry.ts'

/** Every program that runs on its own, as it comes. */
const kinds: readonly RegistryKind[] = [
  { program: 'Distribution 2', login: 'a password file' },
  { program: 'Distribution 2', login: 'docker_auth' },
  { program: 'Distribution 3', login: 'a token server' },
  { program: "crane's registry", login: 'no login' },
  { program: "go-containerregistry's registry", login: 'no login' },
  { program: 'zot', login: 'a password file' },
  { program: 'olareg', login: 'a token server' },
]

const tool = buildImage({ layers: [{ files: { 'bin/tool': 'one platform' } }] })
const app = buildMultiPlatform({ attestations: true })

const before = `
  - {source: SOURCE/acme/tool:v1, destination: DESTINATION/prod/api:live, platforms: all}
  - {source: SOURCE/acme/app:v1, destination: DESTINATION/prod/web:live, platforms: linux/arm64}
  - {source: SOURCE/acme/app:v1, destination: DESTINATION/prod/docs:live, platforms: all}
`
const after = `
  - {source: SOURCE/acme/app:v1, destination: DESTINATION/prod/api:live, platforms: all}
  - {source: SOURCE/acme/tool:v1, destination: DESTINATION/prod/web:live, platforms: all}
  - {source: SOURCE/acme/app:v1, destination: DESTINATION/prod/docs:live, platforms: all}
  - {source: SOURCE/acme/tool:v1, destination: DESTINATION/prod/worker:live, platforms: all}
`
const together = { inputs: { 'all-or-nothing': 'true' } }

for (const kind of kinds) {
  const isThere = isWanted('Distribution 2') && isWanted(kind.program, kind.login)
  // The condition is what is installed; the last lines of the run name what was left out.
  const describeWanted = isThere ? describe : describe.skip
  describeWanted(`a promotion to ${kind.program} with ${kind.login}`, () => {
    let pair: RealPair
    let promoted: Step
    let returned: Step
    let shownBefore: readonly string[]

    beforeAll(async () => {
      pair = await RealPair.start({ program: 'Distribution 2', login: 'no login' }, kind)
      await pair.push('acme/tool', 'v1', tool)
      await pair.push('acme/app', 'v1', app)
      await pair.sync(before)
      shownBefore = await shown()
      promoted = await pair.step(after, together)
    })

    afterAll(async () => {
      // Not there where it could not be started.
      await (pair as RealPair | undefined)?.close()
    })

    async function shown(): Promise<readonly string[]> {
      const names = ['prod/api', 'prod/web', 'prod/docs']
      const pulled = names.map(async (name) => pair.pull('destination', name, 'live'))
      return (await Promise.all(pulled)).map(({ digest }) => digest)
    }

    test('moves every tag', async () => {
      expect(promoted.errors).toEqual([])
      expect(promoted.results.map(({ tag }) => tag?.state)).toEqual([
        'moved',
        'moved',
        'untouched',
        'moved',
      ])
      const { digest: whole } = app.manifest
      expect(await shown()).toEqual([whole, tool.manifest.digest, whole])
    })

    test('is undone by a run of the list that it has put out', async () => {
      expect(promoted.rollback).toContain(`# was not there before: ${pair.destination.host}`)
      returned = await pair.step(promoted.rollback, together)
      expect(returned.errors).toEqual([])
      expect(returned.counts).toEqual({ copied: 2, unchanged: 0, skipped: 0, failed: 0 })
      expect(new Set(returned.results.map(({ bytes }) => bytes.copied))).toEqual(new Set([0]))
      expect(await shown()).toEqual(shownBefore)
    })

    test('is done again by the list that undoes the undoing', async () => {
      const again = await pair.step(returned.rollback, together)
      expect(again.errors).toEqual([])
      const { digest: whole } = app.manifest
      expect(await shown()).toEqual([whole, tool.manifest.digest, whole])
    })
  })
}
