import { describe, expect, test } from '@jest/globals'
import { runAction, type ActionResult } from '../../testkit/runner/action-runner.ts'
import { replyWith, setHeader } from '../../testkit/registry/faults.ts'
import { buildImage, buildIndex } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { parseWorkflowCommand } from '../../testkit/runner/workflow-command.ts'
import { errorsOf, everythingOf, outputsOf, startPair } from './bundle.ts'

/** All that a text could do to a log and to those who read it. */
const attack = [
  'PLANTED',
  '::error title=PLANTED::an error of the registry',
  '::set-output name=digest::sha256:planted',
  '::add-mask::docker',
  '::stop-commands::forever',
  '##[command]rm -rf PLANTED',
  '##[add-mask]library',
  '\u001B[31mred\u001B[2K\u001B]8;;https://evil.example/?PLANTED=1\u0007link',
  '\u202Egnp.exe\u2066\u200B',
  '%0A::error::escaped%0D',
  '\r::warning::PLANTED after a carriage return',
  '\u2028::error::PLANTED after a line separator',
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  'https://user:pa55@storage.example/blob?X-Signature=PLANTED-signature',
  'ghadelimiter_',
  'x'.repeat(100_000),
].join('\n')

const errorBody = (message: string, code = 'DENIED') =>
  JSON.stringify({ errors: [{ code, message }] })

const json = { 'content-type': 'application/json' }

/** The attack as far as it fits into the value of a header, without its line breaks. */
const inHeader = attack.replace(/[^\x20-\x7e]/g, ' ').slice(0, 2000)

/** As a string between the quotes of a challenge. */
const inQuotes = inHeader.replaceAll('"', '').replaceAll('\\', '')

