import { isDescriptor, isObject, parseObject } from '../registry/manifest-check.ts'
import { ociIndex } from '../registry/media-types.ts'
import { pullAndVerify } from './pull.ts'

/**
 * What refers to a manifest as a stranger finds it, with nothing of the client's code: by the API, and
 * where there is none, under the tag that stands in for it. Everything is pulled and checked, and
 * has to name its subject.
 */
export async function pullReferrers(
  url: string,
  repository: string,
  subject: string,
  authorization?: string,
): Promise<string[]> {
  const headers = { accept: ociIndex, ...(authorization === undefined ? {} : { authorization }) }
  const base = `${url}/v2/${repository}`
  const byApi = await fetch(`${base}/referrers/${subject}`, { headers, redirect: 'manual' })
  const isList = byApi.headers.get('content-type')?.startsWith(ociIndex) === true
  const tag = subject.slice(0, 7 + 64).replace(':', '-')
  const list = byApi.ok && isList ? byApi : await fetch(`${base}/manifests/${tag}`, { headers })
  const text = await list.text()
  if (list.status === 404) return []
  const document = parseObject(Buffer.from(text))
  const entries = Array.isArray(document?.['manifests']) ? document['manifests'] : []
  const digests: string[] = []
  for (const entry of entries) {
    if (!isDescriptor(entry)) throw new Error(`${subject} has a referrer that is no descriptor`)
    const pulled = await pullAndVerify(url, repository, entry.digest, authorization)
    const named = parseObject(pulled.bytes)?.['subject']
    if (isObject(named) && named['digest'] === subject) digests.push(entry.digest)
  }
  return digests
}

/** As `pullReferrers`, with what refers to those in turn; sorted. */
export async function pullAllReferrers(
  url: string,
  repository: string,
  subjects: readonly string[],
  authorization?: string,
): Promise<string[]> {
  const found = new Set<string>()
  const seen = new Set(subjects)
  for (let level = subjects; level.length > 0;) {
    const next: string[] = []
    for (const subject of level) {
      for (const digest of await pullReferrers(url, repository, subject, authorization)) {
        found.add(digest)
        if (!seen.has(digest)) next.push(digest)
        seen.add(digest)
      }
    }
    level = next
  }
  return [...found].sort()
}
