import { algorithmOf, digestOf } from '../registry/content.ts'
import { isNonDistributable } from '../registry/media-types.ts'
import type { Repository } from '../registry/storage.ts'

interface Entry {
  readonly digest: string
  readonly size: number
  readonly mediaType: string
}

/** What is wrong with the tree below a digest in a registry's storage, by the digest of what is wrong. */
export function treeProblems(repository: Repository, digest: string): Map<string, string> {
  const problems = new Map<string, string>()
  visit(repository, digest, undefined, problems, new Set())
  return problems
}

function visit(
  repository: Repository,
  digest: string,
  size: number | undefined,
  problems: Map<string, string>,
  seen: Set<string>,
) {
  if (seen.has(digest)) return
  seen.add(digest)
  const manifest = repository.manifests.get(digest)
  if (manifest === undefined) {
    // An index may list a blob, and a registry need not know what that is.
    checkBlob(repository, digest, size ?? Number.NaN, problems)
    return
  }
  check({ digest, size }, manifest.bytes, problems)
  const document = JSON.parse(manifest.bytes.toString()) as {
    config?: Entry
    layers?: Entry[]
    manifests?: Entry[]
  }
  for (const child of document.manifests ?? []) {
    visit(repository, child.digest, child.size, problems, seen)
  }
  for (const blob of [document.config ?? [], ...(document.layers ?? [])].flat()) {
    if (!isNonDistributable(blob.mediaType)) {
      checkBlob(repository, blob.digest, blob.size, problems)
    }
  }
}

function checkBlob(
  repository: Repository,
  digest: string,
  size: number,
  problems: Map<string, string>,
) {
  const blob = repository.blobs.get(digest)
  if (blob === undefined) problems.set(digest, `${digest} is missing`)
  else check({ digest, size }, Buffer.concat([...blob.read()]), problems)
}

function check(
  { digest, size }: { digest: string; size: number | undefined },
  bytes: Buffer,
  problems: Map<string, string>,
) {
  if (digestOf(bytes, algorithmOf(digest)) !== digest) {
    problems.set(digest, `${digest} has other bytes`)
  } else if (size !== undefined && size !== bytes.length) {
    problems.set(digest, `${digest} has ${bytes.length} bytes, and ${size} are promised`)
  }
}
