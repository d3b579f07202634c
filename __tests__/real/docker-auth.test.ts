import { describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { pushOverHttp } from '../../testkit/image/push.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { htpasswdUser, startDistribution } from '../../testkit/servers/distribution.ts'
import { startDockerAuth } from '../../testkit/servers/docker-auth.ts'
import { errorsOf, kept, outputsOf } from '../bundle/bundle.ts'
import { isWanted } from './real-registry.ts'

const isThere = isWanted('Distribution 2', 'docker_auth')
const describeReal = isThere ? describe : describe.skip

describeReal('docker_auth', () => {
  test.each([
    ['pull', 'push'],
    ['push', 'pull'],
  ])('lets in who may %s, and the error names the missing right: %s', async (may, lacks) => {
    const source = kept(await startDistribution())
    await pushOverHttp(source.url, 'acme/tool', 'v1', buildImage())
    const tokens = kept(await startDockerAuth([may]))
    const destination = kept(await startDistribution({ auth: { token: tokens.trust } }))
    const result = await runAction({
      inputs: {
        images: `${source.host}/acme/tool:v1 => ${destination.host}/prod/tool:v1`,
        'destination-username': htpasswdUser.name,
        'destination-password': htpasswdUser.password,
      },
    })
    expect(outputsOf(result).results[0]?.error?.code).toBe('DENIED')
    expect(errorsOf(result)[0]).toContain(`lacks the right repository:prod/tool:${lacks};`)
    expect(errorsOf(result)[0]).not.toMatch(/expired/)
  })
})
