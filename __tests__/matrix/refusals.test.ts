import { describe, expect, test } from '@jest/globals'
import { smallImage } from './images.ts'
import { originOf } from './logins.ts'
import {
  allow,
  expectCopied,
  digestsIn,
  digestsOf,
  failureOf,
  isWrite,
  performed,
  ready,
  runTogether,
  sharedWorld,
  type End,
  type Setting,
} from './operation.ts'
import type { World } from './world.ts'

/** The run has two images of each registry, in two roles; a look and a push may log in anew. */

const world = sharedWorld()
const older = smallImage('an older image')

async function runFrozen(at: World, settings: readonly Setting[]): Promise<readonly End[]> {
  for (const { pair } of settings) pair.destination.at.freezeTags()
  return runTogether(at, settings)
}

describe('an immutable tag that has the image already is success', () => {
  const { cells, endOf, leaks } = performed('immutable', world, {
    image: smallImage,
    prepare(setting) {
      ready(setting)
      setting.world.put(setting.pair.destination, setting.image)
    },
    run: runFrozen,
  })

  test.each(cells)('$title', (cell) => {
    const { pair, image, run, result } = endOf(cell)
    expect(result.error).toBeUndefined()
    expect(result).toMatchObject({ status: 'unchanged', digest: image.manifest.digest })
    expect(run.requestsAt(pair.destination.at).filter(isWrite)).toEqual([])
  })

  test('no secret is anywhere but where it belongs', () => {
    expect(leaks()).toEqual([])
  })
})

describe('an immutable tag that has another image is a failure that says so', () => {
  const { cells, endOf, leaks } = performed('immutable', world, {
    image: (text) => smallImage(`newer than ${text}`),
    prepare(setting) {
      ready(setting)
      setting.world.put(setting.pair.destination, older)
    },
    run: runFrozen,
  })

  test.each(cells)('$title', (cell) => {
    const end = endOf(cell)
    const { at, repository, tag } = end.pair.destination
    expect(failureOf(end)).toContain(whereOf(end))
    expect(failureOf(end)).toContain('immutable')
    expect(end.result.error?.code).toBe('EXISTS')
    expect(at.registry.store.tag(repository, tag)).toBe(older.manifest.digest)
    const tries = end.run
      .requestsAt(at)
      .filter((request) => isWrite(request) && request.path.endsWith(`/manifests/${tag}`))
    expect(tries.length).toBeLessThanOrEqual(1)
  })

  test('no secret is anywhere but where it belongs', () => {
    expect(leaks()).toEqual([])
  })
})

describe('a missing repository is created, or the failure says what to do', () => {
  const { cells, endOf, leaks } = performed('missing', world, {
    image: smallImage,
    prepare({ cell, world: at, pair, image }) {
      if (cell.role === 'destination') at.put(pair.source, image)
      else allow(pair)
    },
  })
  const isCreated = ({ role, profile }: (typeof cells)[number]) =>
    role === 'destination' && profile.createsRepositories

  test.each(cells.filter(isCreated))('$title', async (cell) => {
    const end = endOf(cell)
    const stored = await expectCopied(end, end.image.manifest.digest)
    expect(digestsOf(stored)).toEqual(digestsIn(end.image))
  })

  test.each(cells.filter((cell) => !isCreated(cell)))('$title', (cell) => {
    const end = endOf(cell)
    expect(failureOf(end)).toContain(whereOf(end))
    expect(failureOf(end)).toMatch(
      cell.role === 'source' ? /spelling|not exist|not found/i : creationOf(end),
    )
  })

  test('no secret is anywhere but where it belongs', () => {
    expect(leaks()).toEqual([])
  })
})

/** The role, the host and the repository, as a message names them. */
function whereOf({ cell, pair }: End): string {
  const { at, repository } = pair[cell.role]
  return `${cell.role} ${at.profile.host}/${repository}`
}

/** What is said about a repository that has to be created: the command, where the vendor has one. */
function creationOf({ cell, pair }: End): RegExp {
  const word = pair.destination.repository.split('/').at(-1)
  switch (cell.profile.id) {
    case 'ecr':
      return new RegExp(`aws ecr create-repository --region \\S+ --repository-name \\S*${word}`)
    case 'ecr-public':
      return new RegExp(`aws ecr-public create-repository --region us-east-1 .*${word}`)
    default:
      return /create/i
  }
}

describe('a wrong password is a failure that says what to look at', () => {
  const { cells, endOf, leaks } = performed('refused', world, {
    image: smallImage,
    // Who is refused cannot be the partner of others in the same run.
    async run(at, settings) {
      const ends: End[] = []
      for (const together of Map.groupBy(settings, ({ cell }) => cell.partner).values()) {
        const wrong = together.map(({ cell: { profile } }) => [
          profile.id,
          `wrong-${profile.id}-password`,
        ])
        ends.push(...(await runTogether(at, together, { passwords: Object.fromEntries(wrong) })))
      }
      return ends
    },
  })

  test.each(cells)('$title', (cell) => {
    const end = endOf(cell)
    const place = end.pair[cell.role]
    const failure = failureOf(end)
    expect(failure).toContain(whereOf(end))
    expect(end.result.error?.code).toBe('AUTHENTICATION')
    expect(failure).toContain(`user ${place.at.account.username} from ${originOf(cell.profile.id)}`)
    // The answer in the registry's own words.
    expect(failure).toMatch(/HTTP 4\d\d, ./)
    expect(failure).toContain('hint: ')
    const logins = end.run
      .requestsAt(place.at)
      .filter(({ headers }) => /^basic/i.test(headers.authorization ?? ''))
    expect(logins.length).toBeGreaterThan(0)
  })

  test('no secret is anywhere but where it belongs', () => {
    expect(leaks()).toEqual([])
  })
})
