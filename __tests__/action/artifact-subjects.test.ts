import { describe, expect, test } from '@jest/globals'
import { checksumsOf, subjectsOf } from '../../src/action/artifact-subjects.ts'
import { digestOf } from '../../src/oci/digest.ts'
import { copied, digestA, digestB, failed, reportOf } from './results.ts'

const results = [
  copied({ destination: 'ghcr.io/acme/app:1' }),
  copied({ destination: 'ghcr.io/acme/app', digest: digestB }),
  copied({ destination: 'registry.lan:5000/app:2', status: 'unchanged' }),
  copied({ destination: 'ghcr.io/acme/app:3', status: 'skipped' }),
  failed('ghcr.io/acme/app:4'),
  copied({ destination: 'ghcr.io/acme/app:1' }),
]

describe('the subjects of a run', () => {
  test('are the destinations that have what they should, once', () => {
    expect(subjectsOf(reportOf(results))).toEqual([
      { name: 'ghcr.io/acme/app:1', digest: digestA },
      { name: 'ghcr.io/acme/app', digest: digestB },
      { name: 'registry.lan:5000/app:2', digest: digestA },
    ])
  })

  test('are those alone, in a dry run, that have it already', () => {
    expect(subjectsOf(reportOf(results, true))).toEqual([
      { name: 'registry.lan:5000/app:2', digest: digestA },
    ])
  })
})

const hex = 'a1'.repeat(32)

/** As actions/attest reads them (src/subject.ts there). */
function attested(text: string, eol: string): readonly string[] {
  return text
    .split(eol)
    .filter((line) => line !== '')
    .map((line) => {
      const space = line.indexOf(' ')
      return `${line.slice(space + 1).replace(/^[ *]/, '')} ${line.slice(0, space)}`
    })
}

describe('the checksums', () => {
  test.each(['\n', '\r\n'])('are lines as actions/attest reads them, ended by %j', (eol) => {
    const sha512 = digestOf(Buffer.from('a'), 'sha512')
    const subjects = [
      { name: 'ghcr.io/acme/app:1', digest: `sha256:${hex}` },
      { name: 'registry.lan:5000/app', digest: sha512 },
    ] as const
    const { text, leftOut } = checksumsOf(subjects, eol)
    expect(text).toBe(
      `${hex}  ghcr.io/acme/app:1${eol}${sha512.slice(7)}  registry.lan:5000/app${eol}`,
    )
    expect(attested(text, eol)).toEqual([
      `ghcr.io/acme/app:1 ${hex}`,
      `registry.lan:5000/app ${sha512.slice(7)}`,
    ])
    expect(leftOut).toBe(0)
  })

  test('are none where no destination has what it should', () => {
    expect(checksumsOf([])).toEqual({ text: '', leftOut: 0 })
  })

  test.each([
    { what: 'subjects', length: 1, kept: 1_024 },
    { what: 'bytes', length: 700, kept: Math.floor((512 * 1024) / (64 + 2 + 700 + 1)) },
  ])('are no more $what than actions/attest takes', ({ length, kept }) => {
    const digest = `sha256:${hex}` as const
    const subjects = Array.from({ length: 1_030 }, () => ({ name: 'n'.repeat(length), digest }))
    const { text, leftOut } = checksumsOf(subjects, '\n')
    expect(attested(text, '\n')).toHaveLength(kept)
    expect(leftOut).toBe(1_030 - kept)
  })
})
