import { expect } from '@jest/globals'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import {
  cutBody,
  dropAfterWork,
  all,
  removeHeader,
  replyWith,
  setStatus,
  silentAfterWork,
} from '../../../testkit/registry/faults.ts'
import { pushesChild, pushesTag } from '../matchers.ts'
import type { Row } from '../table.ts'
import { index, type WorldOptions } from '../world.ts'

/** A registry whose answers name no digest. */
const nameless = {
  destination: { middleware: [removeHeader('docker-content-digest')] },
} satisfies WorldOptions

/** How an answer is lost although all was done. */
const losses: readonly (readonly [string, Middleware, WorldOptions])[] = [
  ['the answer is lost', dropAfterWork(), {}],
  ['the answer is cut off behind a 500', all(cutBody(0), setStatus(500)), {}],
  ['the answer is 500', setStatus(500), {}],
  ['the answer is 502', setStatus(502), {}],
  ['the answer is 504', setStatus(504), {}],
  [
    'the answer comes later than the time limit',
    silentAfterWork(),
    { network: { timeoutMs: 200, retries: 1 } },
  ],
]

export const lostAnswerRows: readonly Row[] = [
  ...losses.map(([what, by, world]): Row => ({
    fault: `The tag is written, and ${what}`,
    by,
    world,
    destination: {
      ends: 'copied',
      at: pushesTag,
      hits: 1,
      does: 'looks at the tag, and does not write it again',
    },
  })),
  ...losses.map(([what, by, world]): Row => ({
    fault: `A platform image is stored, and ${what}`,
    by,
    world,
    destination: {
      ends: 'copied',
      at: pushesChild,
      hits: index.children.length,
      does: 'looks for it, and does not push it again',
    },
  })),
  {
    fault: 'The tag is written without another try, and the answer is 504',
    by: setStatus(504),
    world: { network: { retries: 0 } },
    destination: { ends: 'copied', at: pushesTag, hits: 1, does: 'looks at the tag' },
  },
  {
    fault: 'The tag is written, and the answer is 504, at a registry that names no digest',
    by: setStatus(504),
    world: nameless,
    destination: {
      ends: 'copied',
      at: pushesTag,
      hits: 1,
      does: 'computes the digest of what the tag shows',
      // Once before, too.
      check: ({ destination }) => expect(destination.count('GET', '/manifests/v1')).toBe(2),
    },
  },
  {
    fault: 'The tag is not written, and the answer is 504',
    by: replyWith(504),
    destination: {
      ends: 'TIMEOUT',
      at: pushesTag,
      hits: 6,
      does: 'looks at the tag after each try, and for some seconds in the end',
      check: ({ destination }) => {
        const looks = destination.select('HEAD', '/manifests/v1')
        // After the one before the login, and the one before the copy; the last tells whether it moved.
        expect(looks.slice(2)).toHaveLength(5 + 5 + 1)
      },
    },
  },
]
