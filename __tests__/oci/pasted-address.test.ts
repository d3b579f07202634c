import { describe, expect, test } from '@jest/globals'
import { FormatError } from '../../src/oci/errors.ts'
import { imageOfAddress } from '../../src/oci/pasted-address.ts'
import { parseReference, parseRegistryBase } from '../../src/oci/reference.ts'
import { thrownBy } from './thrown-by.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('an address in the place of a reference', () => {
  test.each([
    ['ghcr.io/v2/acme/app/manifests/1.0', 'ghcr.io/acme/app:1.0'],
    ['https://ghcr.io/v2/acme/app/manifests/1.0', 'ghcr.io/acme/app:1.0'],
    ['https://user:word@ghcr.io/v2/acme/app/manifests/1.0?ns=x', 'ghcr.io/acme/app:1.0'],
    [`localhost:5000/v2/app/manifests/${DIGEST}`, `localhost:5000/app@${DIGEST}`],
    [`quay.io/v2/a/b/c/blobs/${DIGEST}`, `quay.io/a/b/c@${DIGEST}`],
    ['https://quay.io/v2/a/b/tags/list?n=5', 'quay.io/a/b'],
    ['https://index.docker.io/v1/', 'docker.io'],
    ['https://registry-1.docker.io/v2/', 'docker.io'],
    ['https://registry.example.com:5000/v2/', 'registry.example.com:5000'],
    ['https://hub.docker.com/_/alpine', 'docker.io/library/alpine'],
    ['hub.docker.com/_/alpine/tags?name=3.20', 'docker.io/library/alpine:3.20'],
    ['https://hub.docker.com/r/grafana/grafana/tags', 'docker.io/grafana/grafana'],
    ['https://hub.docker.com/r/grafana/grafana', 'docker.io/grafana/grafana'],
    ['https://hub.docker.com/repository/docker/acme/app/general', 'docker.io/acme/app'],
    [
      'https://hub.docker.com/layers/library/alpine/3.20/images/sha256-x',
      'docker.io/library/alpine:3.20',
    ],
    ['https://github.com/acme/app/pkgs/container/app', 'ghcr.io/acme/app'],
    [
      'https://github.com/Acme/app/pkgs/container/app%2Fapi/123?tag=1.0',
      'ghcr.io/acme/app/api:1.0',
    ],
    ['https://github.com/orgs/acme/packages/container/package/app', 'ghcr.io/acme/app'],
    [
      'https://quay.io/repository/prometheus/node-exporter?tab=tags',
      'quay.io/prometheus/node-exporter',
    ],
    [
      'https://registry.hub.docker.com/v2/repositories/library/alpine/tags?page_size=5',
      'docker.io/library/alpine',
    ],
    ['https://hub.docker.com/v2/repositories/acme/app/tags/1.0/images', 'docker.io/acme/app:1.0'],
    ['https://hub.docker.com/v2/namespaces/acme/repositories/app/tags', 'docker.io/acme/app'],
    [
      'https://console.cloud.google.com/artifacts/docker/acme-prod/europe-west3/images/team%2Fapp/sha256:x;tab=pull',
      'europe-west3-docker.pkg.dev/acme-prod/images/team/app',
    ],
    [
      'https://gitlab.com/Acme/group/app/container_registry/12345',
      'registry.gitlab.com/acme/group/app',
    ],
    ['https://gitlab.com/acme/app/-/container_registry', 'registry.gitlab.com/acme/app'],
    ['https://gallery.ecr.aws/docker/library', 'public.ecr.aws/docker/library'],
  ])('is known for the image that it is about: %s', (address, image) => {
    expect(imageOfAddress(address)).toBe(image)
    const error = thrownBy(() => parseReference(address), FormatError)
    expect(error.message).toContain(`write "${image}"`)
    expect(error.message).not.toContain('word')
  })

  test.each([
    'ghcr.io/acme/app:1.0',
    'quay.io/repository/app',
    'registry.example.com/v2/app',
    'ghcr.io/v2tools/app/manifests',
    'https://ghcr.io/acme/app:1.0',
    'github.com/acme/app',
    '',
  ])('is not seen in %s', (text) => {
    expect(imageOfAddress(text)).toBeUndefined()
  })

  test('leads to the host where a registry is wanted', () => {
    const error = thrownBy(() => parseRegistryBase('https://index.docker.io/v1/'), FormatError)
    expect(error.message).toContain('write "docker.io"')
  })

  test('is not looked for in what is longer than any', () => {
    expect(imageOfAddress(`a/v2/${'manifests/'.repeat(100_000)}`)).toBeUndefined()
  })
})
