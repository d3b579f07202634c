import { type Agent, request } from 'undici'
import { type Belonging, listTag } from '../corpus/belongings.ts'

/** Whether a repository lacks some of what belongs to an image, or does not list it. */
export async function missesBelongings(
  agent: Agent,
  repository: string,
  belongings: readonly Belonging[],
): Promise<boolean> {
  const bySubject = Map.groupBy(belongings, ({ subject }) => subject)
  const missing = [...bySubject].map(async ([subject, own]) => {
    const listed = await digestsListed(agent, repository, subject)
    return own.map(async ({ tag, manifest }) => {
      if (tag === undefined && !listed.has(manifest.digest)) return true
      return (
        (await digestAt(agent, `${repository}/manifests/${tag ?? manifest.digest}`)) !==
        manifest.digest
      )
    })
  })
  const looks = (await Promise.all(missing)).flat()
  return (await Promise.all(looks)).includes(true)
}

async function digestAt(agent: Agent, url: string): Promise<unknown> {
  const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' }
  const answer = await request(url, { dispatcher: agent, method: 'HEAD', headers })
  return answer.statusCode === 200 ? answer.headers['docker-content-digest'] : undefined
}

/** By the API, or in the list that clients keep where there is none. */
async function digestsListed(
  agent: Agent,
  repository: string,
  subject: string,
): Promise<ReadonlySet<string>> {
  const places = [`referrers/${subject}`, `manifests/${listTag(subject)}`]
  for (const place of places) {
    const headers = { accept: 'application/vnd.oci.image.index.v1+json' }
    const { statusCode, body } = await request(`${repository}/${place}`, {
      dispatcher: agent,
      headers,
    })
    const text = await body.text()
    if (statusCode !== 200) continue
    const { manifests } = JSON.parse(text) as { manifests?: readonly { digest: string }[] | null }
    return new Set(manifests?.map(({ digest }) => digest))
  }
  return new Set()
}
