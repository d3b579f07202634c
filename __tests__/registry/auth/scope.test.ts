import { describe, expect, test } from '@jest/globals'
import * as fc from '../../../testkit/property.ts'
import { FormatError } from '../../../src/oci/errors.ts'
import {
  covers,
  formatScope,
  mergeScopes,
  parseScope,
  pullScope,
  pushScope,
  type Scope,
} from '../../../src/registry/auth/scope.ts'
import { thrownBy } from '../../oci/thrown-by.ts'

const scopes = fc.array(
  fc.record({
    resource: fc.constantFrom('repository:a', 'repository:b/c', 'registry:catalog'),
    actions: fc.uniqueArray(fc.constantFrom<string[]>('pull', 'push', 'delete', '*'), {
      minLength: 1,
    }),
  }),
  { maxLength: 5 },
)

test('scopes are written with their actions in order', () => {
  expect(formatScope(pullScope('acme/app'))).toBe('repository:acme/app:pull')
  expect(formatScope(pushScope('acme/app'))).toBe('repository:acme/app:pull,push')
})

describe('reading a scope', () => {
  test.each<[string, Scope]>([
    ['repository:acme/app:pull', { resource: 'repository:acme/app', actions: ['pull'] }],
    [
      'repository:acme/app:push,pull',
      { resource: 'repository:acme/app', actions: ['pull', 'push'] },
    ],
    ['repository:a:pull,pull', { resource: 'repository:a', actions: ['pull'] }],
    // The name may hold a host and its port.
    ['repository:host:5000/app:pull', { resource: 'repository:host:5000/app', actions: ['pull'] }],
    [
      'repository(plugin):acme/app:pull',
      { resource: 'repository(plugin):acme/app', actions: ['pull'] },
    ],
    ['registry:catalog:*', { resource: 'registry:catalog', actions: ['*'] }],
  ])('%s gives its parts', (text, scope) => {
    expect(parseScope(text)).toEqual(scope)
  })

  test.each(['', 'repository', 'repository:app', ':app:pull', 'repository:app:'])(
    '%j is refused',
    (text) => {
      expect(thrownBy(() => parseScope(text), FormatError).kind).toBe('challenge')
    },
  )
})

describe('merging scopes', () => {
  test('gives one entry for each repository with the actions of all, first mention first', () => {
    const merged = mergeScopes([
      pushScope('mirror/app'),
      pullScope('acme/app'),
      { resource: 'repository:mirror/app', actions: ['delete', 'pull'] },
    ])
    expect(merged.map(formatScope)).toEqual([
      'repository:mirror/app:delete,pull,push',
      'repository:acme/app:pull',
    ])
  })

  test('keeps everything, invents nothing, and does nothing the second time', () => {
    fc.assert(
      fc.property(scopes, (list) => {
        const merged = mergeScopes(list)
        expect(covers(merged, list)).toBe(true)
        for (const { resource, actions } of merged) {
          for (const action of actions) {
            expect(
              covers(
                list.filter((scope) => scope.actions.includes(action)),
                [{ resource, actions: [action] }],
              ),
            ).toBe(true)
          }
        }
        expect(mergeScopes(merged)).toEqual(merged)
        expect(new Set(merged.map(({ resource }) => resource)).size).toBe(merged.length)
      }),
    )
  })
})

describe('a token covers', () => {
  const held = [pushScope('mirror/app'), pullScope('acme/app')]

  test.each<[string, readonly Scope[]]>([
    ['what it was fetched for', held],
    ['fewer repositories', [pullScope('acme/app')]],
    ['fewer actions', [pullScope('mirror/app')]],
    ['nothing', []],
  ])('%s', (_what, wanted) => {
    expect(covers(held, wanted)).toBe(true)
  })

  test.each<[string, readonly Scope[]]>([
    ['more actions', [pushScope('acme/app')]],
    ['another repository', [pullScope('acme/other')]],
    ['a repository whose name starts the same', [pullScope('acme/app2')]],
    ['one of two', [pullScope('acme/app'), pullScope('acme/other')]],
  ])('not %s', (_what, wanted) => {
    expect(covers(held, wanted)).toBe(false)
  })
})
