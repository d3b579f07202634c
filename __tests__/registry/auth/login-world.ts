import { buildImage } from '../../../testkit/image/image.ts'
import type { RegistryOptions, TestRegistry } from '../../../testkit/registry/registry.ts'
import { RegistryWorld, type WorldOptions } from '../registry-world.ts'

export const robot = { username: 'robot', password: 'hunter2' }
export const users = { robot: 'hunter2' }
export const bearer = { auth: { kind: 'bearer', users } } as const
export const basic = { auth: { kind: 'basic', users } } as const
export const image = buildImage()

/** A world whose source wants a login, and whose source client has one. */
export async function sourceWith(source: RegistryOptions, options: WorldOptions = {}) {
  const world = await RegistryWorld.start({ source, sourceLogin: robot, ...options })
  world.give(image)
  return world
}

/** What each request to a registry brought, by the end of its path: `v1: Bearer`. */
export function authorizations(registry: TestRegistry) {
  return registry.requests.map(({ path, headers }) => {
    const scheme = headers.authorization?.split(' ')[0] ?? 'nothing'
    return `${path.replace(/^.*\//, '')}: ${scheme}`
  })
}
