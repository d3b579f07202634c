import { digestOf } from '../registry/content.ts'
import type { BuiltImage } from './image.ts'

/** The same image or index, whose manifest gives some content of it another size. */
export function withSize(image: BuiltImage, digest: string, size: number): BuiltImage {
  const changed = (_name: string, value: { digest?: string } | null) =>
    value?.digest === digest ? { ...value, size } : value
  const bytes = Buffer.from(JSON.stringify(JSON.parse(image.manifest.bytes.toString()), changed))
  const manifest = { ...image.manifest, bytes, digest: digestOf(bytes), size: bytes.length }
  return { ...image, manifest }
}
