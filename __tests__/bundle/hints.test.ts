import { describe, expect, test } from '@jest/globals'
import type { Middleware } from '../../testkit/registry/exchange.ts'
import { redirectTo, replyWith, setHeader } from '../../testkit/registry/faults.ts'
import type { RegistryOptions, TestRegistry } from '../../testkit/registry/registry.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { login, startCopy } from './copy.ts'
import { startRegistry } from './bundle.ts'

const [user, password] = ['alice', login.users.alice]
const bearer = { kind: 'bearer', users: login.users } as const
const blame = /[Cc]heck the credentials|expired/

interface Situation {
  readonly auth?: RegistryOptions['auth']
  /** Whether the step has a login for the registry. */
  readonly hasLogin?: boolean
  readonly plan?: (registry: TestRegistry) => unknown
  readonly advises: RegExp
  /** What the advice must not say. */
  readonly spares?: RegExp
}

/** Names the token service by another address. */
function withRealm(realm: string): Middleware {
  return async (_request, next) => {
    const answer = await next()
    if (answer.status !== 401) return answer
    const challenge = `Bearer realm="${realm}",service="test"`
    return { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge } }
  }
}

const situations: Readonly<Record<string, Situation>> = {
  'nobody is logged in, with Basic': {
    auth: login,
    advises:
      /No login is known for HOST; logins exist for other\.example\.com\. Give `SIDE-username`/,
    spares: blame,
  },
  'nobody is logged in, with a token service': {
    auth: bearer,
    advises:
      /No login is known for HOST; logins exist for other\.example\.com\. Give `SIDE-username`/,
    spares: blame,
  },
  'the token service is at a private address': {
    auth: bearer,
    hasLogin: true,
    plan: (registry) => registry.use(withRealm('http://169.254.169.254/token')),
    advises: /outer address.*`auth-host`/,
    spares: blame,
  },
  'the token service is another company': {
    auth: bearer,
    hasLogin: true,
    plan: (registry) => registry.use(withRealm('https://auth.elsewhere.example/token')),
    advises: /`auth-host`/,
    spares: blame,
  },
  'the token service leads to a sign-in page': {
    auth: bearer,
    hasLogin: true,
    plan: (registry) =>
      registry.fault({ path: '/token' }, redirectTo('https://sso.example.com/', 302)),
    advises: /Nobody has judged the login/,
    spares: blame,
  },
  'a gateway refuses without asking': {
    hasLogin: true,
    plan: (registry) => registry.fault({ path: '/v2/' }, replyWith(403)),
    advises: /did not ask for a login/,
    spares: blame,
  },
  'the password is wrong': {
    auth: { kind: 'basic', users: { alice: 'another word' } },
    hasLogin: true,
    advises: /Check the credentials: `SIDE-username`/,
    spares: /No login is known/,
  },
}

describe.each(['source', 'destination'] as const)('at the %s, the advice fits where', (side) => {
  test.each(Object.keys(situations))('%s', async (name) => {
    const { auth, hasLogin, plan, advises, spares = /$^/ } = situations[name] ?? { advises: /$^/ }
    const copy = await startCopy({ [side]: auth === undefined ? {} : { auth } })
    const registry = copy[side]
    plan?.(registry)
    const other = { registry: 'other.example.com', username: user, password }
    const result = await runAction({
      inputs: {
        images: copy.images,
        retries: '0',
        'registry-auth': JSON.stringify([
          other,
          ...(hasLogin === true ? [{ ...other, registry: registry.host }] : []),
        ]),
      },
    })
    const hint = result.log.find((line) => line.startsWith('hint: ')) ?? ''
    const expected = advises.source.replaceAll('HOST', registry.host).replaceAll('SIDE', side)
    expect(hint).toMatch(new RegExp(expected))
    expect(hint).not.toMatch(spares)
  })
})

test('the advice is about the other host where a registry leads to one that wants a login', async () => {
  const { source, run } = await startCopy()
  const behind = await startRegistry({ store: source.store, auth: login })
  source.fault(
    { path: '/manifests/' },
    redirectTo(({ path }) => behind.url + path),
  )
  const { log, errors } = await run({ 'source-username': user, 'source-password': password })
  expect(errors[0]).toContain(behind.host)
  expect(log.join('\n')).toMatch(/hint: The host that this registry redirects to wants a login/)
})

test('the advice is about the outer address where an upload is led to a host that is not there', async () => {
  const { destination, run } = await startCopy()
  const headers = { location: 'http://registry.invalid:5000/v2/x/blobs/uploads/1' }
  destination.fault({ method: 'POST' }, replyWith(202, { headers }))
  const { log, errors } = await run({ retries: '0' })
  expect(errors[0]).toContain('registry.invalid:5000')
  expect(log.join('\n')).toMatch(/hint: A registry that does not know its own outer address/)
})

test.each([
  [404, /hosted repositories/],
  [405, /proxy of another registry/],
])(
  'the advice for a push to a proxy repository of Nexus (%i) is not to create it',
  async (status, advises) => {
    const { destination, run } = await startCopy()
    destination.use(setHeader('server', 'Nexus/3.70.1-02 (OSS)'))
    destination.fault({ method: 'POST' }, replyWith(status))
    const { log } = await run({ retries: '0' })
    const hint = log.find((line) => line.startsWith('hint: '))
    expect(hint).toMatch(advises)
    expect(hint).not.toMatch(/created before the first push/)
  },
)
