import publicGoodRoot from './roots/public-good-root.json' with { type: 'json' }
import githubRoot from './roots/github-root.json' with { type: 'json' }
import { type GitHubPlace, trustedRootTarget } from './github-place.ts'
import type { Rule } from './rule.ts'
import { TrustRoots } from './trust-root.ts'
import type { Verification } from './verify-image.ts'
import type { Web } from './web.ts'

export { readRules } from './read-rules.ts'
export { verifyImage } from './verify-image.ts'

/** What verification needs of a run. */
export interface TrustOptions {
  readonly rules: readonly Rule[]
  readonly web: Web
  readonly github: GitHubPlace
  /** Below which metadata of trust roots is kept. */
  readonly directory: string
}

/** Everything that images of a run are verified with. Nothing is fetched before a rule needs it. */
export function startVerification(options: TrustOptions): Verification {
  const { rules, web, github, directory } = options
  const repositories = {
    publicGood: {
      url: 'https://tuf-repo-cdn.sigstore.dev',
      root: JSON.stringify(publicGoodRoot),
    },
    github: { url: 'https://tuf-repo.github.com', root: JSON.stringify(githubRoot) },
    githubTarget: trustedRootTarget(github),
  }
  return { rules, web, github, roots: new TrustRoots(repositories, directory, web) }
}
