import { expect } from '@jest/globals'
import { withSize } from '../../../testkit/image/false-size.ts'
import { buildImage, buildIndex } from '../../../testkit/image/image.ts'
import { bytesSource } from '../../../testkit/registry/content.ts'
import type { Row } from '../table.ts'
import { index, layer, LAYER_BYTES, type FaultWorld, type WorldOptions } from '../world.ts'

const WRONG = 999
const [amd64 = index, arm64 = index] = index.children
const content = amd64.synthetic.get(layer.digest)

/** What the images of a list promise, against a registry that takes all manifests. */
const promising = (...images: (typeof index)[]): WorldOptions => ({
  image: buildIndex({ children: images }),
  destination: { checkReferences: false },
})
const half = bytesSource(Buffer.alloc(LAYER_BYTES / 2))

export const sizeRows: readonly Row[] = [
  {
    fault: 'A manifest gives a layer another size, and the destination has the layer',
    world: promising(withSize(amd64, layer.digest, WRONG), arm64),
    source: {
      ends: 'SIZE_MISMATCH',
      does: 'does not take its word, and asks the source for the layer',
      inject: ({ destination }) => {
        if (content !== undefined) destination.store.putBlob('prod/app', content)
      },
    },
  },
  {
    fault: 'Two manifests of a list give one layer two sizes',
    world: promising(amd64, withSize(sameLayer(), layer.digest, WRONG)),
    source: { ends: 'SIZE_MISMATCH', does: 'brings it once, and measures it for the other' },
  },
  {
    fault: 'One manifest gives one layer two sizes',
    world: promising(
      buildImage({ members: { layers: [layer, { ...layer, size: WRONG }] } }),
      arm64,
    ),
    source: {
      ends: 'INVALID_MANIFEST',
      does: 'sends nothing',
      check: ({ destination }) => expect(destination.count('PUT')).toBe(0),
    },
  },
  {
    fault: 'One half of a layer is stored under its digest',
    destination: {
      ends: 'copied',
      does: 'sees it by the length, and sends the layer',
      inject: ({ destination }) => {
        destination.store.putBlob('prod/app', half, layer.digest)
      },
      check: ({ destination }: FaultWorld) =>
        expect(destination.store.completedBlobs()).toContain(layer.digest),
    },
  },
]

/** An image for the other platform with the layer of the first one. */
function sameLayer() {
  const image = buildImage({ platform: 'linux/arm64', members: { layers: [layer] } })
  return { ...image, synthetic: amd64.synthetic }
}
