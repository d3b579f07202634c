import { Disconnect, reply, type Middleware, type Reply } from '../../testkit/registry/exchange.ts'
import { drain } from '../../testkit/registry/faults.ts'

export const never = new Promise<never>(() => undefined)

/** Reads `bytes` of the request's body, and then neither reads nor answers. */
export function stopReading(bytes: number): Middleware {
  return async (request) => {
    await drain(request, bytes)
    await request.closed
    throw new Disconnect()
  }
}

/** The answer to a HEAD or GET with something changed in it. */
export function changing(change: (answer: Reply) => Reply | Promise<Reply>): Middleware {
  return async (_request, next) => change(await next())
}

/** An error in the form of the specification. */
export function refusal(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Middleware {
  return async (request) => {
    await drain(request)
    const body = JSON.stringify({ errors: [{ code, message }] })
    return reply(status, { 'content-type': 'application/json', ...headers }, body)
  }
}

/** The first `count` tries of every request, told apart by what they ask for. */
export function firstOfEach(count: number, behaviour: Middleware): Middleware {
  const seen = new Map<string, number>()
  return (request, next) => {
    const key = `${request.method} ${request.params.get('digest') ?? request.path}`
    const tries = (seen.get(key) ?? 0) + 1
    seen.set(key, tries)
    return tries > count ? next() : behaviour(request, next)
  }
}

/** Spoils the body of a request on its way in. */
export function spoilingRequest(
  change: (chunk: Uint8Array, position: number) => Uint8Array,
): Middleware {
  return (request, next) => {
    const body = (async function* () {
      let position = 0
      for await (const chunk of request.body) {
        yield change(chunk, position)
        position += chunk.length
      }
    })()
    return next({ ...request, body })
  }
}
