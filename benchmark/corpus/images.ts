import { belongingsOf } from './belongings.ts'
import { buildImage, type Image } from './image.ts'
import type { LayerSet, Layers } from './layers.ts'
import { basePackages, bigPackages, tinyBase } from './packages.ts'

export interface NamedImage {
  readonly repository: string
  readonly image: Image
}

/** The images of the corpus, by what is measured with them. */
export interface Images {
  /** 20 of three small layers, one of which they have in common. */
  readonly tiny: readonly NamedImage[]
  /** 12 of four layers: the system of all, one of three runtimes, and two of their own. */
  readonly shared: readonly NamedImage[]
  /** One of three layers of 100 to 400 MB, one of which is the same on every platform. */
  readonly big: readonly NamedImage[]
  /** One of 60 layers. */
  readonly many: readonly NamedImage[]
  /** 8 of seven layers, one of which they have in common. */
  readonly fanout: readonly NamedImage[]
  /** 200 of the layers of `tiny`, no two with the same configs. */
  readonly unchanged: readonly NamedImage[]
  /** 20 of the layers of `tiny`, with what a release workflow stores beside them. */
  readonly signed: readonly NamedImage[]
}

export function imagesOf({ tiny, small, medium, named }: Layers): Images {
  const byName = (name: string) => {
    const set = named[name]
    if (set === undefined) throw new Error(`the corpus has no ${name}`)
    return set
  }
  const busybox = byName(tinyBase)
  const [system, ...runtimes] = basePackages.map(byName)
  const tinyLayers = (index: number) => [busybox, tiny[2 * index], tiny[2 * index + 1]]
  return {
    tiny: list('tiny', 20, tinyLayers),
    shared: list('app', 12, (index) => [
      system,
      runtimes[index % runtimes.length],
      medium[2 * index],
      medium[2 * index + 1],
    ]),
    big: list('big', 1, () => bigPackages.map(byName)),
    many: list('many', 1, () => small),
    fanout: list('fanout', 8, (index) => [busybox, ...small.slice(6 * index, 6 * index + 6)]),
    unchanged: list('unchanged', 200, (index) => tinyLayers(index % 20)),
    signed: list('signed', 20, tinyLayers).map(withBelongings),
  }
}

function list(
  name: string,
  count: number,
  layersOf: (index: number) => readonly (LayerSet | undefined)[],
): readonly NamedImage[] {
  return Array.from({ length: count }, (_, index) => {
    const repository = count === 1 ? `bench/${name}` : `bench/${name}-${index + 1}`
    const layers = layersOf(index).filter((layer) => layer !== undefined)
    // Both families of media types are about as common.
    const format = index % 2 === 0 ? 'oci' : 'docker'
    return { repository, image: buildImage({ name: repository, layers, format }) }
  })
}

function withBelongings({ repository, image }: NamedImage): NamedImage {
  return { repository, image: { ...image, belongings: belongingsOf(image) } }
}
