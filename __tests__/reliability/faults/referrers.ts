import { expect } from '@jest/globals'
import {
  buildBundle,
  buildReferrersIndex,
  buildSignatures,
  tagOf,
} from '../../../testkit/image/referrers.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import {
  cutBody,
  dropAfterWork,
  redirectTo,
  replyWith,
  setHeader,
  setStatus,
  type RequestMatcher,
} from '../../../testkit/registry/faults.ts'
import type { Cell, Row } from '../table.ts'
import { index, signature, type FaultWorld, type WorldOptions } from '../world.ts'

const signed = { signed: true } as const
const noApi = { referrers: false }
const untagged = { ...signed, source: noApi }
const toTags = { ...signed, destination: noApi }

const lists: RequestMatcher = { method: 'GET', path: '/referrers/' }
const listTag = /\/manifests\/sha256-[0-9a-f]{64}$/
const readsListTag: RequestMatcher = { method: 'GET', path: listTag }
const writesListTag: RequestMatcher = { method: 'PUT', path: listTag }
const listsTags: RequestMatcher = { method: 'GET', path: '/tags/list' }
const readsReferrer: RequestMatcher = { method: 'GET', path: signature.manifest.digest }
const pushesReferrer: RequestMatcher = { method: 'PUT', path: signature.manifest.digest }
const readsSignature: RequestMatcher = { method: 'GET', path: signature.layers[0]?.digest ?? '' }

const cosignTag = tagOf(index, 'sig')
const theirSignatures = buildSignatures(index, ['somebody else'])

const retries = 'retries'
const isFailure = 'takes no failed look-up for an empty one'

/** One look-up, each way in which it fails, and what comes of it at the source. */
function failedLookUp(what: string, at: RequestMatcher, world: WorldOptions): readonly Row[] {
  const cell = (ends: Cell['ends'], does: string): Cell => ({ ends, does, at })
  return [
    {
      fault: `${what} is answered with 500`,
      times: 2,
      by: replyWith(500),
      world,
      source: cell('copied', retries),
    },
    {
      fault: `${what} is answered with 500`,
      by: replyWith(500),
      world,
      source: cell('REGISTRY', isFailure),
    },
    {
      fault: `${what} is cut off`,
      times: 1,
      by: cutBody(20),
      world,
      source: cell('copied', retries),
    },
    { fault: `${what} is cut off`, by: cutBody(20), world, source: cell('NETWORK', isFailure) },
  ]
}

/** How a registry says that it has no such thing. */
const withoutApi: readonly (readonly [string, Middleware])[] = [
  ['is not there (404)', replyWith(404)],
  ['is refused as a method (405)', replyWith(405)],
  ['is a page of HTML', replyWith(200, { headers: { 'content-type': 'text/html' }, body: '<p>' })],
  ['is at another host', redirectTo('https://login.example/')],
]

/** Somebody's signature in the list that stands under the tag, in the place of what was just written. */
function overwrittenBy(world: FaultWorld): Middleware {
  const theirs = buildBundle(index, { signer: 'somebody else' })
  const { store } = world.destination
  return async (_request, next) => {
    const answer = await next()
    pushTo(store, 'prod/app', undefined, theirs)
    store.putManifest('prod/app', buildReferrersIndex([theirs]).manifest, tagOf(index))
    return answer
  }
}

/** Both signatures are in the list. */
function expectBoth({ destination }: FaultWorld) {
  const list = destination.store.manifest('prod/app', tagOf(index))?.bytes.toString()
  expect(list).toContain(signature.manifest.digest)
  expect(list).toContain(buildBundle(index, { signer: 'somebody else' }).manifest.digest)
}

function listWrites({ destination }: FaultWorld): number {
  const writes = destination.store.tagWrites('prod/app')
  return writes.filter(({ tag }) => tag === tagOf(index)).length
}

function expectOneWrite(world: FaultWorld) {
  expect(listWrites(world)).toBe(1)
}

function expectThreeWrites(world: FaultWorld) {
  expect(listWrites(world)).toBe(3)
}

