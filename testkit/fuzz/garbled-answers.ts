import { setImmediate as turn } from 'node:timers/promises'
import { jsonReply, reply, type Middleware, type Reply } from '../registry/exchange.ts'
import {
  cutBody,
  drain,
  dropAfterWork,
  dropBeforeHeaders,
  redirectTo,
  setStatus,
  stallBody,
} from '../registry/faults.ts'
import { challenges, locations, retryAfter } from './garbled-headers.ts'
import { echoOf, hostileText } from './hostile-text.ts'
import type { Mutation, Scene } from './mutation.ts'

const PLAUSIBLE = [400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 416, 429, 500, 502, 503, 504]
const IMPLAUSIBLE = [200, 201, 202, 204, 206, 207, 226, 299, 300, 304, 305, 418, 451, 499, 599, 999]
const REDIRECTS = [301, 302, 303, 307, 308]

const CODES = [
  'UNAUTHORIZED',
  'DENIED',
  'MANIFEST_UNKNOWN',
  'MANIFEST_BLOB_UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'BLOB_UPLOAD_UNKNOWN',
  'TOOMANYREQUESTS',
  'UNSUPPORTED',
  'TAG_IMMUTABLE',
  '::error::CODE',
]

/** The work is done or not, and the answer says something else or never comes. */
export const answerMutations: Readonly<Record<string, Mutation>> = {
  status: (scene) => instead(scene.random.pick([...PLAUSIBLE, ...IMPLAUSIBLE]), scene),
  'plausible-status': (scene) => instead(scene.random.pick(PLAUSIBLE), scene),
  'status-after-work': ({ random }) => setStatus(random.pick([...PLAUSIBLE, ...IMPLAUSIBLE])),
  'hostile-error': (scene) => refusal(hostileText(scene.random), scene),
  echo: (scene) => {
    const echo = echoOf(scene.request.headers, scene.random)
    return refusal(`you sent ${echo}${hostileText(scene.random)}`, scene)
  },
  pretence,
  'drop-before': ({ random }) => dropBeforeHeaders({ reset: random.chance(0.5) }),
  'drop-in-request': ({ random }) =>
    dropBeforeHeaders({ requestBytes: random.below(200_000), reset: random.chance(0.5) }),
  'drop-after-work': () => dropAfterWork(),
  'drop-in-body': ({ random }) => cutBody(random.pick([0, 1, 100, 70_000])),
  stall: ({ random }) => stallBody(random.below(100)),
  redirect: (scene) =>
    redirectTo(scene.random.pick(locations(scene)), scene.random.pick(REDIRECTS)),
  'redirect-away': ({ random, request, hosts }) =>
    redirectTo(`http://${random.pick([hosts.stranger, hosts.other])}${request.path}`),
  challenge: (scene) => {
    const header = scene.random.pick(challenges(scene))
    return afterDraining(() => reply(401, { 'www-authenticate': header }, '{}'))
  },
  throttle: ({ random }) => {
    const headers = { 'retry-after': retryAfter(random) }
    const status = random.pick([429, 503])
    return afterDraining(() => reply(status, headers, 'slow down'))
  },
  'retry-after': ({ random }) => {
    const value = retryAfter(random)
    return async (_request, next) => {
      const answer = await next()
      return { ...answer, headers: { ...answer.headers, 'retry-after': value } }
    }
  },
  late: ({ random }) => {
    const turns = random.below(200)
    const before = random.chance(0.5)
    return async (_request, next) => {
      if (before) await turnsOfTheLoop(turns)
      const answer = await next()
      if (!before) await turnsOfTheLoop(turns)
      return answer
    }
  },
}

/** Lets other requests overtake. */
async function turnsOfTheLoop(count: number) {
  for (let left = count; left > 0; left--) await turn()
}

function afterDraining(answer: () => Reply): Middleware {
  return async (request) => {
    await drain(request)
    return answer()
  }
}

function instead(status: number, { random }: Scene): Middleware {
  const code = random.pick(CODES)
  const isEmpty = random.chance(0.3)
  return afterDraining(() =>
    isEmpty ? reply(status, {}, '') : jsonReply(status, { errors: [{ code, message: 'no' }] }),
  )
}

function refusal(text: string, { random }: Scene): Middleware {
  const code = random.pick([...CODES, text])
  const status = random.pick(PLAUSIBLE)
  const body = random.pick([
    JSON.stringify({ errors: [{ code, message: text, detail: { text } }] }),
    JSON.stringify({ error: text, error_description: text, message: text, details: text }),
    JSON.stringify({ errors: Array.from({ length: 2_000 }, () => ({ code, message: 'x' })) }),
    text,
    `<html><title>${text}</title></html>`,
  ])
  const type = body.startsWith('{') ? 'application/json' : random.pick(['text/html', 'text/plain'])
  return afterDraining(() => reply(status, { 'content-type': type }, body))
}

/** Says that it was done, and has done nothing. */
function pretence({ request }: Scene): Middleware {
  const digest = request.params.get('digest') ?? /sha(?:256|512):[0-9a-f]+$/.exec(request.path)?.[0]
  const { method, path } = request
  const status = method === 'PATCH' ? 202 : method === 'PUT' || method === 'POST' ? 201 : 200
  const headers = {
    location: path,
    ...(digest === undefined ? {} : { 'docker-content-digest': digest }),
  }
  return afterDraining(() => reply(status, headers, ''))
}
