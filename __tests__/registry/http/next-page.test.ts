import { describe, expect, test } from '@jest/globals'
import { nextPage } from '../../../src/registry/http/next-page.ts'
import type { RegistryAnswer } from '../../../src/registry/http/registry-request.ts'
import { RegistryError } from '../../../src/registry/errors.ts'
import { thrownBy } from '../../oci/thrown-by.ts'

const path = '/v2/acme/app/tags/list'
const pages = { path, place: { operation: 'list tags' } }

function next(link: string | string[] | undefined, origin = 'https://registry.example.com') {
  const answer = { status: 200, headers: { link }, address: { origin, path: `${path}?n=1` } }
  return nextPage(answer as unknown as RegistryAnswer, pages)
}

describe('the next page of a list', () => {
  test.each([
    ['by path', `<${path}?last=b&n=2>; rel="next"`],
    ['by its whole address', `<https://registry.example.com${path}?last=b&n=2>; rel="next"`],
    ['with the default port', `<https://registry.example.com:443${path}?last=b&n=2>; rel=next`],
    ['over http behind a proxy', `<http://registry.example.com${path}?last=b&n=2>; rel="next"`],
    ['by its query', '<?last=b&n=2>; rel="next"'],
    ['in another case', `<${path}?last=b&n=2>; REL="NEXT"`],
    ['behind another link', `</help>; rel="help", <${path}?last=b&n=2>; rel="prev next"`],
    ['behind other parameters', `<${path}?last=b&n=2>; title="a; b"; rel="next"`],
    ['with escapes', `<${path.replace('app', '%61pp')}?last=b&n=2>; rel="next"`],
    ['in another header', [`</help>; rel="help"`, `<${path}?last=b&n=2>; rel="next"`]],
  ])('is found %s', (_how, link) => {
    expect(next(link)).toBe(`${path}?last=b&n=2`)
  })

  test.each([
    ['there is no link', undefined],
    ['the link is to something else', `<${path}?last=b>; rel="last"`],
    ['the link says nothing', `<${path}?last=b>`],
  ])('does not exist where %s', (_why, link) => {
    expect(next(link)).toBeUndefined()
  })

  test('is looked for in a time that is in proportion to the header', () => {
    // This would take hours if the search went on from each of them to the end.
    expect(next('<'.repeat(1_000_000))).toBeUndefined()
    expect(next(`<a>${'; rel '.repeat(200_000)}`)).toBeUndefined()
  })

  test.each([
    ['at another host', `<https://other.example.com${path}?n=1>; rel="next"`],
    ['at another port', `<https://registry.example.com:8443${path}?n=1>; rel="next"`],
    ['at a private address', `<https://10.0.0.1${path}?n=1>; rel="next"`],
    ['at another path', '</v2/acme/other/tags/list?n=1>; rel="next"'],
    ['at a path that cannot be read', '</v2/acme/%zz/tags/list?n=1>; rel="next"'],
  ])('is refused %s', (_where, link) => {
    expect(thrownBy(() => next(link), RegistryError)).toMatchObject({
      code: 'REDIRECT',
      operation: 'list tags',
    })
  })
})