export const referrerRows: readonly Row[] = [
  ...failedLookUp('The list of what refers to an image', lists, signed),
  ...failedLookUp('The list under a tag', readsListTag, untagged),
  ...failedLookUp("The list of tags, for cosign's", listsTags, signed),
  {
    fault: 'The list of what refers to an image is refused with 403',
    by: replyWith(403),
    world: signed,
    source: { ends: 'DENIED', at: lists, does: isFailure },
  },
  ...withoutApi.map(([what, by]): Row => ({
    fault: `The list of what refers to an image ${what}`,
    by,
    world: untagged,
    source: {
      ends: 'copied',
      at: lists,
      hits: 1,
      does: 'asks the tags that stand in for the API',
    },
  })),
  {
    fault: 'The pages of the list go in a circle',
    by: setHeader('link', '<?n=1&last=x>; rel="next"'),
    world: signed,
    source: { ends: 'INVALID_MANIFEST', at: lists, does: 'asks for no page twice' },
  },
  {
    fault: 'The next page of the list is at another host',
    by: setHeader('link', '<https://elsewhere.example/>; rel="next"'),
    world: signed,
    source: { ends: 'REDIRECT', at: lists, does: 'goes nowhere' },
  },
  {
    fault: 'A signature is listed, and gone',
    by: replyWith(404),
    world: signed,
    source: { ends: 'NOT_FOUND', at: readsReferrer, does: 'does not go on without it' },
  },
  {
    fault: 'The bytes of a signature are cut off',
    times: 1,
    by: cutBody(10),
    world: signed,
    source: { ends: 'copied', at: readsSignature, does: retries },
  },
  {
    fault: 'The bytes of a signature are cut off',
    by: cutBody(10),
    world: signed,
    source: { ends: 'NETWORK', at: readsSignature, does: 'does not go on without it' },
  },
  {
    fault: 'A signature is refused',
    by: replyWith(400),
    world: signed,
    destination: { ends: 'REGISTRY', at: pushesReferrer, does: 'leaves the tag alone' },
  },
  {
    fault: 'A signature is stored, and the answer is lost',
    times: 1,
    by: dropAfterWork(),
    world: signed,
    destination: {
      ends: 'copied',
      at: pushesReferrer,
      does: 'looks for it, and does not push it again',
    },
  },
  ...[dropAfterWork(), setStatus(500)].map((by, at): Row => ({
    fault: `The list under a tag is written, and the answer is ${at === 0 ? 'lost' : '500'}`,
    by,
    times: 1,
    world: toTags,
    destination: {
      ends: 'copied',
      at: writesListTag,
      does: 'looks at it, and does not write it again',
      check: expectOneWrite,
    },
  })),
  {
    fault: 'Another program writes the list under a tag at the same time, and wins',
    often: 'once',
    world: toTags,
    destination: {
      ends: 'copied',
      does: 'puts both into it',
      inject: (world) => {
        const by = overwrittenBy(world)
        let hits = 0
        world.destination.fault({ ...writesListTag, path: tagOf(index) }, async (request, next) => {
          hits += 1
          return hits === 1 ? by(request, next) : next()
        })
      },
      check: expectBoth,
    },
  },
  {
    fault: 'Another program writes the list under a tag at the same time, and wins',
    world: toTags,
    destination: {
      ends: 'VERIFICATION',
      does: 'gives up after three writes',
      inject: (world) => {
        const by = overwrittenBy(world)
        world.destination.fault({ ...writesListTag, path: tagOf(index) }, by)
      },
      check: expectThreeWrites,
    },
  },
  {
    fault: "Another program signs under cosign's tag while the image is on its way",
    often: 'once',
    world: signed,
    destination: {
      ends: 'EXISTS',
      does: 'leaves its signature',
      inject: ({ destination }) => {
        destination.fault({ method: 'PUT', path: '/blobs/uploads/' }, async (_request, next) => {
          pushTo(destination.store, 'prod/app', cosignTag, theirSignatures)
          return next()
        })
      },
      check: ({ destination }) => {
        expect(destination.store.tag('prod/app', cosignTag)).toBe(theirSignatures.manifest.digest)
      },
    },
  },
  {
    fault: 'The tag for the list shows the image itself',
    world: signed,
    source: {
      ends: 'copied',
      does: 'takes it for no list',
      world: { source: { ...noApi, digestTags: true } },
    },
    destination: {
      ends: 'copied',
      does: 'writes the list',
      world: { destination: { ...noApi, digestTags: true } },
    },
  },
  {
    fault: 'A push is answered with `OCI-Subject`, and there is no API',
    world: { ...signed, destination: { ...noApi, subjectHeader: true } },
    destination: {
      ends: 'copied',
      does: 'writes the list under a tag',
      check: ({ destination }) => {
        const list = destination.store.manifest('prod/app', tagOf(index))?.bytes.toString()
        expect(list).toContain(signature.manifest.digest)
      },
    },
  },
]
