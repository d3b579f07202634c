import { direction, type RegistryFamily } from './family.ts'

export const google: RegistryFamily = {
  name: 'Google Artifact Registry',
  hosts: /^(?:[a-z0-9-]+-docker\.pkg\.dev|(?:[a-z]+\.)?gcr\.io)$/,
  // Q15
  maxChunk: 0,
  advice: {
    login: (refusal) =>
      'Google Artifact Registry takes the user name `oauth2accesstoken` with an access token, or ' +
      '`_json_key` with a service account key; the account needs the role Artifact Registry ' +
      `${refusal.side === 'destination' ? 'Writer' : 'Reader'} to ${direction(refusal)} the ` +
      'repository. A repository that does not exist is refused in the same way.',
    missingDestination: ({ registry = '', repository = '' }) => {
      const location = /^([a-z0-9-]+)-docker\.pkg\.dev$/.exec(registry)?.[1]
      const [project, name] = repository.split('/')
      if (location === undefined || name === undefined) return undefined
      return (
        'Google Artifact Registry does not create a repository on push. Create it with `gcloud ' +
        `artifacts repositories create ${name} --repository-format=docker --location=${location} ` +
        `--project=${project ?? 'PROJECT'}\`.`
      )
    },
  },
}
