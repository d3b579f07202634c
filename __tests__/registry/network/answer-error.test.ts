import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { answerError } from '../../../src/registry/network/answer-error.ts'
import type { ErrorCode } from '../../../src/registry/errors.ts'
import { knownSecrets } from '../../../src/registry/known-secrets.ts'
import { Network } from '../../../src/registry/network/network.ts'
import { cutBody, replyWith, setHeader } from '../../../testkit/registry/faults.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import type { ReplyHeaders } from '../../../testkit/registry/exchange.ts'
import { FakeClock } from '../registry-world.ts'

const place = {
  operation: 'push manifest',
  side: 'destination',
  registry: 'registry.test',
  repository: 'acme/app',
  reference: '1.0',
} as const
const clock = new FakeClock(Date.parse('2026-01-02T03:04:05Z'))

let registry: TestRegistry
let network: Network

beforeEach(async () => {
  registry = await TestRegistry.start()
  network = new Network({ environment: {} })
})

afterEach(async () => {
  await network.close()
  await registry.close()
})

async function errorOf(
  status: number,
  body: unknown = '',
  headers: ReplyHeaders = {},
  refusal?: ErrorCode,
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  registry.use(replyWith(status, { body: text, headers }))
  const request = { origin: registry.url, path: '/v2/', method: 'GET', headers: {} } as const
  return answerError(await network.send(request, place), place, { clock, refusal })
}

describe('the status of a refusal decides its code', () => {
  test.each<[number, ErrorCode, boolean]>([
    [400, 'REGISTRY', false],
    [401, 'AUTHENTICATION', false],
    [403, 'DENIED', false],
    [404, 'NOT_FOUND', false],
    [405, 'REGISTRY', false],
    [408, 'TIMEOUT', true],
    [409, 'REGISTRY', false],
    [412, 'REGISTRY', false],
    [413, 'REGISTRY', false],
    [415, 'REGISTRY', false],
    [429, 'RATE_LIMITED', true],
    [500, 'REGISTRY', true],
    [501, 'REGISTRY', false],
    [502, 'REGISTRY', true],
    [503, 'REGISTRY', true],
    [504, 'TIMEOUT', true],
  ])('%i is %s', async (status, code, transient) => {
    expect(await errorOf(status)).toMatchObject({ code, status, transient, ...place })
  })

  test('unless it has none and the caller knows one', async () => {
    expect((await errorOf(413, '', {}, 'UPLOAD')).code).toBe('UPLOAD')
    expect((await errorOf(413, '', {}, 'UPLOAD')).status).toBe(413)
  })

  test('unless the registry says that it is about too many requests', async () => {
    const body = { errors: [{ code: 'TOOMANYREQUESTS' }] }
    const error = await errorOf(400, body, {}, 'UPLOAD')
    expect(error).toMatchObject({ code: 'RATE_LIMITED', transient: true })
  })

  test('also where it says that behind something else', async () => {
    const body = { errors: [{ code: 'DENIED' }, { code: 'TOOMANYREQUESTS' }] }
    expect(await errorOf(403, body)).toMatchObject({ code: 'RATE_LIMITED', transient: true })
  })
})

