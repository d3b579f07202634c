import type { AnswerHeaders, RegistryFamily } from './family.ts'

// Registries that run under any name: they are told by what they answer.

export const harbor: RegistryFamily = {
  name: 'Harbor',
  answers: (headers) =>
    challenges(headers).includes('service="harbor-registry"') ||
    setsCookie(headers, '_gorilla_csrf'),
  advice: {
    login:
      'Harbor takes a user, or a robot account such as `robot$project+name` with its secret, that ' +
      'may push or pull in this project. A project that does not exist is refused in the same way, ' +
      'and so is a push to a proxy cache.',
    missingDestination: 'Harbor creates repositories on push, but not projects: create that first.',
    refusals: [
      {
        // Q25
        words: /PROJECTPOLICYVIOLATION/i,
        advice:
          'A policy of the Harbor project holds this image back: look at its vulnerabilities or its ' +
          'signature there.',
      },
      {
        words: /will exceed|quota exceeded/i,
        advice: 'The Harbor project is full: raise its quota or clean up.',
      },
    ],
  },
}

export const gitlab: RegistryFamily = {
  name: 'GitLab Container Registry',
  hosts: /^registry\.gitlab\.com$/,
  tokenHosts: ['gitlab.com'],
  answers: (headers) => /\/jwt\/auth"/.test(challenges(headers)),
  frozenTag: /protected tag/i,
  advice: {
    login:
      'GitLab takes a user with a personal access token, a deploy token, or `gitlab-ci-token` with ' +
      'a job token; it needs the scope `read_registry` to pull and `write_registry` to push. A ' +
      'project that does not exist is refused in the same way.',
    refusals: [
      {
        words: /protected tag/i,
        advice: 'The GitLab project protects this tag: its rules name the roles that may push it.',
      },
    ],
  },
}

const NO_OVERWRITING = /not (?:enough|have) .*permissions?.*(?:delete|overwrite)/i

export const artifactory: RegistryFamily = {
  name: 'Artifactory',
  hosts: /^[a-z0-9-]+\.jfrog\.io$/,
  answers: (headers) =>
    headers['x-jfrog-version'] !== undefined || headers['x-artifactory-id'] !== undefined,
  frozenTag: NO_OVERWRITING,
  advice: {
    login:
      'Artifactory takes a user with a password, an API key or an access token. It says the same ' +
      'of a repository or tag that does not exist as of one that is not open to the account.',
    refusals: [
      {
        words: NO_OVERWRITING,
        advice:
          'To move a tag, Artifactory wants the permission Delete/Overwrite for the account. Without ' +
          'it, use another tag, or set `on-existing: skip`.',
      },
    ],
  },
}

export const nexus: RegistryFamily = {
  name: 'Nexus Repository',
  answers: (headers) =>
    String(headers['server'] ?? '').startsWith('Nexus/') ||
    /sonatype nexus/i.test(challenges(headers)),
  frozenTag: /does not allow updating|cannot be updated|redeploy/i,
  advice: {
    login:
      'Nexus takes a local user. Anonymous pulls need the Docker Bearer Token Realm to be active, ' +
      'and pushes a hosted repository.',
    missingDestination:
      'Nexus takes pushes at hosted repositories alone, each of which has a port, a host name or a ' +
      'path of its own; a proxy or a group answers as if nothing was there.',
  },
}

export const gitea: RegistryFamily = {
  name: 'Gitea or Forgejo',
  answers: (headers) =>
    headers['x-gitea-version'] !== undefined || setsCookie(headers, 'i_like_gitea'),
  advice: {
    login:
      'Gitea and Forgejo take a user with a password or an access token that may read or write ' +
      'packages; the first part of the repository is the owner of the package.',
  },
}

function challenges(headers: AnswerHeaders): string {
  return [headers['www-authenticate'] ?? []].flat().join(', ')
}

function setsCookie(headers: AnswerHeaders, name: string): boolean {
  return [headers['set-cookie'] ?? []].flat().some((cookie) => cookie.startsWith(`${name}=`))
}
