import { createHash } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { architectureNames } from '../../benchmark/corpus/packages.ts'
import type { LayerSet, Layers } from '../../benchmark/corpus/layers.ts'

/** As large as the layers of the small corpus are; bytes. */
export const LAYER_SIZE = 100

/** A corpus of the same shape as the real one, of layers that are made of nothing. */
export function smallCorpus(folder: string): Layers {
  const files = mkdtempSync(join(folder, 'corpus-'))
  const layerSet = (name: string): LayerSet => ({
    name,
    layers: Object.fromEntries(
      architectureNames.map((architecture) => {
        const bytes = Buffer.from(`${name} ${architecture}`.padEnd(LAYER_SIZE))
        const hex = createHash('sha256').update(bytes).digest('hex')
        const file = join(files, hex)
        writeFileSync(file, bytes)
        const digest = `sha256:${hex}`
        return [architecture, { digest, size: LAYER_SIZE, diffId: digest, file }]
      }),
    ),
  })
  const some = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => layerSet(`${name}-${index}`))
  const names = [
    'busybox-static',
    'r-base-core',
    'docker.io',
    'mupdf-tools',
    'podman',
    'musescore-general-soundfont-lossless',
    'qt3d5-examples',
    'chromium',
  ]
  return {
    tiny: some('tiny', 40),
    small: some('small', 60),
    medium: some('medium', 24),
    named: Object.fromEntries(names.map((name) => [name, layerSet(name)])),
  }
}
