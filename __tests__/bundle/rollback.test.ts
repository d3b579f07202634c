import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { profiles } from '../../testkit/profiles/profiles.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { TestProxy } from '../../testkit/servers/proxy.ts'
import { errorsOf, kept, outputsOf, startRegistry } from './bundle.ts'

const older = buildImage({ config: { author: 'v1' } })
const newer = buildImage({ config: { author: 'v2' } })

test('where tags have become immutable, going back says so, and moves none', async () => {
  const source = await startRegistry()
  pushTo(source.store, 'acme/app', 'v2', newer)
  const freezing = profiles.filter(({ immutableTags }) => immutableTags)
  expect(freezing.length).toBeGreaterThan(5)
  const running = await Promise.all(freezing.map(async (profile) => kept(await profile.start())))
  const routes = Object.assign({}, ...running.map((one) => one.routes)) as Record<string, string>
  const proxy = kept(await TestProxy.start({ routes }))
  for (const one of running) {
    const name = one.profile.repository('app')
    one.createRepository(name)
    pushTo(one.registry.store, name, 'live', older)
  }
  const options = {
    workspace: { 'ca.pem': running.map(({ ca }) => ca).join('\n') },
    // Relative to the working directory, which is the workspace.
    env: { https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: 'ca.pem' },
  }
  const logins = running.map(({ profile, account }) => ({ registry: profile.host, ...account }))
  const run = async (images: string) =>
    runAction({
      ...options,
      inputs: {
        images,
        'registry-auth': JSON.stringify(logins),
        'all-or-nothing': 'true',
        retries: '0',
      },
    })

  const names = running.map(({ profile }) => `${profile.host}/${profile.repository('app')}:live`)
  const promotion = `${source.host}/acme/app:v2 => ${names.join(' ')}`
  const promoted = await run(promotion)
  expect(errorsOf(promoted)).toEqual([])
  // Some registries show at a first look what was there before (Q58).
  await run(promotion)
  const shown = () =>
    running.map(({ profile, registry }) => registry.store.tag(profile.repository('app'), 'live'))
  expect(new Set(shown())).toEqual(new Set([newer.manifest.digest]))

  for (const one of running) one.freezeTags()
  const entries = parse(promoted.outputs['rollback'] ?? '') as unknown[]
  expect(entries).toHaveLength(running.length)
  for (const [index, { profile }] of running.entries()) {
    // One by one, so that each registry has its say.
    const returned = await run(JSON.stringify([entries[index]]))
    const [result] = outputsOf(returned).results
    expect([profile.name, result?.error?.code]).toEqual([profile.name, 'EXISTS'])
    expect(result?.tag).toEqual({ state: 'untouched', digest: newer.manifest.digest })
    expect(errorsOf(returned)[0]).toContain('the registry does not let this tag be moved')
  }
  expect(new Set(shown())).toEqual(new Set([newer.manifest.digest]))
})
