import { describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { pushOverHttp } from '../../testkit/image/push.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { startDistribution } from '../../testkit/servers/distribution.ts'
import { startZot } from '../../testkit/servers/zot.ts'
import { errorsOf, kept, outputsOf } from '../bundle/bundle.ts'
import { isWanted } from './real-registry.ts'

const isThere = isWanted('zot') && isWanted('Distribution 2')
const describeReal = isThere ? describe : describe.skip

describeReal('zot as it comes', () => {
  test('refuses an image of Docker types, and the error says what zot said (Q36)', async () => {
    const source = kept(await startDistribution())
    const zot = kept(await startZot())
    const image = buildImage({ format: 'docker' })
    await pushOverHttp(source.url, 'acme/tool', 'v1', image)
    const result = await runAction({
      inputs: { images: `${source.host}/acme/tool:v1 => ${zot.host}/prod/tool:v1` },
    })
    const { results } = outputsOf(result)
    expect(results[0]?.error?.code).toBe('UNSUPPORTED')
    expect(errorsOf(result)[0]).toContain(`${zot.host}/prod/tool:v1`)
    expect(errorsOf(result)[0]).toContain('HTTP 415')
    expect(errorsOf(result)[0]).toContain('MANIFEST_INVALID')
    expect(errorsOf(result)[0]).toContain(image.manifest.mediaType)
    expect(errorsOf(result)[0]).toContain('"compat": ["docker2s2"]')
    expect((await fetch(`${zot.url}/v2/prod/tool/manifests/v1`)).status).toBe(404)
  })
})
