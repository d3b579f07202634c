import type { Middleware } from '../registry/exchange.ts'
import { withHeaders } from './requests.ts'

/** `Location` in another form than the path that the store's registry writes. */
export function locations(form: (path: string) => string): Middleware {
  return async (_request, next) => {
    const answer = await next()
    const { location } = answer.headers
    if (typeof location !== 'string' || !location.startsWith('/')) return answer
    return withHeaders(answer, { location: form(location) })
  }
}

export function absoluteLocations(host: string): Middleware {
  return locations((path) => `https://${host}${path}`)
}

/** Q39: the registry does not know that TLS ended in front of it. */
export function plainLocations(host: string): Middleware {
  return locations((path) => `http://${host}${path}`)
}
