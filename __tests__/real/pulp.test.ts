import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushOverHttp } from '../../testkit/image/push.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { startDistribution, type Distribution } from '../../testkit/servers/distribution.ts'
import { findPulp, type Pulp, pulpUser, startPulp } from '../../testkit/servers/pulp.ts'
import { errorsOf, outputsOf } from '../bundle/bundle.ts'
import { isWanted } from './real-registry.ts'

const isThere = isWanted('Distribution 2') && findPulp() !== undefined
const describeReal = isThere ? describe : describe.skip

const app = buildMultiPlatform({ attestations: true })
const tool = buildImage({ format: 'docker' })

describeReal('Pulp', () => {
  let registry: Distribution
  let pulp: Pulp

  beforeAll(async () => {
    registry = await startDistribution()
    await pushOverHttp(registry.url, 'acme/app', 'v1', app)
    await pushOverHttp(registry.url, 'acme/tool', 'v1', tool)
    pulp = await startPulp()
  })

  afterAll(async () => {
    await (pulp as Pulp | undefined)?.close()
    await (registry as Distribution | undefined)?.close()
  })

  test('gives tags back by the list of a promotion', async () => {
    const [here, there] = [registry.host, pulp.host]
    await copy(`${here}/acme/tool:v1 => ${there}/prod/api:live`)
    const promoted = await copy(`${here}/acme/app:v1 => ${there}/prod/api:live`)
    expect(promoted.errors).toEqual([])
    expect(promoted.results[0]?.previousDigest).toBe(tool.manifest.digest)
    const returned = await copy(promoted.rollback)
    expect(returned.errors).toEqual([])
    const [result] = returned.results
    expect([result?.digest, result?.bytes.copied]).toEqual([tool.manifest.digest, 0])
  })

  async function copy(images: string, password: string = pulpUser.password) {
    const login = { registry: pulp.host, username: pulpUser.name, password }
    const result = await runAction({
      inputs: { images, platforms: 'all', 'registry-auth': JSON.stringify([login]) },
    })
    const rollback = result.outputs['rollback'] ?? ''
    return { errors: errorsOf(result), rollback, ...outputsOf(result) }
  }

  test('takes images and gives them back, byte for byte', async () => {
    const there = await copy(
      `${registry.host}/acme/tool:v1 => ${pulp.host}/acme/tool:v1\n` +
        `${registry.host}/acme/app:v1 => ${pulp.host}/acme/app:v1`,
    )
    expect(there.errors).toEqual([])
    expect(there.results.map(({ digest }) => digest)).toEqual([
      tool.manifest.digest,
      app.manifest.digest,
    ])
    const back = await copy(`${pulp.host}/acme/app:v1 => ${registry.host}/back/app:v1`)
    expect(back.errors).toEqual([])
    const pulled = await pullAndVerify(registry.url, 'back/app', 'v1')
    expect(pulled.bytes).toEqual(app.manifest.bytes)
    const again = await copy(`${registry.host}/acme/app:v1 => ${pulp.host}/acme/app:v1`)
    expect(again.counts.unchanged).toBe(1)
    const retag = await copy(`${pulp.host}/acme/app:v1 => :stable`)
    expect(retag.errors).toEqual([])
    expect(retag.results[0]?.bytes.copied).toBe(0)
  })

  test('refuses a wrong password', async () => {
    const denied = await copy(
      `${registry.host}/acme/tool:v1 => ${pulp.host}/denied/tool:v1`,
      'not-this-one',
    )
    expect(denied.results[0]?.error?.code).toBe('AUTHENTICATION')
    expect(denied.errors[0]).toContain(pulp.host)
  })
})
