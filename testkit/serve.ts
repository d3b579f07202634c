/**
 * A test registry in a process of its own: `node testkit/serve.ts '{"discardBlobs":true}'`. Prints one
 * line of JSON, `{"host","url","pid","images"}`, and ends when its standard input does.
 */
import { buildIndex, buildImage } from './image/image.ts'
import { syntheticBlob } from './registry/content.ts'
import { pushTo } from './image/push.ts'
import { TestRegistry, type RegistryOptions } from './registry/registry.ts'

/** An image to have from the start, made of layers that take no memory. */
interface ServedImage {
  readonly repository: string
  readonly tag: string
  /** One platform gives an image, several an index; default linux/amd64 and linux/arm64. */
  readonly platforms?: readonly string[]
  /** Bytes of each layer of each platform. */
  readonly layerSizes: readonly number[]
  /** Layers of equal size and seed are equal; default repository, tag and platform. */
  readonly seed?: string
}

type ServeOptions = Omit<RegistryOptions, 'middleware' | 'now' | 'store'> & {
  readonly images?: readonly ServedImage[]
}

function build(image: ServedImage) {
  const { platforms = ['linux/amd64', 'linux/arm64'], layerSizes } = image
  const children = platforms.map((platform) => {
    const seed = image.seed ?? `${image.repository}:${image.tag} ${platform}`
    const layers = layerSizes.map((size, index) => ({
      source: syntheticBlob(size, `${seed} ${index}`),
    }))
    return buildImage({ platform, layers })
  })
  const [only, ...others] = children
  return only !== undefined && others.length === 0 ? only : buildIndex({ children })
}

const { images = [], ...options } = JSON.parse(process.argv[2] ?? '{}') as ServeOptions
const registry = await TestRegistry.start(options)
const digests = images.map((image) => {
  const built = build(image)
  pushTo(registry.store, image.repository, image.tag, built)
  return `${image.repository}@${built.manifest.digest}`
})
const { host, url, ca } = registry
console.log(JSON.stringify({ host, url, ca, pid: process.pid, images: digests }))

process.stdin.resume()
process.stdin.once('end', () => void registry.close())
