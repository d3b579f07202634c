import * as v from 'valibot'
import { type Descriptor, descriptorSchema } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import { FormatError } from '../../oci/errors.ts'
import { MediaType, normaliseMediaType } from '../../oci/media-types.ts'
import { parseStrictJson } from '../../oci/strict-json.ts'
import { type ErrorPlace, placed, RegistryError } from '../errors.ts'
import { nextPage } from '../http/next-page.ts'
import type { RegistryAnswer } from '../http/registry-request.ts'
import type { Repository } from '../http/repository.ts'
import type { Answer } from '../network/answer.ts'
import { discard, readBody, singleHeader } from '../network/answer-body.ts'

/** As much as registries have to take of a manifest, and an answer is one. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024
/** Registries give some ten entries a page at least; this is a list without end. */
const MAX_PAGES = 100
/** What belongs to an image is counted in ones and tens; far beyond that it is no image's. */
export const MAX_REFERRERS = 1000

/**
 * Statuses by which registries, and what stands before them, say that they have no such API
 * (distribution-spec, Listing Referrers, knows 404; Q12, Q23). Harbor before 2.8 says 401 without
 * asking for a login (Q61).
 */
const NO_API: readonly number[] = [400, 401, 404, 405, 406, 501]
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

const Page = v.looseObject({
  mediaType: v.nullish(v.string()),
  manifests: v.nullable(v.array(descriptorSchema)),
})

/**
 * The referrers of a manifest by the API of the registry, all pages of it (distribution-spec,
 * Listing Referrers). Undefined where the repository has no such API. The manifest is one that this
 * login was seen to reach: what is refused then is the API. Throws INVALID_MANIFEST for a list that
 * is broken or does not end, REDIRECT for one that goes on elsewhere, and the errors of every
 * request: a look that failed does not say that there is nothing.
 */
export async function listByApi(
  repository: Repository,
  subject: Digest,
): Promise<readonly Descriptor[] | undefined> {
  const api = repository.http.facts.referrersSupport
  return api.list(repository.name, async () => new PagedList(repository, subject).read())
}

class PagedList {
  readonly #repository: Repository
  readonly #path: string
  readonly #place: ErrorPlace
  readonly #entries = new Map<Digest, Descriptor>()

  constructor(repository: Repository, subject: Digest) {
    this.#repository = repository
    this.#path = repository.path(`referrers/${subject}`)
    this.#place = repository.place('list referrers', subject)
  }

  async read(): Promise<readonly Descriptor[] | undefined> {
    const seen = new Set<string>()
    for (let next: string | undefined = this.#path; next !== undefined;) {
      if (seen.has(next)) throw this.#refusal('the pages of the list go in a circle')
      if (seen.size === MAX_PAGES) throw this.#refusal(`the list has more than ${MAX_PAGES} pages`)
      const page = await this.#page(next)
      if (page === undefined && seen.size === 0) return undefined
      if (page === undefined) throw this.#refusal('a page of the list is no index')
      seen.add(next)
      for (const entry of page.entries) this.#take(entry)
      if (this.#entries.size > MAX_REFERRERS) {
        throw this.#refusal(`more than ${MAX_REFERRERS} referrers`)
      }
      next = page.next
    }
    return [...this.#entries.values()]
  }

  /** The same entry twice is one; a digest of two sizes is none that can be checked. */
  #take(entry: Descriptor): void {
    const { digest, size } = entry
    const known = this.#entries.get(digest)
    if (known !== undefined && known.size !== size) {
      throw this.#refusal(`it lists ${digest} with two sizes, ${known.size} and ${size} bytes`)
    }
    this.#entries.set(digest, entry)
  }

  /** Undefined where what is there is no list. */
  async #page(
    target: string,
  ): Promise<{ entries: readonly Descriptor[]; next: string | undefined } | undefined> {
    const { http, scope } = this.#repository
    const request = {
      method: 'GET',
      target,
      headers: { accept: MediaType.ociIndex },
      scopes: [scope],
      place: this.#place,
      expect: saysNoApi,
      staysAtHost: true,
      lane: 'lookup',
    } as const
    return http.call(request, async (answer) => {
      if (answer.status >= 300) {
        await discard(answer)
        return undefined
      }
      const entries = await this.#entriesOf(answer)
      if (entries === undefined) return undefined
      return { entries, next: nextPage(answer, { path: this.#path, place: this.#place }) }
    })
  }

  /** Undefined where the body is not what the header did not promise, a page for people for instance. */
  async #entriesOf(answer: RegistryAnswer): Promise<readonly Descriptor[] | undefined> {
    const type = singleHeader(answer, 'content-type', this.#place) ?? ''
    const isPromised = normaliseMediaType(type) === MediaType.ociIndex
    try {
      const { network } = this.#repository.http
      const body = await readBody(answer, MAX_PAGE_BYTES, this.#place, network)
      return readPage(body)
    } catch (error) {
      if (error instanceof FormatError && !isPromised) return undefined
      if (error instanceof RegistryError && error.code === 'SIZE_MISMATCH') {
        throw this.#refusal(error.message)
      }
      throw placed(error, this.#place)
    }
  }

  #refusal(reason: string): RegistryError {
    return new RegistryError('INVALID_MANIFEST', reason, this.#place)
  }
}

function saysNoApi({ status, headers }: Answer): boolean {
  // A login that is missing or over says nothing about the API.
  if (status === 401) return headers['www-authenticate'] === undefined
  return (
    NO_API.includes(status) || (REDIRECTS.includes(status) && headers['location'] !== undefined)
  )
}

function readPage(body: Uint8Array): readonly Descriptor[] {
  const document = parseStrictJson(body, { freeMaps: ['annotations'] })
  const page = v.safeParse(Page, document, { abortEarly: true })
  const mediaType = page.success ? (page.output.mediaType ?? '') : ''
  if (page.success && (mediaType === '' || mediaType === MediaType.ociIndex)) {
    return page.output.manifests ?? []
  }
  const reason = page.success ? 'it has another media type' : page.issues[0].message
  throw new FormatError('manifest', `the list of referrers is no index: ${reason}`)
}
