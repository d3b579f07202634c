import { describe, expect, test } from '@jest/globals'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { withSize } from '../../testkit/image/false-size.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { redirectTo, setHeader, setStatus, silentAfterWork } from '../../testkit/registry/faults.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { outputsOf, startPair, startRegistry } from './bundle.ts'

const image = buildImage()
const [layer = { digest: '', size: 0 }] = image.layers

describe('a destination that leads our writes to another registry of the list', () => {
  const tag = '/v2/secret/app/manifests/latest'
  const ways: readonly (readonly [string, (from: TestRegistry, to: TestRegistry) => void])[] = [
    [
      'by the location of an upload',
      (from, to) => {
        from.fault({ method: 'POST', path: '/uploads/' }, setHeader('location', `${to.url}${tag}`))
      },
    ],
    [
      'by a redirect of an upload',
      (from, to) => {
        from.fault({ method: 'PUT', path: '/uploads/' }, redirectTo(`${to.url}${tag}`))
      },
    ],
    [
      'by a redirect of the tag',
      (from, to) => {
        from.fault({ method: 'PUT', path: '/manifests/v1' }, redirectTo(`${to.url}${tag}`))
      },
    ],
  ]

  test.each(ways)('%s, is not followed', async (_way, lead) => {
    const { source, destination } = await startPair()
    const users = { writer: 'a password' }
    const other = await startRegistry({ auth: { kind: 'basic', users } })
    pushTo(source.store, 'acme/app', 'v1', image)
    lead(destination, other)
    const result = await runAction({
      inputs: {
        images: [destination, other]
          .map(({ host }) => `${source.host}/acme/app:v1 => ${host}/mirror/app:v1`)
          .join('\n'),
        retries: '0',
        'registry-auth': `[{registry: '${other.host}', username: writer, password: a password}]`,
      },
    })
    const { results } = outputsOf(result)
    expect(results.map(({ status, error }) => error?.code ?? status)).toEqual([
      'REDIRECT',
      'copied',
    ])
    expect(other.count(undefined, tag)).toBe(0)
    expect([...other.store.repositories.keys()]).toEqual(['mirror/app'])
    expect(destination.store.tagWrites()).toEqual([])
  })
})

describe('a push whose answer is lost each time', () => {
  test.each([
    ['is 500', setStatus(500)],
    ['is 504', setStatus(504)],
    ['is late', silentAfterWork()],
  ])('and %s is a success where the tag shows what was pushed', async (_what, loss) => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', image)
    destination.fault({ method: 'PUT', path: '/manifests/' }, loss)
    const result = await runAction({
      inputs: {
        images: `${source.host}/acme/app:v1 => ${destination.host}/mirror/app:v1`,
        retries: '0',
        timeout: '1',
      },
    })
    expect(result.outputs['digest']).toBe(image.manifest.digest)
    expect(destination.store.tagWrites()).toHaveLength(1)
  })
})

test('a manifest that promises a false size moves no tag, whatever the destination has', async () => {
  const { source, destination } = await startPair({ destination: { checkReferences: false } })
  pushTo(source.store, 'acme/app', 'v1', withSize(image, layer.digest, layer.size + 1))
  for (const [digest, bytes] of image.blobs) destination.store.putBlob('mirror/app', bytes, digest)
  const result = await runAction({
    inputs: { images: `${source.host}/acme/app:v1 => ${destination.host}/mirror/app:v1` },
  })
  expect(outputsOf(result).results[0]?.error?.code).toBe('SIZE_MISMATCH')
  expect(destination.store.tagWrites()).toEqual([])
})
