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
