import { FEW_AT_ONCE, type Refusal, type RegistryFamily } from './family.ts'

/** `ghcr.io`, and the container registries of GitHub Enterprise. */
export const github: RegistryFamily = {
  name: 'GitHub Container Registry',
  hosts: /^(?:ghcr\.io|containers\.[a-z0-9-]+\.ghe\.com)$/,
  // Q11: larger ones are refused, and of several only the last one may be kept.
  maxChunk: 0,
  // Q59: it documents none, and fails where many come at once.
  limits: { atOnce: FEW_AT_ONCE },
  // Where the page is depends on what owns the package; this leads to it.
  page: (repository, host) => (host === 'ghcr.io' ? `https://ghcr.io/${repository}` : undefined),
  advice: {
    login: packageAccess,
    missingSource: packageAccess,
    refusals: [
      {
        words: /not allowed to create organization package/i,
        advice:
          'The token may not create a package there. A job token does so for the owner of its own ' +
          'repository, with `permissions: packages: write`, where the settings of the organization ' +
          'allow packages to be created; for another owner use a personal token.',
      },
    ],
  },
}

function packageAccess({ code, side, workflowRepository = '' }: Refusal): string {
  const role = side === 'destination' ? 'write' : 'read'
  const repository =
    workflowRepository === '' ? 'this repository' : `the repository ${workflowRepository}`
  const isMissing = code === 'NOT_FOUND'
  const opening = isMissing
    ? 'Check the spelling; a private package may look as if it did not exist. To reach one, give'
    : 'Give'
  // Q14
  const closing =
    isMissing || side !== 'source'
      ? ''
      : ' A package that does not exist is refused in the same way: check the spelling, too.'
  return (
    `${opening} the job \`permissions: packages: ${role}\`, and give ${repository} the ${role} role ` +
    'under "Manage Actions access" in the settings of the package. A personal token needs ' +
    `\`${role}:packages\`.${closing}`
  )
}
