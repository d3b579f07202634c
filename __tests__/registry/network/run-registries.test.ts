import { describe, expect, test } from '@jest/globals'
import { RunRegistries } from '../../../src/registry/network/run-registries.ts'

function runOf(...registries: readonly string[]) {
  const run = new RunRegistries()
  for (const registry of registries) run.add(registry)
  return run
}

describe('another registry of a run', () => {
  test.each([
    ['ghcr.io', 'https://ghcr.io'],
    ['ghcr.io', 'https://GHCR.io.'],
    ['registry.corp', 'http://registry.corp'],
    ['registry.corp:80', 'http://registry.corp'],
    ['registry.corp:5000', 'http://registry.corp:5000'],
    ['docker.io', 'https://docker.io'],
    ['docker.io', 'https://index.docker.io'],
    ['docker.io', 'https://registry-1.docker.io'],
    ['registry:443', 'https://registry'],
    ['[2001:db8::1]:5000', 'https://[2001:DB8:0::1]:5000'],
    ['127.0.0.1:5001', 'http://127.0.0.1:5001'],
    ['127.0.0.1:5001', 'http://localhost:5001'],
    ['localhost:5001', 'http://[::1]:5001'],
    ['localhost:5001', 'https://127.1:5001'],
    ['app.localhost:5001', 'http://localhost.:5001'],
  ])('%s is known by %s', (registry, origin) => {
    expect(runOf('127.0.0.1:5000', registry).isAnother(origin, '127.0.0.1:5000')).toBe(true)
  })

  test.each([
    ['a host that the run does not name', 'https://storage.example.org'],
    ['another port of one', 'https://ghcr.io:5000'],
    ['a host below one', 'https://pkg.ghcr.io'],
    ['a name that no registry could have', 'https://a_bucket.example.org'],
    ['the registry itself', 'http://127.0.0.1:5000'],
    ['the registry itself under another name', 'http://localhost:5000'],
  ])('is not %s', (_what, origin) => {
    expect(runOf('127.0.0.1:5000', 'ghcr.io').isAnother(origin, '127.0.0.1:5000')).toBe(false)
  })

  test('is one at another address of this machine that the run names apart', () => {
    const run = runOf('127.0.0.1:5000', '[::1]:5000')
    expect(run.isAnother('http://[::1]:5000', '127.0.0.1:5000')).toBe(true)
    expect(run.isAnother('http://[::1]:5000', '[::1]:5000')).toBe(false)
  })
})
