import type { Middleware, Reply } from '../registry/exchange.ts'
import type { Store } from '../registry/storage.ts'
import { at, refusedLogin } from './requests.ts'

/** Tags that cannot be pushed to again, not even with what they name already. */
export class ImmutableTags {
  readonly #store: Store
  readonly #refuse: (repository: string, tag: string) => Reply
  readonly #frozen = new Set<string>()

  constructor(store: Store, refuse: (repository: string, tag: string) => Reply) {
    this.#store = store
    this.#refuse = refuse
  }

  /** Takes in the tags that exist now. */
  freeze() {
    for (const { name, tags } of this.#store.repositories.values()) {
      for (const tag of tags.keys()) this.#frozen.add(`${name}:${tag}`)
    }
  }

  get behaviour(): Middleware {
    return at('manifest', ['PUT'], async (request, next, { name, reference }) => {
      if (!this.#frozen.has(`${name}:${reference}`)) return next()
      return (await refusedLogin(request, next)) ?? this.#refuse(name, reference)
    })
  }
}
