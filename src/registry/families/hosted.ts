import type { RegistryFamily } from './family.ts'

// Services that differ from the specification in little more than their logins.

export const quay: RegistryFamily = {
  name: 'Quay',
  hosts: /^quay\.io$/,
  page: (repository) => `https://quay.io/repository/${repository}`,
  answers: (headers) =>
    /realm="[^"]*\/v2\/auth"/.test([headers['www-authenticate'] ?? []].flat().join(', ')),
  advice: {
    login:
      'Quay takes a user, a robot account (`namespace+robot` with its token; it is bound to that ' +
      'namespace), or `$oauthtoken` with an application token. A repository that does not exist is ' +
      'refused in the same way.',
    refusals: [
      {
        // Q21
        words: /MANIFEST_INVALID/,
        advice:
          'Quay before 2026 takes no index that mixes OCI and Docker manifests, and no unknown ' +
          'config types; nothing is converted here, because that would change the digests.',
      },
    ],
  },
}

/** A worker that people deploy themselves, under any name, or under this one. */
export const cloudflare: RegistryFamily = {
  name: 'Cloudflare serverless registry',
  hosts: /^.+\.workers\.dev$|^registry\.cloudflare\.com$/,
}

/** What else is known to differ, one line each. */
export const others: readonly RegistryFamily[] = [
  {
    name: 'DigitalOcean Container Registry',
    hosts: /^registry\.digitalocean\.com$/,
    tokenHosts: ['api.digitalocean.com'],
    advice: {
      login: 'DigitalOcean takes an API token as user name and as password.',
      // Q53
      refusals: [
        {
          words: /registry contains \d+ repositories, limit is/i,
          advice: "The registry's plan allows no more repositories.",
        },
      ],
    },
  },
  {
    name: 'NVIDIA NGC',
    hosts: /^nvcr\.io$/,
    tokenHosts: ['authn.nvidia.com'],
    advice: { login: 'NVIDIA NGC takes the user name `$oauthtoken` and an API key.' },
  },
  {
    // Q60: a name in front of other registries.
    name: 'LinuxServer.io',
    hosts: /^lscr\.io$/,
    tokenHosts: ['ghcr.io'],
  },
  {
    name: 'Scaleway Container Registry',
    hosts: /^rg\.[a-z]{2}-[a-z]{3}\.scw\.cloud$/,
    tokenHosts: ['api.scaleway.com'],
    advice: { login: 'Scaleway takes the user name `nologin` and a secret key.' },
  },
  {
    name: 'IBM Cloud Container Registry',
    hosts: /^(?:[a-z0-9-]+\.)?icr\.io$/,
    advice: {
      login: 'IBM Cloud takes `iamapikey` with an API key, or `iambearer` with a token.',
      refusals: [{ words: /exceeded your .*quota/i, advice: "The account's quota is used up." }],
    },
  },
  {
    name: 'Oracle Cloud Infrastructure Registry',
    hosts: /^[a-z0-9-]+\.ocir\.io$|^ocir\.[a-z0-9-]+\.oci\.oraclecloud\.com$/,
    advice: {
      login: 'Oracle takes `TENANCY_NAMESPACE/USER` as user name and an auth token as password.',
    },
  },
  {
    // Q42
    name: 'Alibaba Cloud Container Registry',
    hosts: /^registry(?:-intl)?\.[a-z0-9-]+\.aliyuncs\.com$/,
    advice: {
      refusals: [{ words: /unknown manifest class/i, advice: attestationsRefused('The registry') }],
    },
  },
  {
    // Q43
    name: 'Huawei SWR',
    hosts: /^swr\.[a-z0-9-]+\.myhuaweicloud\.com$/,
    advice: {
      refusals: [
        { words: /fail to parse 'manifest\.json'/i, advice: attestationsRefused('Huawei SWR') },
      ],
    },
  },
  {
    // Q44
    name: 'Yandex Container Registry',
    hosts: /^cr\.yandex$/,
    advice: {
      refusals: [{ words: /MANIFEST_INVALID/, advice: attestationsRefused('The registry') }],
    },
  },
]

function attestationsRefused(who: string): string {
  return (
    `${who} does not take attestations and other artifacts. Name the platforms that are wanted ` +
    'in place of `platforms: all`: then they are left out.'
  )
}
