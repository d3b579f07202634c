import { uncompress } from 'snappyjs'
import * as v from 'valibot'
import type { Digest } from '../oci/digest.ts'
import { readBundle } from './bundle.ts'
import { type Candidate, candidate } from './candidates.ts'
import type { GitHubPlace } from './github-place.ts'
import { Refusal } from './refusal.ts'
import { parseSignedJson } from './signed-json.ts'
import type { Web, WebAnswer } from './web.ts'

/** Bytes of a page of a hundred attestations, and of one that lies elsewhere. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024
const MAX_BUNDLE_BYTES = 16 * 1024 * 1024
/** Pages of a hundred. */
const MAX_PAGES = 10

const Page = v.looseObject({
  attestations: v.array(
    v.looseObject({ bundle: v.nullish(v.unknown()), bundle_url: v.nullish(v.string()) }),
  ),
})

/** Whose attestations are asked for. */
export interface GitHubSubject {
  readonly owner: string
  /** Undefined for all of the owner's. */
  readonly repository: string | undefined
  readonly digest: Digest
  readonly predicate: string
}

/**
 * Attestations in GitHub's own store (REST API, Attestations): of a repository, of an organisation,
 * or of a user. That there is nothing is told by 404 and 422.
 */
export async function* githubCandidates(
  web: Web,
  github: GitHubPlace,
  subject: GitHubSubject,
): AsyncGenerator<Candidate> {
  const [first, ...others] = placesOf(github, subject)
  const isFound = yield* storeCandidates(web, github, first ?? '')
  for (const place of isFound ? [] : others) yield* storeCandidates(web, github, place)
}

function placesOf(
  { apiUrl }: GitHubPlace,
  { owner, repository, digest, predicate }: GitHubSubject,
): readonly string[] {
  const query = `attestations/${digest}?per_page=100&predicate_type=${encodeURIComponent(predicate)}`
  const name = encodeURIComponent(owner)
  return repository === undefined
    ? [`${apiUrl}/orgs/${name}/${query}`, `${apiUrl}/users/${name}/${query}`]
    : [`${apiUrl}/repos/${name}/${encodeURIComponent(repository)}/${query}`]
}

/** Returns whether the place exists. */
async function* storeCandidates(
  web: Web,
  { token }: GitHubPlace,
  place: string,
): AsyncGenerator<Candidate, boolean> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  let url: string | undefined = place
  for (let pages = 0; url !== undefined && pages < MAX_PAGES; pages++) {
    const answer: WebAnswer = await web.get(url, {
      operation: 'get attestations',
      headers: {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        ...authorization,
      },
      maxBytes: MAX_PAGE_BYTES,
      expect: [404, 422],
    })
    if (answer.status !== 200) return pages > 0
    const page = v.safeParse(Page, JSON.parse(Buffer.from(answer.body).toString('utf8')))
    if (!page.success) throw new Refusal('GitHub answered with what is no list of attestations')
    for (const { bundle, bundle_url: address } of page.output.attestations) {
      yield await attestation(web, bundle ?? undefined, address ?? undefined)
    }
    url = nextOf(answer, url)
  }
  return true
}

async function attestation(
  web: Web,
  inline: unknown,
  address: string | undefined,
): Promise<Candidate> {
  const name = 'attestation at GitHub'
  if (inline !== undefined) return candidate(name, () => readBundle(inline, 'github', name))
  if (address === undefined) return { refused: `${name}: has no bundle` }
  try {
    // A signed address at a store: it is not GitHub's API, and has no business with the token.
    const { body } = await web.get(address, {
      operation: 'get attestations',
      maxBytes: MAX_BUNDLE_BYTES,
      isForeign: true,
    })
    return candidate(name, () => readBundle(parseSignedJson(unpacked(body)), 'github', name))
  } catch (error) {
    return { failed: error }
  }
}

/** Stored attestations are compressed (snappy, block format). */
function unpacked(body: Uint8Array): Uint8Array {
  if (body[0] === 0x7b) return body
  return uncompress(body, MAX_BUNDLE_BYTES)
}

/** The next page, at the same place only: the token goes with it. */
function nextOf({ headers }: WebAnswer, url: string): string | undefined {
  const next = /<([^<>]+)>;[^,<]*\brel="next"/.exec(headers['link'] ?? '')?.[1]
  if (next === undefined) return undefined
  const [here, there] = [new URL(url), URL.parse(next, url)]
  return there?.origin === here.origin && there.pathname === here.pathname ? there.href : undefined
}