/** Asks for a login that this registry's own token service gives. */
function challenge({ url }: TestRegistry, more: Readonly<Record<string, string>>) {
  const parameters = { realm: `${url}/token`, service: 'x', ...more }
  const list = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`)
  return replyWith(401, { headers: { 'www-authenticate': `Bearer ${list.join(',')}` } })
}

/** Where a registry can put a text, each with what is to go wrong there. */
const places: Readonly<
  Record<string, (registries: { source: TestRegistry; destination: TestRegistry }) => void>
> = {
  'the message of a refused pull': ({ source }) => {
    source.fault(
      { method: 'GET', path: '/manifests/' },
      replyWith(403, { headers: json, body: errorBody(attack) }),
    )
  },
  'the message of a refused push': ({ destination }) => {
    destination.fault(
      { method: 'PUT', path: '/manifests/' },
      replyWith(400, { headers: json, body: errorBody(attack) }),
    )
  },
  'the code of a refusal': ({ destination }) => {
    destination.fault(
      { method: 'POST' },
      replyWith(400, { headers: json, body: errorBody('no', attack) }),
    )
  },
  'a refusal in plain text': ({ source }) => {
    source.fault(
      { method: 'GET', path: '/blobs/' },
      replyWith(418, { headers: { 'content-type': 'text/plain' }, body: attack }),
    )
  },
  'a refusal that is retried': ({ source }) => {
    source.fault(
      { method: 'GET', path: '/manifests/' },
      replyWith(503, { headers: { ...json, 'retry-after': '0' }, body: errorBody(attack) }),
    )
  },
  'a manifest that is none': ({ source }) => {
    source.fault(
      { method: 'GET', path: '/manifests/' },
      replyWith(200, {
        headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
        body: JSON.stringify({ schemaVersion: 2, mediaType: attack, config: attack, [attack]: 1 }),
      }),
    )
  },
  'a manifest that is no JSON': ({ source }) => {
    source.fault(
      { method: 'GET', path: '/manifests/' },
      replyWith(200, {
        headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
        body: `{"schemaVersion": ${attack}`,
      }),
    )
  },
  'the type of a manifest': ({ source }) => {
    const text = attack.replace(/[^\x20-\x7e]/g, ' ').slice(0, 2000)
    source.fault({ method: 'GET', path: '/manifests/' }, setHeader('content-type', text))
    const manifest = buildImage({ members: { mediaType: attack } }).manifest
    source.store.putManifest('acme/app', { ...manifest, mediaType: 'x/y' }, 'v1')
  },
  'the platform of an image': ({ source }) => {
    const image = buildImage({ platform: { os: attack, architecture: attack } })
    pushTo(source.store, 'acme/app', 'v1', image)
  },
  'the platforms of an index': ({ source }) => {
    const children = ['linux/amd64', { os: attack, architecture: attack, variant: attack }]
    pushTo(
      source.store,
      'acme/app',
      'v1',
      buildIndex({ children: children.map((platform) => buildImage({ platform })) }),
    )
  },
  'the entries of an index': ({ source }) => {
    const image = buildMultiPlatform({ platforms: ['linux/amd64'] })
    const { bytes } = image.manifest
    const index = JSON.parse(bytes.toString()) as { manifests: Record<string, unknown>[] }
    const [entry] = index.manifests
    index.manifests.push({ ...entry, platform: undefined, mediaType: attack })
    index.manifests.push({ ...entry, annotations: { [attack]: attack }, artifactType: attack })
    pushTo(source.store, 'acme/app', undefined, image)
    const changed = Buffer.from(JSON.stringify(index))
    const { mediaType } = image.manifest
    source.store.putManifest('acme/app', { bytes: changed, mediaType }, 'v1')
  },
  'a challenge': ({ destination }) => {
    const realm = attack
      .replace(/[^\x20-\x7e]/g, ' ')
      .replaceAll('"', '')
      .slice(0, 4000)
    destination.fault(
      {},
      replyWith(401, { headers: { 'www-authenticate': `Bearer realm="${realm}",service="x"` } }),
    )
  },
  'the answer of a token service': ({ destination }) => {
    destination.fault(
      { path: '/v2/' },
      replyWith(401, {
        headers: { 'www-authenticate': `Bearer realm="${destination.url}/token",service="x"` },
      }),
    )
    destination.fault(
      { path: '/token' },
      replyWith(403, { headers: json, body: errorBody(attack) }),
    )
  },
  'a token': ({ destination }) => {
    destination.fault(
      { path: '/v2/' },
      replyWith(401, {
        headers: { 'www-authenticate': `Bearer realm="${destination.url}/token",service="x"` },
      }),
    )
    destination.fault(
      { path: '/token' },
      replyWith(200, { headers: json, body: JSON.stringify({ token: attack }) }),
    )
  },
  'the location of an upload': ({ destination }) => {
    const text = attack.replace(/[^\x20-\x7e]/g, '-').slice(0, 2000)
    destination.fault({ method: 'POST' }, setHeader('location', `ftp://evil.example/${text}`))
  },
  'the location of a blob': ({ source }) => {
    const text = attack.replace(/[^\x20-\x7e]/g, '-').slice(0, 2000)
    source.fault(
      { method: 'GET', path: '/blobs/' },
      replyWith(307, { headers: { location: `http://10.0.0.1/${text}` } }),
    )
  },
  'the digest of what was pushed': ({ destination }) => {
    const text = attack.replace(/[^\x20-\x7e]/g, ' ').slice(0, 2000)
    destination.fault(
      { method: 'PUT', path: '/manifests/v1' },
      setHeader('docker-content-digest', `sha256:${text}`),
    )
  },
  'a warning': ({ source }) => {
    const text = attack.replace(/[^\x20-\x7e]/g, ' ').slice(0, 2000)
    source.fault({}, setHeader('warning', `299 - "${text}"`))
  },
  'the details of a refusal': ({ source }) => {
    const error = {
      code: 'DENIED',
      message: 'no',
      detail: { [attack]: [attack] },
      [attack]: attack,
    }
    const body = JSON.stringify({ errors: [error, { detail: attack }] })
    source.fault({ path: '/manifests/' }, replyWith(403, { headers: json, body }))
  },
  'refusals of the wrong shape': ({ source }) => {
    const errors = [{ code: [attack], message: { attack } }, attack, null, { message: [attack] }]
    const body = JSON.stringify({ errors, error: attack, message: attack })
    source.fault({ path: '/manifests/' }, replyWith(400, { headers: json, body }))
  },
  'the title of a page': ({ destination }) => {
    const body = `<html><head><title>${attack}</title></head><body><h1>${attack}</h1></body></html>`
    const headers = { 'content-type': 'text/html' }
    destination.fault({ method: 'POST' }, replyWith(403, { headers, body }))
  },
  'the XML of a storage': ({ source }) => {
    const body = `<?xml version="1.0"?><Error><Code>${attack}</Code><Message>${attack}</Message></Error>`
    const headers = { 'content-type': 'application/xml' }
    source.fault({ method: 'GET', path: '/blobs/' }, replyWith(403, { headers, body }))
  },
  'the service, the scope and the error of a challenge': ({ destination }) => {
    destination.fault(
      { path: '/v2/' },
      challenge(destination, {
        service: inQuotes,
        scope: inQuotes,
        error: inQuotes,
        error_description: inQuotes,
      }),
    )
  },
  'the realm of a challenge': ({ destination }) => {
    destination.fault(
      { path: '/v2/' },
      challenge(destination, { realm: `${destination.url}/token?${inQuotes}` }),
    )
  },
  'a challenge of another kind': ({ destination }) => {
    const headers = { 'www-authenticate': inHeader }
    destination.fault({ path: '/v2/' }, replyWith(401, { headers }))
  },
  'the description of a token service': ({ destination }) => {
    destination.fault({ path: '/v2/' }, challenge(destination, {}))
    const body = JSON.stringify({ error: attack, error_description: attack, details: attack })
    destination.fault({ path: '/token' }, replyWith(400, { headers: json, body }))
  },
  'what is left of a limit': ({ source }) => {
    for (const name of ['ratelimit-remaining', 'ratelimit-limit', 'docker-ratelimit-source']) {
      source.fault({}, setHeader(name, inHeader))
    }
  },
  'a number that is left, and more': ({ source }) => {
    source.fault({}, setHeader('ratelimit-remaining', `7;w=60${inHeader}`))
    source.fault({}, setHeader('ratelimit-limit', [`100;w=60`, inHeader]))
  },
  'the time to wait': ({ source }) => {
    const headers = { 'retry-after': inHeader }
    source.fault({ path: '/manifests/' }, replyWith(429, { headers }), { times: 1 })
  },
  'the name and the version of the server': ({ source, destination }) => {
    for (const registry of [source, destination]) {
      for (const name of ['server', 'x-powered-by', 'docker-distribution-api-version', 'via']) {
        registry.fault({}, setHeader(name, inHeader))
      }
    }
  },
  'headers that are numbers': ({ source, destination }) => {
    for (const name of ['oci-chunk-min-length', 'oci-chunk-max-length', 'range']) {
      destination.fault({ method: ['POST', 'PATCH'] }, setHeader(name, inHeader))
    }
    source.fault({ path: '/blobs/' }, setHeader('content-range', inHeader))
  },
  'the type and the encoding of a blob': ({ source }) => {
    source.fault({ path: '/blobs/' }, setHeader('content-type', inHeader))
    source.fault({ path: '/blobs/' }, setHeader('content-encoding', inHeader))
  },
  'the digest of what is there': ({ destination }) => {
    pushTo(destination.store, 'prod/app', 'v1', buildImage())
    destination.fault(
      { method: 'HEAD', path: '/manifests/' },
      setHeader('docker-content-digest', inHeader),
    )
  },
  'the digest of the source': ({ source }) => {
    source.fault({ path: '/manifests/' }, setHeader('docker-content-digest', `sha256:${inHeader}`))
  },
  'the location of a token service that has moved': ({ destination }) => {
    destination.fault({ path: '/v2/' }, challenge(destination, {}))
    const location = `https://evil.example/${encodeURI(inHeader)}`
    destination.fault({ path: '/token' }, replyWith(307, { headers: { location } }))
  },
  'the location of a write': ({ destination }) => {
    const location = `http://169.254.169.254/${inHeader.replaceAll(' ', '-')}`
    destination.fault({ method: 'PUT' }, replyWith(307, { headers: { location } }))
  },
  'the layers and the config of an image': ({ source }) => {
    const layer = { bytes: 'text', mediaType: attack, annotations: { [attack]: attack } }
    const image = buildImage({ layers: [layer], annotations: { [attack]: attack } })
    pushTo(source.store, 'acme/app', 'v1', image)
  },
  'what an image says of itself': ({ source }) => {
    const config = {
      author: attack,
      history: [{ created_by: attack }],
      variant: attack,
      [attack]: 1,
    }
    pushTo(source.store, 'acme/app', 'v1', buildImage({ config, artifactType: attack }))
  },
  'the digests and addresses of the parts': ({ source }) => {
    const { bytes, mediaType } = buildImage().manifest
    const manifest = JSON.parse(bytes.toString()) as { layers: Record<string, unknown>[] }
    manifest.layers.push({ mediaType: attack, size: 1, digest: attack, urls: [attack] })
    const changed = Buffer.from(JSON.stringify(manifest))
    source.store.putManifest('acme/app', { bytes: changed, mediaType }, 'v1')
  },
}

