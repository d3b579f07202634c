import { runAction, type ActionOptions } from '../../testkit/runner/action-runner.ts'
import type { BuiltImage } from '../../testkit/image/image.ts'
import { pullAndVerify, type PulledImage } from '../../testkit/image/pull.ts'
import { pushOverHttp } from '../../testkit/image/push.ts'
import { errorsOf, outputsOf, type Outputs } from '../bundle/bundle.ts'
import {
  startRealRegistry,
  type Account,
  type RealRegistry,
  type RegistryKind,
} from './real-registry.ts'

export type Side = 'source' | 'destination'

export interface Step extends Outputs {
  readonly errors: readonly string[]
  /** The list that undoes it. */
  readonly rollback: string
}

/** Two registries that are not ours, and what tests do with them. */
export class RealPair {
  readonly source: RealRegistry
  readonly destination: RealRegistry
  readonly #started: AsyncDisposableStack

  static async start(source: RegistryKind, destination: RegistryKind): Promise<RealPair> {
    await using started = new AsyncDisposableStack()
    const start = async (kind: RegistryKind) =>
      started.adopt(await startRealRegistry(kind), async (one) => one.close())
    return new RealPair(await start(source), await start(destination), started.move())
  }

  private constructor(
    source: RealRegistry,
    destination: RealRegistry,
    started: AsyncDisposableStack,
  ) {
    this.source = source
    this.destination = destination
    this.#started = started
  }

  async close() {
    await this.#started.disposeAsync()
  }

  /** Puts an image into the source, with none of the client's code. */
  async push(repository: string, tag: string, image: BuiltImage) {
    const { url } = this.source
    const authorization = await this.source.authorization(repository)
    await pushOverHttp(url, repository, tag, image, authorization)
  }

  /** Reads an image and all that is below it, and checks every byte. */
  async pull(side: Side, repository: string, name: string): Promise<PulledImage> {
    const { url, authorization } = this[side]
    return pullAndVerify(url, repository, name, await authorization(repository))
  }

  /** The reference of a repository and tag, as the outputs name it. */
  reference(side: Side, name: string): string {
    return `${this[side].host}/${name}`
  }

  /**
   * Runs the action over a list in which `SOURCE` and `DESTINATION` stand for the two hosts, whatever
   * comes of it.
   */
  async step(list: string, options: ActionOptions & { wrong?: Side } = {}): Promise<Step> {
    const { wrong, inputs, ...rest } = options
    const images = list
      .replaceAll('SOURCE', this.source.host)
      .replaceAll('DESTINATION', this.destination.host)
    const result = await runAction({
      ...rest,
      inputs: { images, ...this.#credentials(wrong), ...inputs },
    })
    const rollback = result.outputs['rollback'] ?? ''
    return { ...outputsOf(result), errors: errorsOf(result), rollback }
  }

  /** Runs the action over a list in which all has to go well. */
  async sync(list: string, inputs: Readonly<Record<string, string>> = {}): Promise<Outputs> {
    const { errors, ...outputs } = await this.step(list, { inputs })
    if (errors.length > 0) throw new Error(`the step failed: ${errors.join('; ')}`)
    return outputs
  }

  #credentials(wrong: Side | undefined): Readonly<Record<string, string>> {
    const login = (side: Side) => {
      const { host, account } = this[side]
      return account === undefined ? [] : [entry(host, account, side === wrong)]
    }
    const logins = [...login('source'), ...login('destination')]
    return logins.length === 0 ? {} : { 'registry-auth': JSON.stringify(logins) }
  }
}

function entry(registry: string, { name, password }: Account, isWrong: boolean) {
  return { registry, username: name, password: isWrong ? `not-${password}` : password }
}