describe('the words of a registry', () => {
  test.each<[string, unknown, object]>([
    [
      'in the form of the specification',
      { errors: [{ code: 'DENIED', message: 'no', detail: { a: [1] } }, { code: 'OTHER' }] },
      { registryCode: 'DENIED', registryMessage: 'no; OTHER' },
    ],
    [
      'of several errors',
      {
        errors: [
          { code: 'MANIFEST_INVALID', message: 'invalid' },
          { code: 'MANIFEST_BLOB_UNKNOWN', message: 'unknown', detail: { digest: 'sha256:aa' } },
          { code: 'MANIFEST_BLOB_UNKNOWN', message: 'unknown', detail: 'sha256:bb' },
          { code: 'MANIFEST_BLOB_UNKNOWN', message: 'unknown', detail: 'sha256:bb' },
          'and more',
          7,
        ],
      },
      {
        registryCode: 'MANIFEST_INVALID',
        registryMessage:
          'invalid; MANIFEST_BLOB_UNKNOWN: unknown (sha256:aa); ' +
          'MANIFEST_BLOB_UNKNOWN: unknown (sha256:bb); and more',
      },
    ],
    [
      'in XML, as storages do',
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request &quot;expired&quot;</Message><StringToSign>s3cret</StringToSign></Error>',
      { registryCode: 'AccessDenied', registryMessage: 'Request expired' },
    ],
    [
      'of one error without a list',
      { errors: { code: 'X', message: 'no' } },
      { registryCode: 'X', registryMessage: 'no' },
    ],
    ['of a text without a list', { errors: 'no' }, { registryMessage: 'no' }],
    ['of an empty list', { errors: [], message: 'no' }, { registryMessage: 'no' }],
    ['of each field', { errors: { name: ['no'], tag: 'never' } }, { registryMessage: 'no; never' }],
    [
      'of a list alone',
      [{ code: 'X', message: 'no' }],
      { registryCode: 'X', registryMessage: 'no' },
    ],
    ['as JSON text', '"no"', { registryMessage: 'no' }],
    ["in Amazon's form", { Message: 'no' }, { registryMessage: 'no' }],
    ['of errors that say nothing', { errors: [{}, 7], message: 'no' }, { registryMessage: 'no' }],
    ["in Google's form", { error: { code: 403, message: 'no' } }, { registryMessage: 'no' }],
    ["in Pulp's form", { detail: 'Not found.' }, { registryMessage: 'Not found.' }],
    ['with no message', { errors: [{ code: 'DENIED' }] }, { registryCode: 'DENIED' }],
    [
      'with null for a message',
      { errors: [{ code: 'DENIED', message: null }] },
      { registryCode: 'DENIED' },
    ],
    [
      'with a number for a code',
      { errors: [{ code: 5, message: 'no' }] },
      { registryMessage: 'no' },
    ],
    ["in GitHub's form", { message: 'no', documentation_url: 'x' }, { registryMessage: 'no' }],
    [
      "in a token service's form",
      { details: 'wrong password' },
      { registryMessage: 'wrong password' },
    ],
    [
      'in the form of OAuth',
      { error: 'invalid_grant', error_description: 'expired' },
      { registryMessage: 'expired' },
    ],
    ['as plain text', 'Quota exceeded.\n', { registryMessage: 'Quota exceeded.' }],
    [
      'as the title of a page',
      '<html>\r\n<head><title>400 No required SSL certificate was sent</title></head></html>',
      { registryMessage: '400 No required SSL certificate was sent' },
    ],
  ])('%s are told', async (_what, body, words) => {
    const error = await errorOf(400, body)
    const { registryCode, registryMessage } = error
    expect({ registryCode, registryMessage }).toEqual({
      registryCode: undefined,
      registryMessage: undefined,
      ...words,
    })
    for (const word of Object.values(words)) expect(error.message).toContain(word)
  })

  test('are told without a secret that looks like markup where it stands in a page', async () => {
    knownSecrets.add('hunter<2-and-more')
    const { registryMessage } = await errorOf(400, '<title>no, hunter<2-and-more</title>')
    expect(registryMessage).toBe('no, ***')
  })

  test.each<[string, unknown, string]>([
    ['text', 'quota used up', 'no (quota used up)'],
    ['a message', { message: 'quota used up' }, 'no (quota used up)'],
    ['a reason', { reason: 'quota used up' }, 'no (quota used up)'],
    ['a description', { description: 'quota used up' }, 'no (quota used up)'],
    ['an error', { error: 'quota used up' }, 'no (quota used up)'],
    ['a digest', { digest: 'sha256:aa' }, 'no (sha256:aa)'],
    ['a tag', { Tag: 'v1' }, 'no (v1)'],
    ['a reason and a digest', { reason: 'gone', digest: 'sha256:aa' }, 'no (gone, sha256:aa)'],
    ['the same as the message', 'no', 'no'],
    ['null', null, 'no'],
    ['a list', [{ Type: 'repository' }], 'no'],
    [
      'a list of reasons',
      ['used up', { message: 'and full' }, 'used up'],
      'no (used up, and full)',
    ],
    ['a list of lists', [['x']], 'no'],
    ['an error inside', { error: { message: 'quota used up' } }, 'no (quota used up)'],
    [
      'what the storage of Distribution says',
      { driver: 'filesystem', detail: 'mkdir /docker: no space left on device' },
      'no (mkdir /docker: no space left on device)',
    ],
    [
      'all that it says',
      { driver: 's3aws', details: ['slow down', 'try later'] },
      'no (slow down, try later)',
    ],
    [
      'the call of its storage that failed',
      { DriverName: 'filesystem', Enclosed: { Op: 'mkdir', Path: '/docker', Err: 28 } },
      'no (mkdir /docker)',
    ],
    ['the same without a call', { DriverName: 's3aws', Enclosed: {} }, 'no'],
    ['details of another kind', { details: [{ a: 1 }], detail: { b: 2 } }, 'no'],
    ['a number', 7, 'no'],
    ['an object that says nothing', { a: { message: 'x' }, message: 7 }, 'no'],
    ['hostile text', 'a\n::error::b\u001b[31m', 'no (a ::error::b )'],
    [
      'a signed URL',
      'see https://u:pw@s.test/a?X-Amz-Signature=secret',
      'no (see https://s.test/a',
    ],
  ])('are told with the reason in a detail that is %s', async (_what, detail, message) => {
    const error = await errorOf(403, { errors: [{ code: 'DENIED', message: 'no', detail }] })
    expect(error.registryMessage).toContain(message)
    expect(error.registryMessage).not.toMatch(/secret|pw/)
  })

  test('are told with a reason where there is no message, and cut where it is long', async () => {
    const error = await errorOf(403, { errors: [{ code: 'DENIED', detail: 'y'.repeat(9999) }] })
    expect(error.registryMessage).toHaveLength(512)
  })

  test('decide by all of their codes whether another try is worth it', async () => {
    const errors = [{ code: 'MANIFEST_INVALID' }, { code: 'BLOB_UNKNOWN' }]
    registry.use(replyWith(400, { body: JSON.stringify({ errors }) }))
    const request = { origin: registry.url, path: '/v2/', method: 'GET', headers: {} } as const
    const answer = await network.send(request, place)
    const error = await answerError(answer, place, { clock, passing: ['BLOB_UNKNOWN'] })
    expect(error).toMatchObject({ registryCode: 'MANIFEST_INVALID', transient: true })
    expect(error.registryCodes).toEqual(['MANIFEST_INVALID', 'BLOB_UNKNOWN'])
  })

  test.each<[string, unknown, ReplyHeaders]>([
    ['that are none', '', {}],
    ['that are a page', '<html><body>Bad gateway</body></html>', {}],
    ['that are a page without end in its title', '<title>\u0000\u001b', {}],
    ['that are a page by its type', 'Bad gateway', { 'content-type': 'text/html' }],
    ['that are JSON without a word', [1, 2], {}],
    ['that are an empty list', { errors: [] }, {}],
    ['that are null', 'null', {}],
    ['that are blanks', ' \r\n\t ', {}],
  ])('%s are left out', async (_what, body, headers) => {
    const error = await errorOf(400, body, headers)
    expect(error.registryCode).toBeUndefined()
    expect(error.registryMessage).toBeUndefined()
    expect(error.message).toMatch(/\(HTTP 400\)$/)
  })

  test.each([
    ['as JSON', (text: string) => JSON.stringify({ errors: [{ code: text, message: text }] })],
    ['as plain text', (text: string) => text],
    ['in another form', (text: string) => JSON.stringify({ message: text })],
  ])('%s are harmless', async (_what, wrap) => {
    const hostile = '::error::a\n::set-output name=x::y\r##[error]\u001B[31mred\u202Edesrever\u0000'
    const error = await errorOf(400, wrap(hostile), { 'content-type': 'text/plain' })
    for (const text of [error.message, error.registryMessage ?? '', error.registryCode ?? '']) {
      // oxlint-disable-next-line no-control-regex -- the absence of control characters is the point
      expect(text).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E]|##\[|^\s*::/)
    }
    expect(error.message.split('\n')).toHaveLength(1)
  })

  test('are told without the queries of URLs', async () => {
    const error = await errorOf(403, 'see https://user:pw@storage.test/a?X-Amz-Signature=secret')
    expect(error.message).toContain('https://storage.test/a')
    expect(error.message).not.toMatch(/secret|pw/)
  })

  test('are cut where they are long', async () => {
    const error = await errorOf(400, {
      errors: [{ code: 'X'.repeat(999), message: 'y'.repeat(9999) }],
    })
    expect(error.registryCode).toHaveLength(64)
    expect(error.registryMessage).toHaveLength(512)
  })

  test('are not read to an end that never comes', async () => {
    const error = await errorOf(400, 'z'.repeat(5_000_000))
    expect(error.registryMessage).toHaveLength(512)
  })

  test('that break off are told as far as they came', async () => {
    registry.use(cutBody(5))
    const error = await errorOf(400, 'Quota exceeded')
    expect(error).toMatchObject({ status: 400, registryMessage: 'Quota' })
  })
})

describe('the pause that a registry asks for', () => {
  test('is told in milliseconds', async () => {
    expect((await errorOf(429, '', { 'retry-after': '7' })).retryAfterMs).toBe(7_000)
  })

  test('counts as its first, where it asks for several', async () => {
    registry.use(setHeader('retry-after', ['7', '9']))
    expect(await errorOf(429)).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 7_000 })
  })

  test('is none where nothing usable is said', async () => {
    expect((await errorOf(429, '', { 'retry-after': 'later' })).retryAfterMs).toBeUndefined()
  })
})
