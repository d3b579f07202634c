import type { Reference } from '../../oci/reference.ts'
import { ecr, ecrPublic } from './amazon.ts'
import { azure } from './azure.ts'
import { dockerHub } from './docker-hub.ts'
import type { AnswerHeaders, RegistryFamily } from './family.ts'
import { github } from './github.ts'
import { google } from './google.ts'
import { cloudflare, others, quay } from './hosted.ts'
import { artifactory, gitea, gitlab, harbor, nexus } from './self-hosted.ts'

/** The first that matches counts. */
const families: readonly RegistryFamily[] = [
  dockerHub,
  github,
  ecr,
  ecrPublic,
  google,
  azure,
  quay,
  gitlab,
  artifactory,
  harbor,
  nexus,
  gitea,
  cloudflare,
  ...others,
]

/** The family that a normalised host belongs to. */
export function familyOfHost(host: string): RegistryFamily | undefined {
  return families.find(({ hosts }) => hosts?.test(host) === true)
}

/** The family that an answer gives away, for registries that run under any name. */
export function familyOfAnswer(headers: AnswerHeaders): RegistryFamily | undefined {
  return families.find(({ answers }) => answers?.(headers) === true)
}

export function familyOfName(name: string): RegistryFamily | undefined {
  return families.find((family) => family.name === name)
}

/** The page that people look at a repository on; undefined where it does not follow from the name. */
export function packagePage({ registry, repository }: Reference): string | undefined {
  return familyOfHost(registry)?.page?.(repository, registry)
}
