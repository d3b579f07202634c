import type { Middleware, RegistryRequest } from './exchange.ts'

/** Requests that wait at the registry's door until the test lets them in. */
export interface Hold {
  /** Resolves when `count` requests have come to wait; those that gave up since are counted too. */
  arrived(count?: number): Promise<RegistryRequest>
  /** Lets in all that wait, and all that come later. */
  release(): void
}

export function createHold(): Hold & { readonly middleware: Middleware } {
  const opened = Promise.withResolvers<void>()
  const waiting: RegistryRequest[] = []
  const watchers: { count: number; resolve: (request: RegistryRequest) => void }[] = []
  const notify = () => {
    for (const { count, resolve } of watchers) {
      const request = waiting[count - 1]
      if (request !== undefined) resolve(request)
    }
  }
  return {
    async arrived(count = 1) {
      const { promise, resolve } = Promise.withResolvers<RegistryRequest>()
      watchers.push({ count, resolve })
      notify()
      return promise
    },
    release: opened.resolve,
    async middleware(request, next) {
      waiting.push(request)
      notify()
      await Promise.race([opened.promise, request.closed])
      return next()
    },
  }
}
