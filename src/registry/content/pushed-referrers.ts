import type { Digest } from '../../oci/digest.ts'
import { RegistryError } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import { pause } from '../pace/retry.ts'
import { waitForAll } from '../wait-for-all.ts'
import { presentDigest } from './manifests.ts'
import { listByApi } from './referrers-api.ts'
import { listReferrers } from './referrers.ts'
import { LOOKS_AFTER } from './read-back-tag.ts'

/**
 * Which of some manifests a destination has and lists as referring to another one. An entry of the
 * list that clients keep may outlive what it names: cleaners of registries take what has no tag.
 */
export async function presentReferrers(
  repository: Repository,
  subject: Digest,
  digests: readonly Digest[],
): Promise<ReadonlySet<Digest>> {
  const { from, entries } = await listReferrers(repository, subject)
  const listed = new Set(entries.map(({ digest }) => digest))
  const common = digests.filter((digest) => listed.has(digest))
  if (from === 'api') {
    if (listed.size > 0) repository.http.facts.referrersSupport.noteListing(repository.name)
    return new Set(common)
  }
  const there = await waitForAll(
    common.map(async (digest) => (await presentDigest(repository, digest)) === digest),
  )
  return new Set(common.filter((_, index) => there[index] === true))
}

/**
 * Whether a destination lists by itself what was pushed there, and nobody has to keep a list under a
 * tag for it. What answers to pushes say of that (`OCI-Subject`) is not believed: it is looked for,
 * once for each repository. Throws VERIFICATION where it has the API, and lists nothing.
 */
export async function listsByItself(
  repository: Repository,
  subject: Digest,
  pushed: Digest,
): Promise<boolean> {
  const { facts, network } = repository.http
  const place = repository.place('list referrers', subject)
  return facts.referrersSupport.lists(repository.name, async () => {
    for (const delay of [0, ...LOOKS_AFTER]) {
      if (delay > 0) await pause(network, delay, place)
      const entries = await listByApi(repository, subject)
      if (entries === undefined) return false
      if (entries.some(({ digest }) => digest === pushed)) return true
    }
    const reason = `pushed ${pushed}, which refers to it, but the registry does not list that`
    throw new RegistryError('VERIFICATION', reason, place)
  })
}
