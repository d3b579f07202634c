import { direction, FEW_AT_ONCE, type RegistryFamily } from './family.ts'

/** Q18: whole blobs above some size are refused now and then, and chunks are known to work. */
const MAX_CHUNK = 16 * 1024 * 1024

export const azure: RegistryFamily = {
  name: 'Azure Container Registry',
  hosts: /^[a-z0-9-]+\.azurecr\.(?:io|cn|us|de)$/,
  maxChunk: MAX_CHUNK,
  // "Azure Container Registry service tiers": reads and writes by the minute, as few as 1,000 and 100.
  limits: { atOnce: FEW_AT_ONCE },
  // A locked image.
  frozenTag: /operation is disallowed on this registry, repository or image/i,
  advice: {
    login: (refusal) =>
      'Azure Container Registry takes a service principal (its id and a secret), a repository ' +
      'token, or the user name `00000000-0000-0000-0000-000000000000` with the token of `az acr ' +
      `login --expose-token\`. It needs the role ${refusal.side === 'destination' ? 'AcrPush' : 'AcrPull'} ` +
      `to ${direction(refusal)} the registry.`,
  },
}
