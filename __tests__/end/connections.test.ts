import { describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { syntheticBlob } from '../../testkit/registry/content.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { startPair } from '../bundle/bundle.ts'

const IMAGES = 200
const CONCURRENCY = 8
/** The first one asks whether the host speaks TLS. */
const CONNECTIONS = CONCURRENCY + 1

/** Every fourth image has a layer that is too large to be held. */
function imageOf(number: number) {
  const isLarge = number % 4 === 0
  const source = syntheticBlob(isLarge ? 300_000 : 2_000, `layer ${number}`)
  return buildImage({ layers: [{ source }], config: { author: `${number}` } })
}

// In a process of its own: a host in the same one never answers before a write has been told to be over.
describe('a run of two hundred images makes a connection for each request at once, and no more', () => {
  test.each([
    ['plain', false],
    ['over TLS', true],
  ])('%s', async (_how, tls) => {
    const { source, destination } = await startPair({ source: { tls }, destination: { tls } })
    const lines = Array.from({ length: IMAGES }, (_, number) => {
      pushTo(source.store, `acme/app-${number}`, '1', imageOf(number))
      return `${source.host}/acme/app-${number}:1 => ${destination.host}/prod/app-${number}:1`
    })
    const result = await runAction({
      entry: 'src/index.ts',
      inputs: { images: lines.join('\n'), concurrency: `${CONCURRENCY}` },
      workspace: { 'ca.pem': source.ca ?? '' },
      env: { NODE_EXTRA_CA_CERTS: 'ca.pem' },
    })
    expect(result).toMatchObject({ exitCode: 0, outputs: { copied: `${IMAGES}` } })
    expect(source.connections).toBeLessThanOrEqual(CONNECTIONS)
    expect(destination.connections).toBeLessThanOrEqual(CONNECTIONS)
  })
})
