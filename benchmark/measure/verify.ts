import { Agent, request } from 'undici'
import { missesBelongings } from './belongings.ts'
import { expectedManifest, type Job, type Platforms } from '../job.ts'

/** Connections to a registry. */
const SIDE_BY_SIDE = 16

/**
 * The targets whose tags do not answer with the digest that they should, or that lack something of
 * what was to come along, straight from the registries.
 */
export async function wrongTargets(
  job: Job,
  platforms: Platforms,
  origins: readonly string[],
  ca: string | undefined,
): Promise<readonly string[]> {
  const agent = new Agent({
    connections: SIDE_BY_SIDE,
    ...(ca === undefined ? {} : { connect: { ca } }),
  })
  const targets = job.copies.flatMap(({ image, targets: of }) =>
    of.map((target) => ({
      ...target,
      manifest: expectedManifest(image, platforms),
      belongings: (job.referrers === true ? image.belongings : undefined) ?? [],
    })),
  )
  try {
    const checked = targets.map(async ({ registry, repository, tag, manifest, belongings }) => {
      const origin = origins[registry] ?? ''
      const { statusCode, headers } = await request(`${origin}/v2/${repository}/manifests/${tag}`, {
        dispatcher: agent,
        method: 'HEAD',
        headers: { accept: manifest.mediaType },
      })
      const isRight = statusCode === 200 && headers['docker-content-digest'] === manifest.digest
      const lacks = await missesBelongings(agent, `${origin}/v2/${repository}`, belongings)
      return isRight && !lacks ? undefined : `${repository}:${tag}`
    })
    return (await Promise.all(checked)).filter((target) => target !== undefined)
  } finally {
    await agent.close()
  }
}
