import { buildImage, type BuiltImage } from '../image/image.ts'
import { buildMultiPlatform } from '../image/multi-platform.ts'
import { pushTo } from '../image/push.ts'
import { giveReferrers } from '../image/referrers.ts'
import { syntheticBlob } from '../registry/content.ts'
import { TestRegistry } from '../registry/registry.ts'
import { runAction } from '../runner/action-runner.ts'
import { storedBundle } from '../signing/bundles.ts'
import { TestProxy } from '../servers/proxy.ts'

export const ECR = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'

/** Registries under names that people know, each with the host of its API. */
const NAMES = {
  'docker.io': 'registry-1.docker.io',
  'ghcr.io': 'ghcr.io',
  'quay.io': 'quay.io',
  [ECR]: ECR,
} as const

export type RegistryName = keyof typeof NAMES

/** Registries of this process that are reached by the names of others, and the action before them. */
export class SummaryWorld {
  readonly #registries: Readonly<Record<string, TestRegistry>>
  readonly #proxy: TestProxy
  readonly #ca: string

  static async start(): Promise<SummaryWorld> {
    const started = Object.entries(NAMES).map(
      async ([name, host]) =>
        [
          name,
          await TestRegistry.start({ tls: { names: [host] }, discardBlobs: name === ECR }),
        ] as const,
    )
    const registries = Object.fromEntries(await Promise.all(started))
    const routes = Object.entries(NAMES).map(([name, host]) => [
      `${host}:443`,
      registries[name]?.host ?? '',
    ])
    return new SummaryWorld(
      registries,
      await TestProxy.start({ routes: Object.fromEntries(routes) }),
    )
  }

  private constructor(registries: Readonly<Record<string, TestRegistry>>, proxy: TestProxy) {
    this.#registries = registries
    this.#proxy = proxy
    this.#ca = registries['ghcr.io']?.ca ?? ''
  }

  registry(name: RegistryName): TestRegistry {
    const registry = this.#registries[name]
    if (registry === undefined) throw new Error(`there is no ${name}`)
    return registry
  }

  /** Puts an image for several platforms there, with layers of so many bytes. */
  give(
    name: RegistryName,
    repository: string,
    tag: string,
    { bytes = 500_000, platforms = ['linux/amd64', 'linux/arm64'] as readonly string[] } = {},
  ) {
    const image = buildMultiPlatform({
      platforms,
      layers: (platform) => [
        { source: syntheticBlob(bytes, `base ${platform}`) },
        { source: syntheticBlob(Math.ceil(bytes / 3), `${repository} ${tag} ${platform}`) },
      ],
    })
    pushTo(this.registry(name).store, repository, tag, image)
  }

  /** Puts a small image of one platform there. */
  giveSmall(name: RegistryName, repository: string, tag: string): BuiltImage {
    const image = buildImage({ config: { author: `${repository}:${tag}` } })
    pushTo(this.registry(name).store, repository, tag, image)
    return image
  }

  /** Puts a signature beside an image. */
  sign(name: RegistryName, repository: string, image: BuiltImage, bundle: object) {
    giveReferrers(this.registry(name).store, repository, image, [storedBundle(image, bundle)])
  }

  /** The summary of a step that copies a list. */
  async summary(images: string, inputs: Readonly<Record<string, string>> = {}): Promise<string> {
    const { summary } = await runAction({
      inputs: { 'images-file': 'images.txt', retries: '0', ...inputs },
      workspace: { 'ca.pem': this.#ca, 'images.txt': images },
      // Relative to the working directory, which is the workspace.
      env: { https_proxy: this.#proxy.url, NODE_EXTRA_CA_CERTS: 'ca.pem' },
    })
    return summary
  }

  async [Symbol.asyncDispose]() {
    await this.#proxy.close()
    for (const registry of Object.values(this.#registries)) await registry.close()
  }
}
