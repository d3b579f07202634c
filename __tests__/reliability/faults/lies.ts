import { expect } from '@jest/globals'
import { reply, type Middleware } from '../../../testkit/registry/exchange.ts'
import { drain, removeHeader, replyWith, setHeader } from '../../../testkit/registry/faults.ts'
import { bringsLayer, looksUpLayer, pushesChild, pushesTag } from '../matchers.ts'
import type { Row } from '../table.ts'
import {
  index,
  layer,
  previous,
  type FaultWorld,
  type RunRecord,
  type WorldOptions,
} from '../world.ts'

const [amd64 = index] = index.children
const mounts = {
  method: 'POST',
  where: ({ query }: { query: string }) => query.includes('mount='),
}
const done = replyWith(201)
const here: Middleware = () => reply(200, { 'content-length': String(layer.size) })

/** One that mounts nothing is asked what it has. */
const lookedAt: WorldOptions = { destination: { mount: false } }
/** A push is not confirmed by its answer. */
const unconfirmed: Middleware = (request, next) =>
  request.method === 'PUT' && request.path.endsWith('/manifests/v1')
    ? removeHeader('docker-content-digest')(request, next)
    : next()

export const liesRows: readonly Row[] = [
  {
    fault: '201 for a blob that is not stored',
    times: 1,
    by: done,
    destination: {
      ends: 'copied',
      at: bringsLayer,
      does: 'sends it again once its manifest is refused',
    },
  },
  {
    fault: '201 for a blob that is not stored',
    by: done,
    destination: {
      ends: 'REGISTRY',
      at: bringsLayer,
      does: 'fails with what the registry says is missing',
      check: tells('MANIFEST_BLOB_UNKNOWN'),
    },
  },
  {
    fault: '200 to the question whether it has a blob that it has not',
    world: lookedAt,
    times: 1,
    by: here,
    destination: {
      ends: 'copied',
      at: looksUpLayer,
      does: 'sends it once its manifest is refused',
    },
  },
  {
    fault: '200 to the question whether it has a blob that it has not',
    world: lookedAt,
    by: here,
    destination: {
      ends: 'REGISTRY',
      at: looksUpLayer,
      does: 'fails with what the registry says is missing',
      check: tells('MANIFEST_BLOB_UNKNOWN'),
    },
  },
  {
    fault: '201 for a platform image that is not stored',
    times: 1,
    by: done,
    destination: {
      ends: 'copied',
      at: pushesChild,
      does: 'pushes it again once the list is refused',
    },
  },
  {
    fault: '201 for a platform image that is not stored',
    by: done,
    destination: {
      ends: 'REGISTRY',
      at: pushesChild,
      does: 'fails with what the registry says is missing',
      check: tells('MANIFEST_BLOB_UNKNOWN'),
    },
  },
  {
    fault: '201 for the tag, and nothing is stored',
    by: done,
    destination: {
      ends: 'VERIFICATION',
      at: pushesTag,
      does: 'looks at the tag for some seconds, and fails with the digest that it shows',
      check: tells(previous.manifest.digest),
    },
  },
  {
    fault: '201 for everything, and nothing is stored',
    destination: {
      ends: 'VERIFICATION',
      at: { method: ['PUT', 'PATCH'] },
      by: async (request) => {
        await drain(request)
        return reply(201)
      },
      does: 'looks at the tag for some seconds, and fails with the digest that it shows',
      check: tells(previous.manifest.digest),
    },
  },
  {
    fault: '201 for a mount that did not happen',
    world: { oneRegistry: true },
    by: done,
    destination: {
      ends: 'copied',
      at: mounts,
      does: 'looks whether it happened, and uploads',
      check: (_world, { report }) => expect(report.results[0]?.bytes.mounted).toBe(0),
    },
  },
  {
    fault: 'The tag shows another digest afterwards, where the answer to its push had none',
    destination: {
      ends: 'VERIFICATION',
      tagMayBeWritten: true,
      does: 'looks at the tag for some seconds, and fails with the digest that it shows',
      inject: ({ destination }) => {
        destination.use(unconfirmed)
        let pushed = false
        destination.use(async (request, next) => {
          const answer = await next()
          if (!request.path.endsWith('/manifests/v1')) return answer
          if (request.method === 'PUT') pushed = true
          if (request.method !== 'HEAD' || !pushed) return answer
          return setHeader('docker-content-digest', previous.manifest.digest)(request, () =>
            Promise.resolve(answer),
          )
        })
      },
      check: tells(previous.manifest.digest),
    },
  },
  {
    fault: 'The tag shows nothing at first, where the answer to its push had no digest',
    often: 'the first two looks after the push',
    destination: {
      ends: 'copied',
      does: 'looks again a moment later',
      inject: ({ destination }) => {
        destination.use(unconfirmed)
        let looks = 3
        destination.use((request, next) => {
          if (!request.path.endsWith('/manifests/v1')) return next()
          if (request.method === 'PUT') looks = 0
          if (request.method !== 'HEAD' || ++looks > 2) return next()
          return reply(404)
        })
        return () => Number(looks >= 2)
      },
    },
  },
  {
    fault: 'A blob is lost between its upload and its manifest',
    times: 1,
    destination: {
      ends: 'copied',
      does: 'brings it again',
      inject: (world) => losing(world, amd64.manifest.digest, 1),
    },
  },
  {
    fault: 'A blob is lost between its upload and its manifest',
    destination: {
      ends: 'REGISTRY',
      does: 'brings it once more, and then fails with what is missing',
      inject: (world) => losing(world, amd64.manifest.digest, Number.POSITIVE_INFINITY),
      check: tells('MANIFEST_BLOB_UNKNOWN'),
    },
  },
  {
    fault: 'Everything is lost before the tag is pushed',
    times: 1,
    destination: {
      ends: 'copied',
      does: 'brings it again',
      inject: ({ destination }) => {
        const fault = destination.fault(
          pushesTag,
          (request, next) => {
            const held = destination.store.repository('prod/app')
            for (const child of index.children) held?.manifests.delete(child.manifest.digest)
            held?.blobs.delete(layer.digest)
            return next(request)
          },
          { times: 1 },
        )
        return () => fault.hits
      },
    },
  },
]

function losing({ destination }: FaultWorld, manifest: string, times: number) {
  const fault = destination.fault(
    { method: 'PUT', path: manifest },
    (request, next) => {
      destination.store.repository('prod/app')?.blobs.delete(layer.digest)
      return next(request)
    },
    { times },
  )
  return () => fault.hits
}

function tells(words: string) {
  return (_world: FaultWorld, { report }: RunRecord) =>
    expect(report.results[0]?.error?.message).toContain(words)
}
