import { runAction } from '../../testkit/runner/action-runner.ts'
import {
  htpasswdUser,
  startDistribution,
  type Distribution,
  type DistributionOptions,
} from '../../testkit/servers/distribution.ts'
import type { BuiltImage } from '../../testkit/image/image.ts'
import { pullAndVerify, type PulledImage } from '../../testkit/image/pull.ts'
import { pushOverHttp } from '../../testkit/image/push.ts'
import { TokenServer } from '../../testkit/servers/token-server.ts'
import { errorsOf, outputsOf, type Outputs } from '../bundle/bundle.ts'

export type Login = 'no login' | 'a password file' | 'a token server'

const tokenUser = { name: 'alice', password: 'open-sesame' }

export interface Account {
  readonly name: string
  readonly password: string
}

interface Parts {
  readonly both: readonly [Distribution, Distribution]
  readonly account?: Account
  readonly tokens?: TokenServer
}

/** Two real registries with the same way to get in, and what tests do with them. */
export class RealRegistries {
  readonly source: Distribution
  readonly destination: Distribution
  /** Undefined where everybody may do everything. */
  readonly account: Account | undefined
  readonly #tokens: TokenServer | undefined
  readonly #started: AsyncDisposableStack

  static async start(login: Login): Promise<RealRegistries> {
    await using started = new AsyncDisposableStack()
    const start = async (options: DistributionOptions) =>
      started.adopt(await startDistribution(options), async (one) => one.close())
    const startBoth = async (options: DistributionOptions) =>
      [await start(options), await start(options)] as const
    const parts = async (): Promise<Parts> => {
      if (login === 'no login') return { both: await startBoth({}) }
      if (login === 'a password file') {
        return { both: await startBoth({ auth: 'htpasswd' }), account: htpasswdUser }
      }
      const users = { [tokenUser.name]: tokenUser.password }
      const tokens = started.adopt(await TokenServer.start({ users }), async (one) => one.close())
      return {
        both: await startBoth({ auth: { token: tokens.trust } }),
        account: tokenUser,
        tokens,
      }
    }
    return new RealRegistries(await parts(), started.move())
  }

  private constructor({ both, account, tokens }: Parts, started: AsyncDisposableStack) {
    ;[this.source, this.destination] = both
    this.account = account
    this.#tokens = tokens
    this.#started = started
  }

  async close() {
    await this.#started.disposeAsync()
  }

  /** Puts an image into the source, with none of the client's code. */
  async push(repository: string, tag: string, image: BuiltImage) {
    const authorization = await this.#authorization(repository)
    await pushOverHttp(this.source.url, repository, tag, image, authorization)
  }

  /** Reads an image and all that is below it, and checks every byte. */
  async pull({ url }: Distribution, repository: string, name: string): Promise<PulledImage> {
    return pullAndVerify(url, repository, name, await this.#authorization(repository))
  }

  /** Runs the action over a list in which `SOURCE` and `DESTINATION` stand for the two hosts. */
  async sync(list: string, inputs: Readonly<Record<string, string>> = {}): Promise<Outputs> {
    const { source, destination } = this
    const result = await runAction({
      inputs: {
        images: list.replaceAll('SOURCE', source.host).replaceAll('DESTINATION', destination.host),
        ...this.#credentials(),
        ...inputs,
      },
    })
    const errors = errorsOf(result)
    if (errors.length > 0) throw new Error(`the step failed: ${errors.join('; ')}`)
    return outputsOf(result)
  }

  #credentials(): Readonly<Record<string, string>> {
    const { account } = this
    if (account === undefined) return {}
    const logins = [this.source, this.destination].map(({ host }) => ({
      registry: host,
      username: account.name,
      password: account.password,
    }))
    return { 'registry-auth': JSON.stringify(logins) }
  }

  async #authorization(repository: string): Promise<string | undefined> {
    if (this.account === undefined) return undefined
    const { name, password } = this.account
    const basic = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
    if (this.#tokens === undefined) return basic
    const { realm, service } = this.#tokens.trust
    const query = new URLSearchParams({ service, scope: `repository:${repository}:pull,push` })
    const answer = await fetch(`${realm}?${query.toString()}`, {
      headers: { authorization: basic },
    })
    return `Bearer ${((await answer.json()) as { token: string }).token}`
  }
}
