import { describe, expect, test } from '@jest/globals'
import { ecr, ecrPublic } from '../../../src/registry/families/amazon.ts'
import { azure } from '../../../src/registry/families/azure.ts'
import { dockerHub } from '../../../src/registry/families/docker-hub.ts'
import type { RegistryFamily } from '../../../src/registry/families/family.ts'
import { github } from '../../../src/registry/families/github.ts'
import { Limiter } from '../../../src/registry/pace/limiter.ts'
import type { Kind } from '../../../src/registry/request-kind.ts'
import { requests, SimulatedHost, Timeline, tokenBucket } from './pace-world.ts'

/** What a registry lets through in a second, and at once; how long it takes for a request. */
interface Limited {
  readonly kind: Kind
  readonly perSecond: number
  readonly burst: number
  readonly retryAfter?: string
  readonly serviceMs: number
}

/** How many are refused of so many requests, all of which are served in the end. */
async function refusedOf(family: RegistryFamily | undefined, slots: number, limited: Limited) {
  const { kind, perSecond, burst, retryAfter, serviceMs } = limited
  const clock = new Timeline()
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
  const answer = tokenBucket(clock, perSecond, headers, burst)
  const host = new SimulatedHost(clock, { serviceMs, answer })
  const now = () => clock.now()
  const limiter = new Limiter(slots, { isAdaptive: true, limits: family?.limits, now })
  expect(await requests({ clock, limiter, host }, 500, kind)).toBe(0)
  return host.refused
}

// The second number is that of sixteen slots, of which eight are used at first.
describe('a registry that counts requests refuses no more for there being more slots', () => {
  test.each<[string, RegistryFamily, Limited]>([
    ['ECR, tags', ecr, { kind: 'manifest-write', perSecond: 10, burst: 10, serviceMs: 50 }],
    ['ECR, blobs', ecr, { kind: 'write', perSecond: 100, burst: 100, serviceMs: 50 }],
    ['ECR Public', ecrPublic, { kind: 'write', perSecond: 10, burst: 10, serviceMs: 50 }],
    [
      'ACR, reads of the smallest tier',
      azure,
      { kind: 'metadata', perSecond: 1000 / 60, burst: 200, retryAfter: '1', serviceMs: 40 },
    ],
    [
      'ACR, writes of the smallest tier',
      azure,
      { kind: 'manifest-write', perSecond: 100 / 60, burst: 100, retryAfter: '5', serviceMs: 40 },
    ],
    ['Docker Hub', dockerHub, { kind: 'metadata', perSecond: 20, burst: 40, serviceMs: 60 }],
    ['GHCR', github, { kind: 'metadata', perSecond: 33, burst: 60, serviceMs: 40 }],
    ['GHCR, blobs', github, { kind: 'write', perSecond: 20, burst: 40, serviceMs: 40 }],
  ])('%s', async (_name, family, limited) => {
    const { limits } = family
    const before = { ...family, limits: { ...limits, atOnce: 16 } }
    const usual = await refusedOf(before, 16, limited)
    expect(usual).toBeGreaterThan(0)
    expect(await refusedOf(family, 32, limited)).toBeLessThanOrEqual(usual)
  })
})
