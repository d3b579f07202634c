/** The GitHub that a run is on. */
export interface GitHubPlace {
  /** `https://github.com` */
  readonly serverUrl: string
  /** `https://api.github.com` */
  readonly apiUrl: string
  /** For its API; undefined where there is none. */
  readonly token: string | undefined
}

/** Who vouches for workflows: GitHub's own service, or that of a tenant of ghe.com. */
export function actionsIssuer({ serverUrl }: GitHubPlace): string {
  const { hostname } = new URL(serverUrl)
  const tenant = /^([a-z0-9-]+)\.ghe\.com$/.exec(hostname)?.[1]
  if (tenant !== undefined) return `https://token.actions.${tenant}.ghe.com`
  return hostname === 'github.com'
    ? 'https://token.actions.githubusercontent.com'
    : `${new URL(serverUrl).origin}/_services/token`
}

/** The file of the trust repository that is for this GitHub. */
export function trustedRootTarget({ serverUrl }: GitHubPlace): string {
  const tenant = /^([a-z0-9-]+)\.ghe\.com$/.exec(new URL(serverUrl).hostname)?.[1]
  return tenant === undefined ? 'trusted_root.json' : `${tenant}.trusted_root.json`
}
