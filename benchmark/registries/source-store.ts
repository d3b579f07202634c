import { createHash } from 'node:crypto'
import { rename, rm, stat } from 'node:fs/promises'
import { cacheFolder } from '../corpus/cache.ts'
import type { Layers } from '../corpus/layers.ts'
import { sourceImages, sourceTag } from '../shapes.ts'
import { pushAll } from './push.ts'
import { startServer, storageFormat, type ServerName } from './server.ts'

/** The folder of a registry that holds the whole corpus; it is filled once. */
export async function sourceStore(server: ServerName, layers: Layers): Promise<string> {
  const named = sourceImages(layers)
  const hash = createHash('sha256')
  for (const { repository, image } of named) {
    const { index, belongings = [] } = image
    const manifests = [index, ...belongings.map(({ manifest }) => manifest)]
    hash.update(`${repository} ${manifests.map(({ digest }) => digest).join(' ')}\n`)
  }
  const name = `${storageFormat(server)}-${hash.digest('hex').slice(0, 16)}`
  const folder = `${await cacheFolder('stores')}/${name}`
  if (await stat(folder).catch(() => undefined)) return folder
  console.error(`filling the source registry (${name})`)
  const unfinished = `${folder}.new`
  await rm(unfinished, { recursive: true, force: true })
  const { host, close } = await startServer(server, { storage: unfinished })
  try {
    const stock = named.map((image) => ({ ...image, tag: sourceTag, platforms: 'all' as const }))
    await pushAll(`http://${host}`, stock, undefined)
  } finally {
    await close()
  }
  await rename(unfinished, folder)
  return folder
}
