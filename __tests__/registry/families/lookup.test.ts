import { describe, expect, test } from '@jest/globals'
import { familyOfAnswer, familyOfHost } from '../../../src/registry/families/lookup.ts'

describe('the family of a registry', () => {
  test.each([
    ['docker.io', 'Docker Hub'],
    ['ghcr.io', 'GitHub Container Registry'],
    ['containers.acme.ghe.com', 'GitHub Container Registry'],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'Amazon ECR'],
    ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', 'Amazon ECR'],
    ['123456789012.dkr-ecr.eu-west-1.on.aws', 'Amazon ECR'],
    ['public.ecr.aws', 'Amazon ECR Public'],
    ['europe-west1-docker.pkg.dev', 'Google Artifact Registry'],
    ['eu.gcr.io', 'Google Artifact Registry'],
    ['acme.azurecr.io', 'Azure Container Registry'],
    ['quay.io', 'Quay'],
    ['registry.gitlab.com', 'GitLab Container Registry'],
    ['acme.jfrog.io', 'Artifactory'],
    ['acme.workers.dev', 'Cloudflare serverless registry'],
    ['registry.digitalocean.com', 'DigitalOcean Container Registry'],
    ['nvcr.io', 'NVIDIA NGC'],
    ['lscr.io', 'LinuxServer.io'],
    ['rg.fr-par.scw.cloud', 'Scaleway Container Registry'],
    ['de.icr.io', 'IBM Cloud Container Registry'],
    ['fra.ocir.io', 'Oracle Cloud Infrastructure Registry'],
  ])('at %s is told by the host: %s', (host, name) => {
    expect(familyOfHost(host)?.name).toBe(name)
  })

  test.each([
    'docker.io.evil.example',
    'notdocker.io',
    'ghcr.io.evil.example',
    'ghcr.io:444',
    'xghcr.io',
    'evil.example/ghcr.io',
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example',
    '12345.dkr.ecr.eu-west-1.amazonaws.com',
    'quay.io.evil.example',
    'azurecr.io.evil.example',
    'registry.example.com',
    '127.0.0.1:5000',
  ])('is not guessed for %s', (host) => {
    expect(familyOfHost(host)).toBeUndefined()
  })

  test.each<[string, Record<string, string | string[]>]>([
    [
      'Harbor',
      {
        'www-authenticate':
          'Bearer realm="https://h.example/service/token",service="harbor-registry"',
      },
    ],
    [
      'GitLab Container Registry',
      {
        'www-authenticate':
          'Bearer realm="https://g.example/jwt/auth",service="container_registry"',
      },
    ],
    ['Artifactory', { 'x-jfrog-version': 'Artifactory/7.90.1' }],
    ['Artifactory', { 'x-artifactory-id': 'abc' }],
    ['Nexus Repository', { server: 'Nexus/3.70.0 (OSS)' }],
    [
      'Nexus Repository',
      { 'www-authenticate': ['BASIC realm="Sonatype Nexus Repository Manager"'] },
    ],
    ['Gitea or Forgejo', { 'set-cookie': ['a=b', 'i_like_gitea=1'] }],
    [
      'Quay',
      { 'www-authenticate': 'Bearer realm="https://q.example/v2/auth",service="q.example"' },
    ],
  ])('%s is told by its answers where the host says nothing', (name, headers) => {
    expect(familyOfAnswer(headers)?.name).toBe(name)
  })

  test('is open where nothing tells', () => {
    expect(
      familyOfAnswer({
        'www-authenticate': 'Bearer realm="https://r.example/token"',
        server: 'nginx',
      }),
    ).toBeUndefined()
  })
})

test.each([
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', { 'manifest-write': 10, write: 200 }],
  ['public.ecr.aws', { 'manifest-write': 10, write: 20 }],
  ['ghcr.io', undefined],
])('%s documents as requests in a second %j', (host, perSecond) => {
  expect(familyOfHost(host)?.limits?.perSecond).toEqual(perSecond)
})

test('Docker Hub refuses accounts and addresses, not single requests', () => {
  expect(familyOfHost('docker.io')?.limits?.refusesAll).toBe(true)
})
