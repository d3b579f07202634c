import { uncompress } from 'snappyjs'
import * as v from 'valibot'
import type { Digest } from '../oci/digest.ts'
import { readBundle } from './bundle.ts'
import { type Candidate, candidate } from './candidates.ts'
import type { GitHubPlace } from './github-place.ts'
import { LookUpError } from './look-up-error.ts'
import { parseSignedJson } from './signed-json.ts'
import type { Web, WebAnswer } from './web.ts'

/** Bytes of a page of a hundred attestations, and of one that lies elsewhere. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024
const MAX_BUNDLE_BYTES = 16 * 1024 * 1024
const OPERATION = 'get attestations'
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
      operation: OPERATION,
      headers: {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        ...authorization,
      },
      maxBytes: MAX_PAGE_BYTES,
      expect: [404, 422],
    })
    if (answer.status !== 200) return pages > 0
    for (const { bundle, bundle_url: address } of attestationsOf(answer, url)) {
      yield await attestation(web, bundle ?? undefined, address ?? undefined, url)
    }
    url = nextOf(answer, url)
  }
  return true
}

function attestationsOf(
  { body }: WebAnswer,
  url: string,
): v.InferOutput<typeof Page>['attestations'] {
  const page = v.safeParse(Page, jsonOf(body))
  if (page.success) return page.output.attestations
  throw new LookUpError(OPERATION, url, 'the answer is no list of attestations')
}

/** Undefined for what is no JSON. */
function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}

/** @param page that has led to the address */
async function attestation(
  web: Web,
  inline: unknown,
  address: string | undefined,
  page: string,
): Promise<Candidate> {
  const name = 'attestation at GitHub'
  if (inline !== undefined) return candidate(name, () => readBundle(inline, 'github', name))
  if (address === undefined) return { refused: `${name}: has no bundle` }
  try {
    // A signed address at a store: it is not GitHub's API, and has no business with the token.
    const { body } = await web.get(address, {
      operation: OPERATION,
      maxBytes: MAX_BUNDLE_BYTES,
      givenBy: page,
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

/**
 * The next page: of the same list, at the same host, since the token goes with it. GitHub names the
 * repository by its number there.
 */
function nextOf({ headers }: WebAnswer, url: string): string | undefined {
  const next = /<([^<>]+)>;[^,<]*\brel="next"/.exec(headers['link'] ?? '')?.[1]
  if (next === undefined) return undefined
  const [here, there] = [new URL(url), URL.parse(next, url)]
  const isSame = there?.origin === here.origin && listOf(there) === listOf(here)
  return isSame && there.href !== here.href ? there.href : undefined
}

function listOf({ pathname }: URL): string | undefined {
  return /\/attestations\/[^/]+$/.exec(pathname.replaceAll(/%3a/gi, ':'))?.[0]
}
