import { direction, FEW_AT_ONCE, type Refusal, type RegistryFamily } from './family.ts'

/** The group is the region. */
const PRIVATE_HOST =
  /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.(?:aws|amazonwebservices\.com\.cn))$/

export const ecr: RegistryFamily = {
  name: 'Amazon ECR',
  hosts: PRIVATE_HOST,
  // Interface endpoints of a private network.
  storageHosts: /\.amazonaws\.com(?:\.cn)?$/,
  // Q01: from the second chunk on, bytes are lost.
  maxChunk: 0,
  // Q08: an old password is 403.
  expiredLogin: /authorization token has expired/i,
  // Q03
  frozenTag: /TagAlreadyExists/i,
  // Q09; "Amazon ECR service quotas": PutImage, and for each blob InitiateLayerUpload with
  // CompleteLayerUpload, 100 each. Those of reading are beyond reach.
  limits: { perSecond: { 'manifest-write': 10, write: 200 }, atOnce: FEW_AT_ONCE },
  advice: {
    login: (refusal) =>
      'Amazon ECR takes the user name `AWS` and the output of `aws ecr get-login-password`, which ' +
      'is valid for 12 hours and for one region; the role behind it needs the ECR permissions to ' +
      `${direction(refusal)} the repository.`,
    missingDestination: createPrivate,
    refusals: [
      {
        // Q05
        words: /Invalid JSON syntax/i,
        advice:
          'Amazon ECR does not take manifests without `mediaType`. Adding one would change the ' +
          'digest, so the image has to be built anew.',
      },
    ],
  },
}

export const ecrPublic: RegistryFamily = {
  name: 'Amazon ECR Public',
  hosts: /^public\.ecr\.aws$/,
  mounts: false,
  maxChunk: 0,
  // Q10: an old token is 400.
  expiredLogin: /authorization token is invalid/i,
  // Q10: counted by month.
  exhausted: /data limit exceeded/i,
  // "Amazon ECR Public service quotas": as for the private one, but ten uploads.
  limits: { perSecond: { 'manifest-write': 10, write: 20 }, atOnce: FEW_AT_ONCE },
  advice: {
    login:
      'Amazon ECR Public takes the user name `AWS` and the output of `aws ecr-public ' +
      'get-login-password --region us-east-1`, which is valid for 12 hours.',
    missingDestination: createPublic,
    limit:
      'Amazon ECR Public allows more requests and more data to those who sign in: user name `AWS`, ' +
      'password from `aws ecr-public get-login-password --region us-east-1`.',
  },
}

/** Q02 */
function createPrivate({ registry = '', repository = 'NAME' }: Refusal): string {
  const region = PRIVATE_HOST.exec(registry)?.[1] ?? 'REGION'
  return (
    'Amazon ECR does not create a repository on push unless a creation template says so. Create it ' +
    `with \`aws ecr create-repository --region ${region} --repository-name ${repository}\`.`
  )
}

function createPublic({ repository = 'NAME' }: Refusal): string {
  // The first component is the alias of the account, not part of the name.
  const name = repository.includes('/') ? repository.slice(repository.indexOf('/') + 1) : repository
  return (
    'Amazon ECR Public does not create a repository on push. Create it with ' +
    `\`aws ecr-public create-repository --region us-east-1 --repository-name ${name}\`.`
  )
}
