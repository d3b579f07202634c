import { credentialInputs, FEW_AT_ONCE, type RegistryFamily } from './family.ts'

export const dockerHub: RegistryFamily = {
  name: 'Docker Hub',
  hosts: /^docker\.io$/,
  // docker.io itself is a web site.
  apiHost: 'registry-1.docker.io',
  tokenHosts: ['auth.docker.io'],
  countsPulls: true,
  page: (repository) =>
    repository.startsWith('library/')
      ? `https://hub.docker.com/_/${repository.slice('library/'.length)}`
      : `https://hub.docker.com/r/${repository}`,
  // Q29: the quota lifts after hours; the other 429, against bursts, is plain text.
  exhausted: /TOOMANYREQUESTS|reached your (?:unauthenticated )?pull rate limit/i,
  // Q29: pulls are counted by account or address, and so are bursts.
  limits: { refusesAll: true, atOnce: FEW_AT_ONCE },
  advice: {
    login: (refusal) =>
      'Docker Hub refuses a repository that does not exist in the same way as one that it keeps ' +
      `private: check the name first. ${credentialInputs(refusal)} needs an access token that may ` +
      `${refusal.side === 'destination' ? 'write' : 'read'}.`,
    limit: (refusal) =>
      'Docker Hub limits pulls per account, and anonymous pulls per network address, which hosted ' +
      `runners share. ${credentialInputs(refusal)} raises the limit.`,
  },
}
