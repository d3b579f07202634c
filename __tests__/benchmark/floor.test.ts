import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { floorOf } from '../../benchmark/floor.ts'
import { isDone, type Job } from '../../benchmark/job.ts'
import { shapeNames, shapesOf, type ShapeName } from '../../benchmark/shapes.ts'
import { LAYER_SIZE, smallCorpus } from './corpus.ts'

const folder = mkdtempSync(join(tmpdir(), 'floor-'))
afterAll(() => rmSync(folder, { recursive: true }))

const shapes = shapesOf(smallCorpus(folder))
const jobOf = (shape: ShapeName): Job => shapes[shape].job(0)
const two = ['linux/amd64', 'linux/arm64']

/** Bytes of the configs of a job, which are blobs too. */
function configBytes({ copies }: Job, platforms: readonly string[]): number {
  return copies
    .flatMap(({ image }) => image.children)
    .filter(({ platform }) => platforms.includes(platform))
    .flatMap(({ blobs }) => blobs)
    .filter(({ content }) => 'bytes' in content)
    .reduce((sum, { size }) => sum + size, 0)
}

describe('the least that a job takes', () => {
  test('of one image: every manifest and blob once, and a look at the tag', () => {
    // 3 platforms, each with a config and 60 layers of its own.
    const blobs = 3 * 61
    expect(floorOf(jobOf('many-layers'), 'all')).toMatchObject({
      source: 1 + 3 + blobs,
      destination: 1 + 2 * blobs + 3 + 1,
      mounts: 0,
    })
  })

  test('of images with a layer in common: sent to one repository, mounted into the others', () => {
    const blobs = 20 * 3 * 3 + 3
    const mounts = 19 * 3
    const bytes = 123 * LAYER_SIZE + configBytes(jobOf('tiny'), [...two, 'linux/arm/v7'])
    expect(floorOf(jobOf('tiny'), 'all')).toEqual({
      source: 20 + 60 + blobs,
      destination: 20 + 2 * blobs + mounts + 60 + 20,
      mounts,
      down: bytes,
      up: bytes,
    })
  })

  test('where two platforms of three are wanted: nothing of the third', () => {
    const blobs = 20 * 3 * 2 + 2
    expect(floorOf(jobOf('tiny'), two)).toEqual({
      source: 20 + 40 + blobs,
      destination: 20 + 2 * blobs + 19 * 2 + 40 + 20,
      mounts: 19 * 2,
      down: 82 * LAYER_SIZE + configBytes(jobOf('tiny'), two),
      up: 82 * LAYER_SIZE + configBytes(jobOf('tiny'), two),
    })
  })

  test('of three registries: downloaded once, sent to each', () => {
    const { source, destination, down, up } = floorOf(jobOf('fanout'), 'all')
    const blobs = 8 * 3 * 7 + 3
    expect(source).toBe(8 + 24 + blobs)
    expect(destination).toBe(3 * (8 + 2 * blobs + 7 * 3 + 24 + 8))
    expect(up).toBe(3 * down)
  })

  test('of images of one platform: the tag is the manifest, and nothing is listed by digest', () => {
    const [images, blobs] = [50, 50 * 10]
    expect(floorOf(jobOf('far'), 'all')).toMatchObject({
      source: images + blobs,
      destination: images + 2 * blobs + images,
      mounts: 0,
    })
  })

  test.each(['noop', 'noop-200'] as const)('of %s: one look on each side', (shape) => {
    const images = shape === 'noop' ? 20 : 200
    const nothing = { source: images, destination: images, mounts: 0, down: 0, up: 0 }
    expect(floorOf(jobOf(shape), 'all')).toEqual(nothing)
    expect(floorOf(jobOf(shape), two)).toEqual(nothing)
  })

  test('of images half of which are there: their layers are mounted from those', () => {
    // Per platform: a config and two layers of each of 6 images; system and runtimes are there.
    const blobs = 6 * 3 * 3
    const mounts = 6 * 3 * 2
    // One image of each of three runtimes has to be read to know that.
    const looks = 3 * 3
    // The source shows that it has what is mounted, the destination how long it is: system and runtimes.
    const lengths = 3 + 3 * 3
    expect(floorOf(jobOf('half'), 'all')).toMatchObject({
      source: 12 + 18 + blobs + mounts,
      destination: 12 + looks + lengths + 2 * blobs + mounts + 18 + 6,
      mounts,
    })
  })

  test('of a new tag where the image is: its bytes, a look and a push', () => {
    const floor = floorOf(jobOf('retag'), 'all')
    expect(floor).toEqual({ source: 20, destination: 40, mounts: 0, down: 0, up: 0 })
  })

  test('of a new tag for two platforms: their manifests are read as well', () => {
    const floor = floorOf(jobOf('retag'), two)
    expect(floor).toEqual({ source: 60, destination: 40, mounts: 0, down: 0, up: 0 })
  })
})

test('nothing is to be done only where every target is there', () => {
  expect(shapeNames.filter((name) => isDone(jobOf(name)))).toEqual([
    'noop',
    'noop-200',
    'signed-again',
    'unchanged-200',
    'unchanged-2000',
    'unchanged-10000',
  ])
})
