import { familyOfAnswer, familyOfHost } from '../families/lookup.ts'
import type { AnswerHeaders, RegistryFamily } from '../families/family.ts'
import { Quota } from '../pace/pull-limit.ts'
import { LargeBlobs } from './blob-size-limit.ts'
import { BlobSizes } from './blob-sizes.ts'
import { KeptManifests } from './manifest-cache.ts'
import { MountLooks } from './mount-looks.ts'
import { MountRecord } from './mount-record.ts'
import { ReadableRepositories } from './readable-repositories.ts'
import { ReferrersSupport } from './referrers-support.ts'
import { ShownBlobs } from './shown-blobs.ts'
import { TagLists } from './tag-list.ts'
import type { Logger } from '../logger.ts'

/** What one registry has shown of itself and of its content in this run, to one identity. */
export class RegistryFacts {
  readonly mounts = new MountRecord()
  readonly mountLooks = new MountLooks()
  readonly readable = new ReadableRepositories()
  readonly blobSizes = new BlobSizes()
  readonly shownBlobs = new ShownBlobs()
  readonly largeBlobs = new LargeBlobs()
  readonly manifests = new KeptManifests()
  readonly referrersSupport = new ReferrersSupport()
  readonly tagLists = new TagLists()
  readonly quota: Quota
  #family: RegistryFamily | undefined

  /** @param login who asks, in words */
  constructor(registry: string, login: string, logger: Logger) {
    this.quota = new Quota(registry, login, logger)
    this.#family = familyOfHost(registry)
  }

  /** Known by its host from the start, or by its answers from the first of them on. */
  get family(): RegistryFamily | undefined {
    return this.#family
  }

  /** Takes in what an answer of the registry itself gives away. `retries` are those of a request. */
  note(
    answer: { readonly status: number; readonly headers: AnswerHeaders },
    retries: number,
    now: number,
  ): void {
    this.#family ??= familyOfAnswer(answer.headers)
    this.quota.note(answer, retries, now)
  }
}
