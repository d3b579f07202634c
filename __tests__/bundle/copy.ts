import { runAction, type ActionOptions } from '../../testkit/runner/action-runner.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import type { RegistryOptions } from '../../testkit/registry/registry.ts'
import { errorsOf, outputsOf, startPair } from './bundle.ts'

/** `acme/app:v1` at the source. */
export const image = buildMultiPlatform({
  platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'],
})
export const other = buildImage({ layers: [{ files: { other: 'another image' } }] })

export const login = { kind: 'basic', users: { alice: 'open-sesame' } } as const

/** Two registries, `acme/app:v1` in the first, and a step that copies it to `prod/app:v1` of the second. */
export async function startCopy(
  options: { source?: RegistryOptions; destination?: RegistryOptions } = {},
) {
  const { source, destination } = await startPair(options)
  pushTo(source.store, 'acme/app', 'v1', image)
  const images = `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`
  const run = async (inputs: Record<string, string> = {}, more: ActionOptions = {}) => {
    const result = await runAction({ ...more, inputs: { images, ...inputs } })
    return { ...result, parsed: outputsOf(result), errors: errorsOf(result) }
  }
  return { source, destination, images, run }
}
