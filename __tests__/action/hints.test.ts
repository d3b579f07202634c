import { describe, expect, test } from '@jest/globals'
import type { RunContext } from '../../src/action/context.ts'
import { type Failure, hintFor } from '../../src/action/hints.ts'
import { unsentText } from '../../src/registry/credentials/login.ts'

const push: RunContext = {
  eventName: 'push',
  actor: 'octocat',
  repository: 'acme/app',
  isFork: false,
  isDependabot: false,
}
const fork: RunContext = { ...push, eventName: 'pull_request', isFork: true }
const dependabot: RunContext = { ...push, actor: 'dependabot[bot]', isDependabot: true }

const ecr = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'

function hint(failure: Failure, context = push): string {
  return hintFor(failure, context) ?? ''
}

describe('a hint', () => {
  test('for a fork says that its secrets are empty', () => {
    for (const code of ['AUTHENTICATION', 'DENIED']) {
      expect(hint({ code, registry: 'ghcr.io', side: 'destination' }, fork)).toMatch(
        /comes from a fork: GitHub leaves its secrets empty/,
      )
    }
  })

  test('does not blame the fork where the event brings secrets, or where nothing was refused', () => {
    const target = { ...fork, eventName: 'pull_request_target' }
    expect(hint({ code: 'DENIED', registry: 'r.example' }, target)).not.toMatch(/fork/)
    expect(hint({ code: 'TIMEOUT', registry: 'r.example' }, fork)).not.toMatch(/fork/)
  })

  test('for Dependabot names its own secrets', () => {
    expect(hint({ code: 'AUTHENTICATION', registry: 'docker.io' }, dependabot)).toMatch(
      /stored as Dependabot secrets/,
    )
  })

  test('for attestations of GitHub names their permission, or says when its requests are used up', () => {
    const failure = { operation: 'get attestations', registry: 'api.github.com' }
    for (const code of ['AUTHENTICATION', 'DENIED']) {
      expect(hint({ ...failure, code })).toContain('`permissions: attestations: read`')
    }
    expect(hint({ ...failure, code: 'RATE_LIMITED' })).toContain('another `github-token`')
  })

  test('for trust roots names their hosts, and the way without them', () => {
    const failure = { operation: 'get trusted root', registry: 'tuf-repo-cdn.sigstore.dev' }
    for (const code of ['NETWORK', 'REGISTRY', 'TIMEOUT']) {
      expect(hint({ ...failure, code })).toMatch(/`tuf-repo\.github\.com`; `trusted-root`/)
    }
  })

  test('for ghcr.io names the permission and the access of the package', () => {
    const denied = hint({ code: 'DENIED', registry: 'ghcr.io', side: 'destination', status: 403 })
    expect(denied).toContain('`permissions: packages: write`')
    expect(denied).toContain('Manage Actions access')
    expect(denied).toContain('the repository acme/app the write role')
    const source = hint({ code: 'AUTHENTICATION', registry: 'ghcr.io', side: 'source' })
    expect(source).toContain('`permissions: packages: read`')
    expect(source).not.toContain('write')
  })

  test('for a missing source on ghcr.io mentions private packages', () => {
    const missing = hint({ code: 'NOT_FOUND', registry: 'ghcr.io', side: 'source' })
    expect(missing).toMatch(/private package may look as if it did not exist/)
  })

  test('for ghcr.io tells a package that may not be created from one that may not be written', () => {
    const registryMessage = 'installation not allowed to Create organization package'
    const failure = { code: 'DENIED', registry: 'ghcr.io', side: 'destination' } as const
    const denied = hint({ ...failure, status: 403, registryMessage })
    expect(denied).toContain('may not create a package')
    expect(denied).not.toContain('Manage Actions access')
  })

  test('for ghcr.io works without knowing the repository', () => {
    const failure = { code: 'DENIED', registry: 'ghcr.io', side: 'destination' } as const
    expect(hint(failure, { ...push, repository: '' })).toContain(
      'give this repository the write role',
    )
  })

  test('for Docker Hub asks for a token and for the name', () => {
    const denied = hint({
      code: 'AUTHENTICATION',
      registry: 'docker.io',
      side: 'destination',
      status: 401,
    })
    expect(denied).toMatch(/repository that does not exist/)
    expect(denied).toMatch(
      /`destination-username` with `destination-password` needs an access token that may write/,
    )
    expect(hint({ code: 'DENIED', registry: 'docker.io', side: 'source' })).toMatch(
      /`source-username`.*may read/,
    )
  })

  test('for a missing repository of Amazon ECR is the command that creates it', () => {
    const failure = {
      code: 'NOT_FOUND',
      registry: ecr,
      side: 'destination',
      repository: 'team/app',
    } as const
    expect(hint({ ...failure, registryCode: 'NAME_UNKNOWN', status: 404 })).toContain(
      '`aws ecr create-repository --region eu-west-1 --repository-name team/app`',
    )
    expect(hint({ ...failure, side: 'source' })).not.toContain('create-repository')
  })

  test.each([
    ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', 'us-east-1'],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['123456789012.dkr-ecr.eu-west-1.on.aws', 'eu-west-1'],
  ])('knows the region of %s', (registry, region) => {
    const failure = { code: 'NOT_FOUND', registry, side: 'destination', repository: 'a' } as const
    expect(hint(failure)).toContain(`--region ${region} `)
  })

  test('does not take another host for Amazon ECR', () => {
    const registry = `${ecr}.evil.example`
    expect(hint({ code: 'NOT_FOUND', registry, side: 'destination' })).not.toContain('aws ecr')
  })

  test('for ECR Public leaves the alias of the account out of the name', () => {
    const failure = { code: 'NOT_FOUND', registry: 'public.ecr.aws', side: 'destination' } as const
    expect(hint({ ...failure, repository: 'acme/team/app' })).toContain(
      '`aws ecr-public create-repository --region us-east-1 --repository-name team/app`',
    )
  })

  test('for a refusal of Amazon ECR says what its password is', () => {
    const refused = hint({ code: 'AUTHENTICATION', registry: ecr, side: 'source' })
    expect(refused).toContain('`aws ecr get-login-password`')
    expect(refused).toContain('pull from')
  })

  test('for an immutable tag offers another tag or to skip', () => {
    const failure = { code: 'EXISTS', registry: ecr, side: 'destination' } as const
    expect(hint({ ...failure, status: 400 })).toMatch(/immutable.*`on-existing: skip`/)
    // Without a status it was not the registry that refused.
    expect(hint(failure)).not.toMatch(/immutable/)
  })

  test('for a tag of signatures does not speak of images', () => {
    const reference = `sha256-${'a'.repeat(64)}.sig`
    const failure = { code: 'EXISTS', registry: ecr, side: 'destination', reference } as const
    const hints = [hint(failure), hint({ ...failure, status: 400 })]
    expect(hints[0]).toMatch(/Delete the tag.*without `cosign-tags`/)
    expect(hints[1]).toMatch(/`sha256-`.*immutable.*`referrers: none`/)
    for (const one of hints) expect(one).not.toContain('on-existing')
  })

  test('for a tag that rights protect names the right', () => {
    const failure = { code: 'EXISTS', side: 'destination', status: 403 } as const
    const registryMessage = "Not enough permissions to delete/overwrite artifact 'app/1.0'"
    expect(hint({ ...failure, family: 'Artifactory', registryMessage })).toContain(
      'the permission Delete/Overwrite',
    )
    const family = 'GitLab Container Registry'
    expect(hint({ ...failure, family, registryMessage: 'protected tag' })).toContain('its rules')
  })

  test('is not read out of the name of a repository', () => {
    const failure = { code: 'DENIED', side: 'destination', family: 'Harbor' } as const
    const full = 'adding 1 MiB of storage resource, which when updated will exceed the limit'
    expect(hint({ ...failure, registryMessage: full })).toContain('raise its quota')
    const denied = 'unauthorized to access repository: acme/quota-service'
    expect(hint({ ...failure, registryMessage: denied })).toContain('robot account')
  })

  test('does not blame the repository where it is the upload that is missing', () => {
    for (const registryCode of ['BLOB_UPLOAD_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN']) {
      for (const registry of [ecr, 'registry.example.com']) {
        const failure = { code: 'NOT_FOUND', side: 'destination', registry, registryCode } as const
        expect(hintFor(failure, push)).toBeUndefined()
      }
    }
  })

  test('for a registry that takes no writes says so (Q26, Q41)', () => {
    const failure = { registry: 'registry.example.com', status: 405 } as const
    for (const code of ['UPLOAD', 'REGISTRY']) {
      expect(hint({ ...failure, code, side: 'destination' })).toMatch(/read-only.*proxy/)
      expect(hintFor({ ...failure, code, side: 'source' }, push)).toBeUndefined()
    }
  })

  describe('for a refusal that no login would change', () => {
    const denied = { code: 'DENIED', status: 403, login: 'user octo from registry-auth' } as const

    test.each([
      ['quay.io', 'Quota has been exceeded on namespace'],
      ['registry.example.com', 'adding 1 MiB would exceed the configured storage limit'],
      ['registry.example.com', 'Insufficient Storage'],
      ['registry.example.com', 'unknown error (mkdir /docker: no space left on device)'],
    ])('says at %s that there is no room: %s', (registry, registryMessage) => {
      const failure = { ...denied, registry, registryMessage, side: 'destination' } as const
      expect(hint(failure)).toMatch(/no room for this: raise the quota/)
      expect(hint({ ...failure, code: 'UPLOAD' })).toMatch(/no room for this/)
      expect(hint({ ...failure, side: 'source' })).not.toMatch(/no room/)
    })

    test.each([
      ['acme.azurecr.io', "client with IP '20.1.2.3' is not allowed access."],
      ['ghcr.io', 'the organization has an IP allow list enabled'],
      ['ghcr.io', 'your IP address 20.1.2.3 is not permitted to access this resource'],
    ])('says at %s that it is the address of the runner: %s', (registry, registryMessage) => {
      for (const side of ['source', 'destination'] as const) {
        const failure = { ...denied, registry, registryMessage, side }
        expect(hint(failure)).toMatch(/only some network addresses/)
        expect(hint({ ...failure, login: 'anonymous' })).toMatch(/only some network addresses/)
      }
    })

    test.each([
      'not downloaded due to the download blocking policy configured in Xray',
      'the image has 3 vulnerabilities',
      'the artifact is in quarantine',
    ])('says that it is a policy: %s', (registryMessage) => {
      const failure = { ...denied, registry: 'registry.example.com', registryMessage } as const
      expect(hint({ ...failure, side: 'source' })).toMatch(/A policy of the registry/)
    })

    test('is not read out of the name of a repository or of what may be done', () => {
      const failure = { ...denied, registry: 'registry.example.com', side: 'source' } as const
      const registryMessage = 'no access to acme/vulnerability-db'
      const repository = 'acme/vulnerability-db'
      expect(hint({ ...failure, repository, registryMessage })).toMatch(/no right to pull/)
      const iam = 'no identity-based policy allows the ecr:BatchGetImage action'
      expect(hint({ ...failure, registry: ecr, registryMessage: iam })).toMatch(/`AWS`/)
    })

    test('does not take a limit of requests for one of room', () => {
      const failure = { code: 'RATE_LIMITED', side: 'destination', status: 429 } as const
      const registryMessage = 'Quota exceeded for requests'
      expect(hint({ ...failure, registry: 'r.example', registryMessage })).toMatch(/fewer requests/)
    })
  })

  test('for an upload does not blame its size where the registry fails, or answers nonsense', () => {
    const failure = { code: 'UPLOAD', side: 'destination', registry: 'r.example.com' } as const
    for (const status of [413, 400, 507]) expect(hint({ ...failure, status })).toMatch(/quotas/)
    for (const status of [204, 500, 502]) {
      expect(hintFor({ ...failure, status }, push)).toBeUndefined()
    }
    expect(hintFor({ ...failure, status: 400, operation: 'start upload' }, push)).toBeUndefined()
  })

  test('for what is missing at a source does not miss credentials that were sent', () => {
    const failure = { code: 'NOT_FOUND', side: 'source', registry: 'r.example.com' } as const
    expect(hint({ ...failure, login: 'user octo from registry-auth' })).toMatch(
      /that the account in use may not read\.$/,
    )
    expect(hint({ ...failure, login: 'anonymous' })).toMatch(
      /when credentials are missing\. No login/,
    )
  })

  test('for a rate limit depends on whose it is', () => {
    expect(
      hint({ code: 'RATE_LIMITED', registry: 'docker.io', side: 'source', status: 429 }),
    ).toMatch(/per network address.*`source-username` with `source-password` raises the limit/)
    expect(hint({ code: 'RATE_LIMITED', registry: 'quay.io' })).toContain('lower `concurrency`')
  })

  test.each([
    ['AUTHENTICATION', 'source', /`source-username` with `source-password` or `registry-auth`/],
    ['AUTHENTICATION', undefined, /Check the credentials/],
    ['DENIED', 'destination', /no right to push to this repository/],
    ['DENIED', 'source', /no right to pull from this repository/],
    ['NOT_FOUND', 'source', /spelling of repository and tag/],
    ['NOT_FOUND', 'destination', /created before the first push/],
    ['EXISTS', 'destination', /`on-existing`/],
    ['TIMEOUT', 'source', /raise `timeout`/],
    ['TLS', 'source', /NODE_EXTRA_CA_CERTS.*NODE_USE_SYSTEM_CA.*`insecure-registries`/],
    ['NETWORK', 'source', /https_proxy and no_proxy/],
    ['VERIFICATION', 'destination', /pushed the same tag at the same time/],
    ['PLATFORM', 'source', /`platforms: all`/],
    ['INVALID_MANIFEST', 'source', /Build the image again/],
    ['UPLOAD', 'destination', /limit the size of a request/],
    ['DIGEST_MISMATCH', 'source', /damaged/],
    ['SIZE_MISMATCH', 'source', /damaged/],
  ] as const)('for %s at any registry (%s) says what to try', (code, side, words) => {
    expect(hint({ code, side, registry: 'registry.example.com' })).toMatch(words)
  })

  test('for a list of referrers without end says nothing of building', () => {
    const failure = {
      code: 'INVALID_MANIFEST',
      operation: 'list referrers',
      side: 'source',
    } as const
    expect(hint({ ...failure, registry: 'registry.example.com' })).toBe('')
  })

  describe('for who is not logged in', () => {
    const anonymous = { login: 'anonymous', registry: 'r.example.com' } as const
    const logins = [
      { registry: 'r.example.com', sides: ['destination'] },
      { registry: 'ghcr.io', prefix: 'acme' },
      { registry: 'quay.io' },
      { registry: 'quay.io' },
    ] as const

    test.each([
      ['AUTHENTICATION', 'source', 401],
      ['AUTHENTICATION', 'destination', 401],
      ['DENIED', 'source', 403],
      ['DENIED', 'destination', 403],
    ] as const)('says so, and where logins are: %s at the %s', (code, side, status) => {
      const words = hint({ ...anonymous, code, side, status }, { ...push, logins })
      expect(words).toContain(
        'No login is known for r.example.com; logins exist for r.example.com (as destination), ' +
          'ghcr.io/acme, quay.io.',
      )
      expect(words).toContain(`\`${side}-username\``)
      expect(words).not.toMatch(/Check the credentials|expired|account in use/)
    })

    test('says which inputs take one where there is none at all', () => {
      const words = hint({ ...anonymous, code: 'AUTHENTICATION', side: 'source', status: 401 })
      expect(words).toMatch(/^No login is known for r\.example\.com\. Give `source-username`/)
    })

    test('names five others at most', () => {
      const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ registry: `${name}.example` }))
      const failure = { ...anonymous, code: 'AUTHENTICATION', status: 401 }
      expect(hint(failure, { ...push, logins: many })).toContain('e.example, ….')
    })

    test('has what the registry takes, too', () => {
      const failure = { code: 'AUTHENTICATION', registry: 'docker.io', status: 401 } as const
      const words = hint({ ...failure, login: 'anonymous', side: 'destination' })
      expect(words).toMatch(/^No login is known for docker\.io\. .*`destination-username`/)
    })

    test('mentions it of a source that is not found', () => {
      const missing = { ...anonymous, code: 'NOT_FOUND', side: 'source', status: 404 } as const
      expect(hint(missing)).toMatch(/spelling.*No login is known for r\.example\.com\./)
      expect(hint({ ...missing, login: 'user robot from registry-auth' })).not.toContain('No login')
    })

    test('is not said where the registry has words of its own', () => {
      const registryMessage = 'adding 1 MiB, which will exceed the limit'
      const failure = { ...anonymous, code: 'DENIED', family: 'Harbor', registryMessage } as const
      expect(hint(failure)).toMatch(/^The Harbor project is full/)
    })
  })

  test('does not speak of passwords where the address of a token service is at fault', () => {
    const failure = { code: 'AUTHENTICATION', operation: 'log in', side: 'source' } as const
    for (const context of [push, fork, dependabot]) {
      const words = hint({ ...failure, registry: 'r.example.com' }, context)
      expect(words).toMatch(/outer address.*`auth-host`/)
      expect(words).not.toMatch(/credentials|password|expired|fork|Dependabot/)
    }
  })

  test('does not speak of passwords where a token service leads elsewhere', () => {
    const failure = { code: 'AUTHENTICATION', operation: 'log in', side: 'source' } as const
    const led = { ...failure, registry: 'r.example.com', status: 302 }
    expect(hint(led)).toMatch(/redirects are not followed/)
    expect(hint({ ...led, status: 200 })).toMatch(/Nobody has judged the login/)
    expect(hint({ ...led, status: 401 })).toMatch(/Check the credentials/)
  })

  test('for another registry behind a redirect speaks of that, and not of the login', () => {
    for (const code of ['AUTHENTICATION', 'DENIED']) {
      const words = hint({ code, login: 'anybody', side: 'source', status: 401, registry: ecr })
      expect(words).toMatch(/redirects to wants a login of its own/)
    }
  })

  test('does not speak of passwords where nobody has asked for one', () => {
    const login = unsentText({
      credentials: { username: 'robot', password: 'secret-word' },
      origin: 'registry-auth',
    })
    for (const code of ['AUTHENTICATION', 'DENIED']) {
      const words = hint({ code, login, status: 403, registry: 'r.example.com' })
      expect(words).toMatch(/did not ask for a login/)
      expect(words).not.toMatch(/credentials|expired/)
    }
  })

  test('for a host that only the registry has named speaks of the outer address', () => {
    const failure = { code: 'NETWORK', registry: 'r.example.com', side: 'destination' } as const
    expect(hint({ ...failure, elsewhere: 'registry:5000' })).toMatch(/outer address.*`http\.host`/)
    expect(hint(failure)).toMatch(/Check the name of the host/)
  })

  test('for a redirect that nobody should follow speaks of the outer address', () => {
    expect(hint({ code: 'REDIRECT', registry: 'r.example.com' })).toMatch(
      /outer address.*`registry-tls`/,
    )
  })

  test('for a push to a proxy or a group of Nexus does not speak of creating it', () => {
    const failure = { code: 'NOT_FOUND', side: 'destination', status: 404 } as const
    const words = hint({ ...failure, registry: 'r.example.com', family: 'Nexus Repository' })
    expect(words).toMatch(/hosted repositories/)
    expect(words).not.toContain('created')
  })

  test('is not made up where there is nothing useful to say', () => {
    expect(hintFor({ code: 'CANCELLED' }, push)).toBeUndefined()
    expect(hintFor({ code: 'REGISTRY', registry: 'ghcr.io' }, push)).toBeUndefined()
  })
})
