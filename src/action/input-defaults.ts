import type { InputName } from './input-names.ts'

/**
 * What a blank input stands for; empty where there is nothing. The same as in action.yml, with two
 * exceptions: only the runner knows the default of `github-token`, and action.yml gives none for
 * `source-registry`, because a value that the runner fills in cannot be told from one that the user
 * gave, and that decides which host the source credentials belong to.
 */
export const inputDefaults: Readonly<Record<InputName, string>> = {
  images: '',
  'images-file': '',
  'source-registry': 'docker.io',
  'source-username': '',
  'source-password': '',
  'destination-registry': '',
  'destination-username': '',
  'destination-password': '',
  'registry-auth': '',
  'github-token': '',
  platforms: 'linux/amd64,linux/arm64',
  'on-missing-platform': 'warn',
  'on-existing': 'overwrite',
  'dry-run': 'false',
  'fail-fast': 'false',
  concurrency: '32',
  retries: '5',
  timeout: '60',
  deadline: '',
  verify: '',
  'all-or-nothing': 'false',
  stage: 'false',
  shard: '',
  'declare-artifacts': 'false',
  'insecure-registries': '',
  'registry-tls': '',
  referrers: 'none',
  'on-lost-referrers': 'warn',
  attestations: 'drop',
  summary: 'true',
}
