import type { Blob } from '../corpus/image.ts'
import { wantedChildren } from '../job.ts'
import { originOf } from './curl.ts'
import { parseReference } from './reference.ts'
import type { Task } from './tool.ts'

/** A blob that a job has to move, and how. */
export interface BlobMove {
  readonly digest: string
  /** URL to download it from. */
  readonly from: string
  /** URL that begins its upload. */
  readonly to: string
  /** Path of its content. */
  readonly file: string
}

/** Every blob of a job, for each image to its first target. */
export function blobMoves({ job, pairs, platforms, authority }: Task): readonly BlobMove[] {
  return job.copies.flatMap(({ image }, index) => {
    const { source = '', targets = [] } = pairs[index] ?? {}
    const [from, to] = [parseReference(source), parseReference(targets[0] ?? '')]
    const blobs = wantedChildren(image, platforms).flatMap((child) => child.blobs)
    return [...distinctFiles(blobs)].map(([digest, file]) => ({
      digest,
      from: `${originOf(from, authority)}/v2/${from.repository}/blobs/${digest}`,
      to: `${originOf(to, authority)}/v2/${to.repository}/blobs/uploads/`,
      file,
    }))
  })
}

/** Configs are too small to matter. */
function distinctFiles(blobs: readonly Blob[]): ReadonlyMap<string, string> {
  const files = blobs.flatMap(({ digest, content }) =>
    'file' in content ? [[digest, content.file] as const] : [],
  )
  return new Map(files)
}
