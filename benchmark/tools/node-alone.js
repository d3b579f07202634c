/**
 * What Node and undici need at the least for the requests of a job: a program that knows which are wanted,
 * makes as many at once as the action allows itself, and neither checks nor keeps nor tells anything.
 *
 * node node-alone.js TASK: a file of `{ images: [{ source, targets, isThere }], authority, requests }`,
 * where a place is `{ origin, repository, tag }`.
 */
import { readFileSync } from 'node:fs'
import { Pool } from 'undici'

const { images, authority, requests } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')
const connect = authority === undefined ? {} : { ca: readFileSync(authority) }
// With HTTP/2, a connection would take as many requests as it likes.
const pooled = { connections: requests, connect, allowH2: false }
const pools = new Map()
/** By blob, and by registry and blob: what is on its way, or there. */
const downloads = new Map()
const uploads = new Map()

function remember(map, key, make) {
  if (!map.has(key)) map.set(key, make())
  return map.get(key)
}

async function ask(method, origin, path, options = {}) {
  const pool = remember(pools, origin, () => new Pool(origin, pooled))
  const request = { method, path, reset: false, ...options }
  const { statusCode, headers, body } = await pool.request(request)
  const bytes = Buffer.from(await body.arrayBuffer())
  const isWanted = method === 'HEAD' ? statusCode === 404 || statusCode < 300 : statusCode < 300
  if (!isWanted) throw new Error(`${method} ${origin}${path}: ${statusCode}`)
  return { bytes, headers }
}

function manifest(method, { origin, repository }, name, options = { headers: { accept } }) {
  return ask(method, origin, `/v2/${repository}/manifests/${name}`, options)
}

async function upload(digest, source, { origin, repository }) {
  const [{ bytes }, { headers }] = await Promise.all([
    remember(downloads, digest, () =>
      ask('GET', source.origin, `/v2/${source.repository}/blobs/${digest}`),
    ),
    ask('POST', origin, `/v2/${repository}/blobs/uploads/`),
  ])
  const location = new URL(headers.location, origin)
  location.searchParams.set('digest', digest)
  await ask('PUT', origin, location.pathname + location.search, {
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  })
  return repository
}

async function bring(digest, source, target) {
  const key = `${target.origin} ${digest}`
  const isFirst = !uploads.has(key)
  const from = await remember(uploads, key, () => upload(digest, source, target))
  if (isFirst || from === target.repository) return
  const mount = new URLSearchParams({ mount: digest, from })
  await ask('POST', target.origin, `/v2/${target.repository}/blobs/uploads/?${mount}`)
}

async function push(target, name, bytes) {
  const { mediaType } = JSON.parse(bytes)
  await manifest('PUT', target, name, { headers: { 'content-type': mediaType }, body: bytes })
}

async function copy({ source, targets, isThere }) {
  const [top] = await Promise.all([
    manifest(isThere ? 'HEAD' : 'GET', source, source.tag),
    ...targets.map((target) => manifest('HEAD', target, target.tag)),
  ])
  if (isThere) return
  const children = (JSON.parse(top.bytes).manifests ?? []).map(({ digest }) => digest)
  const parts = await Promise.all(children.map((digest) => manifest('GET', source, digest)))
  // What has no children is an image by itself.
  const blobs = (children.length === 0 ? [top] : parts).flatMap(({ bytes }) => {
    const { config, layers } = JSON.parse(bytes)
    return [config, ...layers].map(({ digest }) => digest)
  })
  await Promise.all(
    targets.map(async (target) => {
      await Promise.all([...new Set(blobs)].map((digest) => bring(digest, source, target)))
      await Promise.all(parts.map(({ bytes }, index) => push(target, children[index], bytes)))
      await push(target, target.tag, top.bytes)
    }),
  )
}

await Promise.all(images.map(copy))
for (const pool of pools.values()) await pool.close()
