import { expect } from '@jest/globals'
import { type BuiltImage, buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { type ActionResult, runAction } from '../../testkit/runner/action-runner.ts'
import { outputsOf, startRegistry } from './bundle.ts'

export const names = ['api', 'web', 'worker'] as const
export const release = {
  api: imageOf('api', 'new'),
  web: imageOf('web', 'new'),
  worker: imageOf('worker', 'new'),
}
export const before = { api: imageOf('api', 'old'), web: imageOf('web', 'old') }

export function imageOf(name: string, author: string): BuiltImage {
  return buildImage({ config: { author }, layers: [{ files: { name, author } }] })
}

/** A registry with three new images, and two that have older ones of two of them. */
export async function startRelease() {
  const source = await startRegistry()
  const targets = [await startRegistry(), await startRegistry()] as const
  for (const name of names) pushTo(source.store, `acme/${name}`, 'v2', release[name])
  for (const { store } of targets) {
    pushTo(store, 'prod/api', 'v2', before.api)
    pushTo(store, 'prod/web', 'v2', before.web)
  }
  return { source, targets }
}

export type Release = Awaited<ReturnType<typeof startRelease>>

export function listOf({ source, targets }: Release): string {
  return names
    .flatMap((name) =>
      targets.map(({ host }) => `${source.host}/acme/${name}:v2 => ${host}/prod/${name}:v2`),
    )
    .join('\n')
}

export async function runRelease(world: Release, inputs: Readonly<Record<string, string>> = {}) {
  return runAction({
    inputs: { images: listOf(world), 'all-or-nothing': 'true', retries: '0', ...inputs },
  })
}

export function requestsTo({ source, targets }: Release) {
  return [source, ...targets].map(({ requests }) => requests.length)
}

/** What each tag shows, in the order of the names. */
export function shown({ store }: TestRegistry) {
  return names.map((name) => store.tag(`prod/${name}`, 'v2'))
}

export const OLD = [before.api.manifest.digest, before.web.manifest.digest, undefined]
export const NEW = names.map((name) => release[name].manifest.digest)

/** What the results say of the tags, by destination. */
export function tagsIn(result: ActionResult) {
  const { results } = outputsOf(result)
  return results.map(({ status, error, ...rest }) => ({
    status,
    ...(error && { code: error.code }),
    tag: (rest as { tag?: { state: string; digest?: string } }).tag,
  }))
}

/** That the report says what the registries show. */
export function expectTruth(result: ActionResult, world: Release) {
  const { results } = outputsOf(result)
  for (const { destination, ...rest } of results) {
    const { tag } = rest as { tag?: { state: string; digest?: string } }
    const target = world.targets.find(({ host }) => destination.startsWith(host))
    const [, name = ''] = /\/(prod\/[a-z]+):v2$/.exec(destination) ?? []
    expect([destination, tag?.digest]).toEqual([destination, target?.store.tag(name, 'v2')])
  }
}
