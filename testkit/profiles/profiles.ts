import { acr } from './acr.ts'
import { artifactRegistry } from './artifact-registry.ts'
import { artifactory } from './artifactory.ts'
import { cloudflare } from './cloudflare.ts'
import { distribution } from './distribution.ts'
import { dockerHub } from './docker-hub.ts'
import { ecrPublic } from './ecr-public.ts'
import { ecr } from './ecr.ts'
import { ghcr } from './ghcr.ts'
import { gitea } from './gitea.ts'
import { gitlab } from './gitlab.ts'
import { harbor } from './harbor.ts'
import { nexus } from './nexus.ts'
import type { Profile } from './profile.ts'
import { quay } from './quay.ts'
import { zot } from './zot.ts'

/** The registries that people use, in the order in which the documentation lists them. */
export const profiles: readonly Profile[] = [
  dockerHub,
  ghcr,
  ecr,
  ecrPublic,
  artifactRegistry,
  acr,
  quay,
  harbor,
  gitlab,
  artifactory,
  nexus,
  gitea,
  zot,
  cloudflare,
  distribution,
]
