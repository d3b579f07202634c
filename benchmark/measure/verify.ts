import { Agent, request } from 'undici'
import { expectedManifest, type Job, type Platforms } from '../job.ts'

/** The targets whose tags do not answer with the digest that they should, straight from the registries. */
export async function wrongTargets(
  job: Job,
  platforms: Platforms,
  origins: readonly string[],
  ca: string | undefined,
): Promise<readonly string[]> {
  const agent = new Agent(ca === undefined ? {} : { connect: { ca } })
  const targets = job.copies.flatMap(({ image, targets: of }) =>
    of.map((target) => ({ ...target, manifest: expectedManifest(image, platforms) })),
  )
  try {
    const checked = targets.map(async ({ registry, repository, tag, manifest }) => {
      const { statusCode, headers } = await request(
        `${origins[registry] ?? ''}/v2/${repository}/manifests/${tag}`,
        { dispatcher: agent, method: 'HEAD', headers: { accept: manifest.mediaType } },
      )
      const isRight = statusCode === 200 && headers['docker-content-digest'] === manifest.digest
      return isRight ? undefined : `${repository}:${tag}`
    })
    return (await Promise.all(checked)).filter((target) => target !== undefined)
  } finally {
    await agent.close()
  }
}
