import { describe, expect, test } from '@jest/globals'
import { inputNames } from '../../src/action/input-names.ts'
import { nearMisses } from '../../src/action/near-misses.ts'

describe('a name that is nearly that of an input', () => {
  test.each([
    ['dry_run', 'dry-run'],
    ['dryrun', 'dry-run'],
    ['dry.run', 'dry-run'],
    ['DryRun', 'dry-run'],
    ['platform', 'platforms'],
    ['image', 'images'],
    ['retry', 'retries'],
    ['timeouts', 'timeout'],
    ['image-file', 'images-file'],
    ['imagefiles', 'images-file'],
    ['insecure_registry', 'insecure-registries'],
    ['source-registries', 'source-registry'],
    ['destinationpassword', 'destination-password'],
    ['registry-auths', 'registry-auth'],
    ['fail_fast', 'fail-fast'],
    ['on_missing_platforms', 'on-missing-platform'],
    ['declare-artifact', 'declare-artifacts'],
  ])('is found: %s', (given, meant) => {
    expect(nearMisses([given], inputNames)).toEqual([{ given, meant }])
  })

  test('is neither the name of one nor quite another name', () => {
    expect(nearMisses([...inputNames], inputNames)).toEqual([])
    const others = ['', '-', 'token', 'registry', 'run', 'dry', 'source', 'images-files-2']
    expect(nearMisses(others, inputNames)).toEqual([])
  })
})
