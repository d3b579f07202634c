import { afterEach, describe, expect, test } from '@jest/globals'
import { profiles } from '../../testkit/profiles/profiles.ts'
import { ProfileClient } from './profile-client.ts'
import { quirkChecks } from './profile-quirk-checks.ts'

const open: ProfileClient[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
})

test('every quirk that a profile lists is checked here, and no other', () => {
  const checked = Object.entries(quirkChecks).map(([id, checks]) => [id, Object.keys(checks)])
  expect(Object.fromEntries(checked)).toEqual(
    Object.fromEntries(profiles.map(({ id, quirks }) => [id, quirks])),
  )
})

describe.each(profiles.map((profile) => ({ name: profile.name, profile })))(
  '$name',
  ({ profile }) => {
    const checks = Object.entries(quirkChecks[profile.id] ?? {})
    test.each(checks.map(([id, { says, check }]) => ({ id, says, check })))(
      '$says ($id)',
      async ({ check }) => {
        expect.hasAssertions()
        const client = await ProfileClient.start(profile)
        open.push(client)
        await check(client, profile.repository('app'))
      },
    )
  },
)