/** The commands that this action has any business with. */
const ours = new Set(['add-mask', 'debug', 'endgroup', 'error', 'group', 'warning'])

function commandsOf({ stdout, stderr }: ActionResult) {
  return `${stdout}${stderr}`
    .split('\n')
    .map((line) => parseWorkflowCommand(line))
    .filter((command) => command !== undefined)
}

describe('a registry that attacks the log', () => {
  test.each(Object.entries(places))('by %s', async (_place, plant) => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', buildMultiPlatform())
    plant({ source, destination })
    const result = await runAction({
      inputs: {
        images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
        retries: '1',
      },
      // Prints everything that is printed without it, and more.
      debug: true,
    })

    const commands = commandsOf(result)
    for (const { name } of commands) expect(ours).toContain(name)
    expect(result.masks).toEqual([])
    expect(result.groups).toHaveLength(1)
    const failed = outputsOf(result).counts.failed
    expect(result.exitCode).toBe(failed)
    expect(errorsOf(result)).toHaveLength(2 * failed)
    for (const { level, properties } of result.annotations) {
      const title = `Image not synced: ${destination.host}/prod/app:v1`
      expect(['{}', JSON.stringify({ title })]).toContain(JSON.stringify(properties))
      expect(['error', 'warning']).toContain(level)
    }

    const everything = everythingOf(result)
    // Control characters but for the line feeds between the lines, bidirectional and invisible ones.
    expect(everything.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(everything).not.toContain('PLANTED-signature')
    expect(everything).not.toContain('pa55')
    expect(everything).not.toContain('x'.repeat(5000))
    expect(result.summary).not.toMatch(/<(?:script|img|a)\b/)
    for (const line of result.unmaskedLog) expect(line).not.toMatch(/^\s*::/)
  })
})

test('its own words are told, as far as they are harmless', async () => {
  const { source, destination } = await startPair()
  source.fault(
    { method: 'GET', path: '/manifests/' },
    replyWith(403, { headers: json, body: errorBody(`quota\n::error::exceeded`) }),
  )
  const images = `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`
  const [message] = errorsOf(await runAction({ inputs: { images } }))
  expect(message).toContain('DENIED: quota ::error::exceeded')
})
