import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  extendBody,
  flipBit,
  redirectTo,
  replyWith,
  setHeader,
  stallBody,
} from '../../testkit/registry/faults.ts'
import type { RegistryOptions } from '../../testkit/registry/registry.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { buildBundle, giveReferrers } from '../../testkit/image/referrers.ts'
import { runAction, type ActionResult } from '../../testkit/runner/action-runner.ts'
import { codeSpans, tablesOf } from '../markdown.ts'
import { outputsOf } from './bundle.ts'
import { image, login, other, startCopy } from './copy.ts'

type Copy = Awaited<ReturnType<typeof startCopy>>

interface Failure {
  readonly source?: RegistryOptions
  readonly destination?: RegistryOptions
  /** What goes wrong, and the inputs of the step. */
  readonly plan: (copy: Copy) => Readonly<Record<string, string>> | undefined
  /** In the message. */
  readonly says: RegExp
  /** In the hint, or where the message says it itself, in that. */
  readonly advises: RegExp
}

/** How many images are worked on side by side where none is to be begun after a failure, and more. */
const MANY = 40

const SKIPPED: ReadonlySet<string> = new Set(['NOT_STARTED', 'ABORTED'])

const failures: Readonly<Record<string, Failure>> = {
  NOT_FOUND: {
    plan: ({ source, destination }) => ({
      images: `${source.host}/acme/app:lost => ${destination.host}/prod/app:v1`,
    }),
    says: /get manifest at source .*\/acme\/app:lost: not found \(HTTP 404, MANIFEST_UNKNOWN/,
    advises: /Check the spelling of repository and tag/,
  },
  AUTHENTICATION: {
    source: { auth: login },
    plan: () => ({ 'source-username': 'alice', 'source-password': 'wrong' }),
    says: /at source .*HTTP 401/,
    advises: /`source-username` with `source-password`/,
  },
  DENIED: {
    plan: ({ destination }) => {
      destination.fault({ method: 'POST' }, replyWith(403))
      return undefined
    },
    says: /at destination .*HTTP 403/,
    advises: /has no right to push to this repository/,
  },
  RATE_LIMITED: {
    plan: ({ source }) => {
      source.fault({ path: '/manifests/' }, replyWith(429))
      return undefined
    },
    says: /HTTP 429/,
    advises: /lower `concurrency`/,
  },
  PLATFORM: {
    plan: () => ({ platforms: 'linux/s390x' }),
    says: /has none of the wanted platforms \(linux\/s390x\); it has linux\/amd64/,
    advises: /`platforms: all`/,
  },
  EXISTS: {
    plan: ({ destination }) => {
      pushTo(destination.store, 'prod/app', 'v1', other)
      return { 'on-existing': 'fail' }
    },
    says: /the tag exists with sha256:/,
    advises: /Set `on-existing` to `overwrite`/,
  },
  VERIFICATION: {
    plan: ({ destination }) => {
      const digest = `sha256:${'0'.repeat(64)}`
      destination.fault(
        { path: '/prod/app/manifests/v1' },
        setHeader('docker-content-digest', digest),
      )
      pushTo(destination.store, 'prod/app', 'v1', other)
    },
    says: /pushed sha256:.* but the registry shows sha256:0000/,
    advises: /pushed the same tag at the same time/,
  },
  DIGEST_MISMATCH: {
    plan: ({ source }) => void source.fault({ method: 'GET', path: '/blobs/' }, flipBit()),
    says: /get blob at source/,
    advises: /pushed there anew/,
  },
  SIZE_MISMATCH: {
    plan: ({ source }) =>
      void source.fault({ method: 'GET', path: '/blobs/' }, extendBody(Buffer.from('more'))),
    says: /get blob at source/,
    advises: /pushed there anew/,
  },
  INVALID_MANIFEST: {
    plan: ({ source }) =>
      void source.fault({ method: 'GET', path: '/manifests/v1' }, replyWith(200, { body: '{}' })),
    says: /get manifest at source/,
    advises: /Build the image again/,
  },
  TLS: {
    destination: { tls: true },
    plan: () => undefined,
    says: /certificate/,
    advises: /`registry-tls`/,
  },
  NETWORK: {
    plan: ({ source }) => ({ images: `${source.host}/acme/app:v1 => 127.0.0.1:9/prod/app:v1` }),
    says: /at destination 127\.0\.0\.1:9/,
    advises: /https_proxy and no_proxy/,
  },
  TIMEOUT: {
    plan: ({ source }) => {
      source.fault({ method: 'GET', path: '/manifests/v1' }, stallBody(10))
      return { timeout: '1' }
    },
    says: /get manifest at source/,
    advises: /raise `timeout`/,
  },
  REDIRECT: {
    plan: ({ source }) => {
      source.fault({ method: 'GET', path: '/blobs/' }, redirectTo('http://169.254.169.254/blob'))
    },
    says: /get blob at source/,
    advises: /name that host in `registry-tls`/,
  },
  UPLOAD: {
    plan: ({ destination }) => {
      destination.fault({ method: 'PUT', path: '/blobs/uploads/' }, replyWith(400))
    },
    says: /upload blob at destination .*HTTP 400/,
    advises: /limit the size of a request/,
  },
  UNSUPPORTED: {
    plan: ({ destination }) => {
      destination.fault({ method: 'PUT', path: '/manifests/' }, replyWith(415))
    },
    says: /does not take the type application\//,
    advises: /Nothing is converted here/,
  },
  REGISTRY: {
    plan: ({ destination }) => {
      destination.fault({ method: 'PUT', path: '/manifests/' }, replyWith(405))
    },
    says: /push manifest at destination .*HTTP 405/,
    advises: /takes no writes here/,
  },
  LOST_REFERRERS: {
    plan: ({ source }) => {
      giveReferrers(source.store, 'acme/app', image, [buildBundle(image)])
      return { referrers: 'all', 'on-lost-referrers': 'fail' }
    },
    says: /does? not fit the new index/,
    advises: /platforms: all, or sign the copy/,
  },
  UNTRUSTED: {
    plan: () => ({ verify: 'reject: true' }),
    says: /acme\/app/,
    advises: /reject/,
  },
  NO_TAGS: {
    plan: ({ source, destination }) => ({
      images: `${source.host}/acme/app:v9.* => ${destination.host}/prod/app`,
    }),
    says: /v9\.\*|tags/,
    advises: /1 tag|of 1/,
  },
  ABORTED: {
    plan: ({ source, destination, images }) => ({
      images: `${images}\n${source.host}/acme/lost:v1 => ${destination.host}/prod/lost:v1`,
      'all-or-nothing': 'true',
    }),
    says: /the tag was not moved/,
    advises: /because of another image/,
  },
  CANCELLED: {
    plan: ({ source }) => {
      source.hold({ method: 'GET', path: '/blobs/' })
      return { deadline: '1' }
    },
    says: /: the deadline/,
    advises: /of 1 s has passed/,
  },
  NOT_STARTED: {
    plan: ({ source, destination }) => {
      const lines = Array.from(
        { length: MANY },
        (_, index) =>
          `${source.host}/acme/lost:v${index} => ${destination.host}/prod/app:v${index}`,
      )
      return { images: lines.join('\n'), 'fail-fast': 'true' }
    },
    says: /another image failed/,
    advises: /fail-fast is on/,
  },
}

async function failed(code: string): Promise<ActionResult> {
  const failure = failures[code]
  if (failure === undefined) throw new Error(`no failure for ${code}`)
  const { source = {}, destination = {}, plan } = failure
  const copy = await startCopy({ source, destination })
  const inputs = { images: copy.images, retries: '0', ...plan(copy) }
  return runAction({ inputs })
}

/** The line of a group that begins so, without that. */
function lineOf({ groups }: ActionResult, start: string): string {
  const lines = groups.flatMap((group) => group.lines)
  return lines.find((line) => line.startsWith(start))?.slice(start.length) ?? ''
}

describe('a failure is told by its code, with what happened and what may help:', () => {
  test.each(Object.keys(failures))('%s', async (code) => {
    const result = await failed(code)
    expect(result.exitCode).toBe(1)
    const { says, advises } = failures[code] ?? { says: /$^/, advises: /$^/ }
    const message = lineOf(result, `${code}: `)
    expect(message).toMatch(says)
    const hint = lineOf(result, 'hint: ')
    expect(`${message} ${hint}`).toMatch(advises)
    const errors = outputsOf(result).results.flatMap(({ error }) => error ?? [])
    expect(errors).toContainEqual({ code, message: expect.stringMatching(says) })
    // What was skipped because of another image has its words there, and that one the code.
    expect(result.summary).toMatch(SKIPPED.has(code) ? says : `<b>${code}</b>`)
  })

  test('those are all that the README tells of', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const table = tablesOf(readme).find(({ header }) => header[0] === 'Code')
    const codes = table?.rows.flatMap(([names = '']) => codeSpans(names)) ?? []
    expect(Object.keys(failures)).toEqual(codes)
  })
})
